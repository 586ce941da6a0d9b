using System.Buffers.Binary;
using System.Text;

namespace Plinth.Ingestion.Imagery;

/// <summary>Where one field of a TIFF directory has its values.</summary>
/// <param name="Offset">Absolute, also for values that lie in the entry itself.</param>
internal readonly record struct TiffField(ushort Type, long Count, long Offset);

/// <summary>One image file directory: fields by tag, values read when asked for.</summary>
internal sealed class TiffDirectory(ByteView bytes, bool littleEndian, Dictionary<ushort, TiffField> fields)
{
    public bool Has(ushort tag) => fields.ContainsKey(tag);

    /// <summary>How many values a field has; 0 where it is not there.</summary>
    public long Count(ushort tag) => fields.TryGetValue(tag, out var field) ? field.Count : 0;

    /// <summary>The first value as an integer; null where the field is absent or of another kind.</summary>
    public long? Integer(ushort tag) => Integers(tag, 1) is [var first, ..] ? first : null;

    /// <summary>Up to <paramref name="limit"/> values of an integer field; empty where it is absent, not integral, or outside the file.</summary>
    public long[] Integers(ushort tag, int limit)
    {
        if (!fields.TryGetValue(tag, out var field) || field.Type is not (1 or 3 or 4 or 6 or 8 or 9 or 13 or 16 or 17 or 18))
            return [];
        var raw = Raw(field, limit);
        var size = SizeOf(field.Type);
        var values = new long[raw.Length / size];
        for (var i = 0; i < values.Length; i++)
            values[i] = Integral(raw.AsSpan(i * size, size), field.Type);
        return values;
    }

    /// <summary>Up to <paramref name="limit"/> values of a numeric field.</summary>
    public double[] Numbers(ushort tag, int limit)
    {
        if (!fields.TryGetValue(tag, out var field))
            return [];
        if (field.Type is not (5 or 10 or 11 or 12))
            return Array.ConvertAll(Integers(tag, limit), value => (double)value);
        var raw = Raw(field, limit);
        var size = SizeOf(field.Type);
        var values = new double[raw.Length / size];
        for (var i = 0; i < values.Length; i++)
            values[i] = Real(raw.AsSpan(i * size, size), field.Type);
        return values;
    }

    /// <summary>A text field up to its first NUL, at most <paramref name="limit"/> bytes; null where it is absent.</summary>
    public string? Text(ushort tag, int limit)
    {
        if (!fields.TryGetValue(tag, out var field) || field.Type is not (1 or 2 or 7))
            return null;
        var raw = Raw(field, limit).AsSpan();
        var end = raw.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? raw : raw[..end]);
    }

    /// <summary>Bytes of one value of a type; 0 for types that TIFF 6.0 and BigTIFF do not name.</summary>
    public static int SizeOf(ushort type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 0,
    };

    private byte[] Raw(TiffField field, int limit)
    {
        var size = SizeOf(field.Type);
        var length = Math.Min(field.Count, limit) * size;
        return bytes.Holds(field.Offset, length) ? bytes.Read(field.Offset, length, limit * size) : [];
    }

    private long Integral(ReadOnlySpan<byte> value, ushort type) => type switch
    {
        1 => value[0],
        6 => (sbyte)value[0],
        3 => littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(value) : BinaryPrimitives.ReadUInt16BigEndian(value),
        8 => littleEndian ? BinaryPrimitives.ReadInt16LittleEndian(value) : BinaryPrimitives.ReadInt16BigEndian(value),
        4 or 13 => littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(value) : BinaryPrimitives.ReadUInt32BigEndian(value),
        9 => littleEndian ? BinaryPrimitives.ReadInt32LittleEndian(value) : BinaryPrimitives.ReadInt32BigEndian(value),
        _ => littleEndian ? BinaryPrimitives.ReadInt64LittleEndian(value) : BinaryPrimitives.ReadInt64BigEndian(value),
    };

    private double Real(ReadOnlySpan<byte> value, ushort type) => type switch
    {
        11 => littleEndian ? BinaryPrimitives.ReadSingleLittleEndian(value) : BinaryPrimitives.ReadSingleBigEndian(value),
        12 => littleEndian ? BinaryPrimitives.ReadDoubleLittleEndian(value) : BinaryPrimitives.ReadDoubleBigEndian(value),
        5 => (double)Integral(value[..4], 4) / Integral(value[4..], 4),
        _ => (double)Integral(value[..4], 9) / Integral(value[4..], 9),
    };
}
