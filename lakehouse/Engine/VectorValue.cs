using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Reads one value out of a flat vector as a CLR object.</summary>
internal static unsafe class VectorValue
{
    public static bool IsNull(ulong* validity, ulong row) => validity != null && (validity[row >> 6] & (1ul << (int)(row & 63))) == 0;

    public static object? Read(nint vector, ColumnType type, ulong row) =>
        Read(vector, Capi.VectorData(vector), Capi.VectorValidity(vector), type, row);

    public static object? Read(nint vector, byte* data, ulong* validity, ColumnType type, ulong row) =>
        IsNull(validity, row) ? null : type.Id switch
        {
            TypeId.Boolean => data[row] != 0,
            TypeId.TinyInt => ((sbyte*)data)[row],
            TypeId.SmallInt => ((short*)data)[row],
            TypeId.Integer => ((int*)data)[row],
            TypeId.BigInt => ((long*)data)[row],
            TypeId.UTinyInt => data[row],
            TypeId.USmallInt => ((ushort*)data)[row],
            TypeId.UInteger => ((uint*)data)[row],
            TypeId.UBigInt => ((ulong*)data)[row],
            TypeId.Float => ((float*)data)[row],
            TypeId.Double => ((double*)data)[row],
            TypeId.HugeInt => Whole((BigInteger)(Int128)((HugeInt*)data)[row].Bits),
            TypeId.UHugeInt => Whole((BigInteger)((HugeInt*)data)[row].Bits),
            TypeId.Decimal => DecimalValue.Read(data, type, row),
            TypeId.Varchar => Encoding.UTF8.GetString(Bytes(data, row)),
            TypeId.Blob or TypeId.Geometry => Bytes(data, row).ToArray(),
            TypeId.Date => EngineTime.FromDays(((int*)data)[row]),
            TypeId.Time => EngineTime.TimeFromMicros(((long*)data)[row]),
            TypeId.TimeNs => EngineTime.TimeFromMicros(((long*)data)[row] / 1000),
            TypeId.TimeTz => EngineTime.TimeTzText(((ulong*)data)[row]),
            TypeId.Timestamp => EngineTime.FromMicros(((long*)data)[row], DateTimeKind.Unspecified),
            TypeId.TimestampTz => EngineTime.FromMicros(((long*)data)[row], DateTimeKind.Utc),
            TypeId.TimestampS => EngineTime.FromUnits(((long*)data)[row], 1_000_000, DateTimeKind.Unspecified),
            TypeId.TimestampMs => EngineTime.FromUnits(((long*)data)[row], 1000, DateTimeKind.Unspecified),
            TypeId.TimestampNs => EngineTime.FromNanos(((long*)data)[row], DateTimeKind.Unspecified),
            TypeId.TimestampTzNs => EngineTime.FromNanos(((long*)data)[row], DateTimeKind.Utc),
            TypeId.Interval => Interval(((NativeInterval*)data)[row]),
            TypeId.Uuid => UuidValue.ToGuid(((HugeInt*)data)[row]),
            TypeId.Enum => type.Labels[(int)EnumIndex(data, type, row)],
            TypeId.Bit => Bits(Bytes(data, row)),
            TypeId.BigNum => BigNumber(Bytes(data, row)),
            TypeId.List => Elements(Capi.ListChild(vector), type.Children[0], ((ListEntry*)data)[row]),
            TypeId.Array => Elements(Capi.ArrayChild(vector), type.Children[0], new(row * (ulong)type.Size, (ulong)type.Size)),
            TypeId.Struct => Fields(vector, type, row),
            TypeId.Map => Map(vector, type, ((ListEntry*)data)[row]),
            TypeId.Union => Member(vector, type, row),
            TypeId.SqlNull => null,
            _ => throw new NotSupportedException($"A column of type {type} cannot be read: cast it to VARCHAR or to JSON in the query."),
        };

    /// <summary>The bytes of a <c>string_t</c> in place: up to 12 lie in the struct itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> Bytes(byte* data, ulong row)
    {
        var text = data + (row * 16);
        var length = *(int*)text;
        return new(length <= 12 ? text + 4 : *(byte**)(text + 8), length);
    }

    private static string Interval(NativeInterval interval) => EngineTime.IntervalText(interval.Months, interval.Days, interval.Micros);

    /// <summary>A <see cref="decimal"/>, which converts to other numbers, or else a <see cref="BigInteger"/>.</summary>
    private static object Whole(BigInteger value) =>
        value >= (BigInteger)decimal.MinValue && value <= (BigInteger)decimal.MaxValue ? (decimal)value : value;

    private static uint EnumIndex(byte* data, ColumnType type, ulong row) => type.Stored switch
    {
        TypeId.UTinyInt => data[row],
        TypeId.USmallInt => ((ushort*)data)[row],
        _ => ((uint*)data)[row],
    };

    private static object?[] Elements(nint child, ColumnType type, ListEntry entry)
    {
        var items = new object?[entry.Length];
        var data = Capi.VectorData(child);
        var validity = Capi.VectorValidity(child);
        for (var i = 0ul; i < entry.Length; i++)
            items[i] = Read(child, data, validity, type, entry.Offset + i);
        return items;
    }

    private static object?[] Fields(nint vector, ColumnType type, ulong row)
    {
        var fields = new object?[type.Children.Length];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = Read(Capi.StructChild(vector, (ulong)i), type.Children[i], row);
        return fields;
    }

    private static Dictionary<object, object?> Map(nint vector, ColumnType type, ListEntry entry)
    {
        var pairs = Capi.ListChild(vector); // a map is a list of key-value structs
        var keys = Elements(Capi.StructChild(pairs, 0), type.Children[0], entry);
        var values = Elements(Capi.StructChild(pairs, 1), type.Children[1], entry);
        var map = new Dictionary<object, object?>(keys.Length);
        for (var i = 0; i < keys.Length; i++)
            map[keys[i]!] = values[i];
        return map;
    }

    /// <summary>A union is a struct of a tag and the members.</summary>
    private static object? Member(nint vector, ColumnType type, ulong row)
    {
        var tag = Capi.VectorData(Capi.StructChild(vector, 0))[row];
        return Read(Capi.StructChild(vector, tag + 1ul), type.Children[tag], row);
    }

    /// <summary>The first byte says how many high bits of the second are padding.</summary>
    private static string Bits(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 8);
        for (var bit = (int)bytes[0]; bit < (bytes.Length - 1) * 8; bit++)
            text.Append((bytes[1 + (bit >> 3)] >> (7 - (bit & 7)) & 1) == 0 ? '0' : '1');
        return text.ToString();
    }

    /// <summary>Three bytes of header, then the big-endian size; all bits are turned over when negative (the header's top bit is then 0).</summary>
    private static BigInteger BigNumber(ReadOnlySpan<byte> bytes)
    {
        var negative = (bytes[0] & 0x80) == 0;
        var digits = bytes[3..].ToArray();
        if (negative)
            for (var i = 0; i < digits.Length; i++)
                digits[i] = (byte)~digits[i];
        var size = new BigInteger(digits, isUnsigned: true, isBigEndian: true);
        return negative ? -size : size;
    }
}
