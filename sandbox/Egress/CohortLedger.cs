using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
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
    public bool TooClose(string dataset, ulong[] cohort, int smallest) => _store.Alone((connection, transaction) => TooClose(connection, transaction, dataset, cohort, smallest));

    /// <summary>Checks all cohorts of a table against those released before, and notes them if none is too close: in one transaction, so that of two tables asked for at once the second sees the first.</summary>
    /// <param name="decided">Told in the transaction of what came out, to write what goes with it; what it throws undoes all.</param>
    /// <returns>Whether they were noted.</returns>
    public bool TryAdd(string dataset, string egress, IReadOnlyList<ulong[]> cohorts, int smallest, Action<bool, SqliteConnection, SqliteTransaction> decided) => _store.Alone((connection, transaction) =>
    {
        var apart = !cohorts.Any(cohort => TooClose(connection, transaction, dataset, cohort, smallest));
        for (var number = 0; apart && number < cohorts.Count; number++)
            connection.Execute("INSERT INTO cohort VALUES (@egress, @number, @dataset, @size, @members) ON CONFLICT DO NOTHING",
                new { egress, number, dataset, size = cohorts[number].Length, members = Pack(cohorts[number]) }, transaction);
        decided(apart, connection, transaction);
        return apart;
    });

    private static bool TooClose(SqliteConnection connection, SqliteTransaction transaction, string dataset, ulong[] cohort, int smallest)
    {
        var near = connection.Query<byte[]>("SELECT members FROM cohort WHERE dataset = @dataset AND size BETWEEN @least AND @most", new { dataset, least = cohort.Length - smallest, most = cohort.Length + smallest }, transaction);
        return near.Any(members => Difference(cohort, Unpack(members)) is var difference && difference > 0 && difference < smallest);
    }

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
