using System.Buffers.Binary;
using System.Collections.Concurrent;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Delta;

/// <summary>Which rows of a data file are deleted.</summary>
internal sealed class DeletionVectors(string table, Stores.IObjectStore store)
{
    private readonly ConcurrentDictionary<DeletionVector, long[]> _known = new();

    /// <summary>Positions of deleted rows in the file, from 0, ascending.</summary>
    /// <exception cref="TableFormatException">The vector is missing or damaged.</exception>
    public long[] Read(DeletionVector vector) => _known.GetOrAdd(vector, Load);

    private long[] Load(DeletionVector vector)
    {
        try
        {
            var positions = RoaringBitmap.Decode(vector.StorageType == "i" ? Inline(vector) : FromFile(vector));
            return positions.Length == vector.Cardinality ? positions
                : throw new FormatException($"it holds {positions.Length} rows; the log says {vector.Cardinality}");
        }
        catch (Exception e) when (e is FormatException or IOException or ArgumentException)
        {
            throw new TableFormatException(table, $"deletion vector {vector.UniqueId}", $"{e.Message}.");
        }
    }

    private static byte[] Inline(DeletionVector vector)
    {
        var bytes = Z85.Decode(vector.PathOrInlineDv);
        return bytes.Length >= vector.SizeInBytes ? bytes[..vector.SizeInBytes] : throw new FormatException($"it has {bytes.Length} bytes; the log says {vector.SizeInBytes}");
    }

    private ReadOnlySpan<byte> FromFile(DeletionVector vector)
    {
        var path = vector.StorageType switch
        {
            "u" => Fetched(RelativeKey(vector.PathOrInlineDv)),
            "p" => Fetched(DataPaths.Canonical(vector.PathOrInlineDv)),
            var other => throw new FormatException($"storage type '{other}' is not supported"),
        };
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        var offset = vector.Offset ?? 1;
        if (offset < 1 || offset + 8L + vector.SizeInBytes > file.Length)
            throw new FormatException($"ends at byte {file.Length}, before the vector of {vector.SizeInBytes} bytes at {offset} does");
        if (file[0] != 1)
            throw new FormatException($"the file's format version is {file[0]}; 1 was expected");
        var at = file[offset..];
        var size = BinaryPrimitives.ReadInt32BigEndian(at);
        if (size != vector.SizeInBytes)
            throw new FormatException($"the file says {size} bytes; the log says {vector.SizeInBytes}");
        var data = at.Slice(4, size);
        if (Crc32(data) != BinaryPrimitives.ReadUInt32BigEndian(at[(4 + size)..]))
            throw new FormatException("its checksum does not match");
        return data;
    }

    private string Fetched(string canonical)
    {
        var path = DataPaths.Resolve(table, store, canonical);
        store.Fetch([canonical]);
        return path;
    }

    /// <summary>The last 20 characters are the file's UUID in base 85; what stands before is a folder.</summary>
    internal static string RelativeKey(string text)
    {
        var uuid = new Guid(Z85.Decode(text.AsSpan(text.Length - 20)), bigEndian: true);
        var prefix = text[..^20];
        return $"{(prefix.Length > 0 ? prefix + "/" : "")}deletion_vector_{uuid:D}.bin";
    }

    internal static uint Crc32(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }
        return ~crc;
    }
}
