using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Plinth.Ingestion.Rules;

/// <summary>Keys that a table has, or will have when the run is done, each with the row that has it: 24 bytes a key, however long it is.</summary>
/// <remarks>A row is known by its <c>source_row</c>, so that a run that goes on in the middle of a file does not hold the file against itself.</remarks>
internal sealed class KeySet
{
    private readonly Dictionary<UInt128, ulong> _keys = [];

    /// <summary>Whether another row has the key.</summary>
    public bool IsTaken(UInt128 key, string? sourceRow) => _keys.TryGetValue(key, out var owner) && owner != Owner(sourceRow);

    /// <summary>The first row that has a key keeps it.</summary>
    public void Add(UInt128 key, string? sourceRow) => _keys.TryAdd(key, Owner(sourceRow));

    /// <summary>The key of some values; null where one of them is nothing: what is not known is not the same.</summary>
    public static UInt128? Of(object?[] row, int[] columns)
    {
        var text = new StringBuilder();
        foreach (var column in columns)
        {
            if (row[column] is not { } value)
                return null;
            text.Append(value switch
            {
                DateTime time => time.Ticks.ToString(CultureInfo.InvariantCulture),
                double number => number.ToString("R", CultureInfo.InvariantCulture),
                byte[] bytes => Convert.ToHexString(bytes),
                _ => Convert.ToString(value, CultureInfo.InvariantCulture),
            }).Append('\u001F');
        }
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>FNV-1a.</summary>
    private static ulong Owner(string? sourceRow)
    {
        var hash = 14695981039346656037ul;
        foreach (var c in sourceRow ?? "")
            hash = (hash ^ c) * 1099511628211ul;
        return hash;
    }
}
