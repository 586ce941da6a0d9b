using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Plinth.Sandbox.Lifecycle;

namespace Plinth.Sandbox.Egress;

/// <summary>Remembers over whom tables were released, so that no two of them tell about a few by their difference.</summary>
/// <remarks>Persons are kept as keyed hashes; the key is made once a lake and leaves the control store with nobody.</remarks>
internal sealed class CohortLedger
{
    private readonly SandboxStore _store;
    private readonly byte[] _key;

    public CohortLedger(SandboxStore store)
    {
        _store = store;
        store.Execute("INSERT INTO cohort_key SELECT @key WHERE NOT EXISTS (SELECT 1 FROM cohort_key)", new { key = RandomNumberGenerator.GetBytes(32) });
        _key = store.Query<byte[]>("SELECT key FROM cohort_key LIMIT 1", null).Single();
    }

    /// <summary>A cohort as it is kept: sorted hashes of its persons.</summary>
    public ulong[] Of(IEnumerable<string> persons)
    {
        ulong[] cohort = [.. persons.Distinct(StringComparer.Ordinal).Select(person => BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(person))))];
        Array.Sort(cohort);
        return cohort;
    }

    /// <summary>Whether some cohort released before differs from this one by some, but fewer than so many.</summary>
    public bool TooClose(string dataset, ulong[] cohort, int smallest)
    {
        foreach (var members in _store.Query<byte[]>("SELECT members FROM cohort WHERE dataset = @dataset AND size BETWEEN @least AND @most", new { dataset, least = cohort.Length - smallest, most = cohort.Length + smallest }))
            if (Difference(cohort, Unpack(members)) is var difference && difference > 0 && difference < smallest)
                return true;
        return false;
    }

    public void Add(string dataset, string egress, int number, ulong[] cohort) =>
        _store.Execute("INSERT INTO cohort VALUES (@egress, @number, @dataset, @size, @members) ON CONFLICT DO NOTHING", new { egress, number, dataset, size = cohort.Length, members = Pack(cohort) });

    /// <summary>Members of one and not of the other; both sorted.</summary>
    internal static int Difference(ulong[] one, ulong[] other)
    {
        int i = 0, j = 0, common = 0;
        while (i < one.Length && j < other.Length)
            if (one[i] == other[j])
                (i, j, common) = (i + 1, j + 1, common + 1);
            else if (one[i] < other[j])
                i++;
            else
                j++;
        return one.Length + other.Length - 2 * common;
    }

    private static byte[] Pack(ulong[] cohort)
    {
        var bytes = new byte[cohort.Length * 8];
        for (var i = 0; i < cohort.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), cohort[i]);
        return bytes;
    }

    private static ulong[] Unpack(byte[] bytes)
    {
        var cohort = new ulong[bytes.Length / 8];
        for (var i = 0; i < cohort.Length; i++)
            cohort[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i * 8));
        return cohort;
    }
}
