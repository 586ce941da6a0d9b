using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Makes values of DuckDB out of CLR values, for parameters.</summary>
internal static unsafe class ParameterValue
{
    /// <param name="expected">The type that the statement wants there, or 0; a struct or an empty list needs it.</param>
    /// <returns>A value to destroy.</returns>
    /// <exception cref="ArgumentException">There is no SQL value for it.</exception>
    public static nint Create(object? value, nint expected = 0) => value switch
    {
        null or DBNull => Capi.CreateNull(),
        bool v => Capi.CreateBool((byte)(v ? 1 : 0)),
        sbyte v => Capi.CreateInt8(v),
        short v => Capi.CreateInt16(v),
        int v => Capi.CreateInt32(v),
        long v => Capi.CreateInt64(v),
        byte v => Capi.CreateUInt8(v),
        ushort v => Capi.CreateUInt16(v),
        uint v => Capi.CreateUInt32(v),
        ulong v => Capi.CreateUInt64(v),
        Int128 v => Capi.CreateHugeInt(new((UInt128)v)),
        BigInteger v => Capi.CreateHugeInt(new((UInt128)(Int128)v)),
        float v => Capi.CreateFloat(v),
        double v => Capi.CreateDouble(v),
        decimal v => Capi.CreateDecimal(DecimalValue.Native(v)),
        string v => Text(v),
        char v => Text(v.ToString()),
        byte[] v => Blob(v),
        ReadOnlyMemory<byte> v => Blob(v.Span),
        DateTime { Kind: DateTimeKind.Unspecified } v => Capi.CreateTimestamp(EngineTime.ToMicros(v)),
        DateTime v => Capi.CreateTimestampTz(EngineTime.InstantMicros(v)),
        DateTimeOffset v => Capi.CreateTimestampTz(EngineTime.ToMicros(v.UtcDateTime)),
        DateOnly v => Capi.CreateDate(EngineTime.ToDays(v)),
        TimeOnly v => Capi.CreateTime(EngineTime.ToMicros(v)),
        TimeSpan v => Capi.CreateInterval(new(0, v.Days, (v.Ticks - (v.Days * TimeSpan.TicksPerDay)) / TimeSpan.TicksPerMicrosecond)),
        Guid v => Capi.CreateUuid(UuidValue.Plain(v)),
        object?[] v when expected != 0 && Capi.GetTypeId(expected) == TypeId.Struct => Struct(v, expected),
        IReadOnlyDictionary<object, object?> v => Map([.. v.Select(pair => ((object?)pair.Key, pair.Value))], expected),
        IDictionary v => Map([.. v.Keys.Cast<object?>().Select(key => (key, v[key!]))], expected),
        IEnumerable v => List([.. v.Cast<object?>()], expected),
        _ => throw new ArgumentException($"A value of type {value.GetType()} cannot be a parameter of SQL: {string.Create(CultureInfo.InvariantCulture, $"{value}")}"),
    };

    private static nint Text(string text)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(text + '\0')) // never empty, so never a null pointer
            return Capi.CreateVarchar(bytes, (ulong)Encoding.UTF8.GetByteCount(text));
    }

    private static nint Blob(ReadOnlySpan<byte> blob)
    {
        byte none = 0;
        fixed (byte* bytes = blob)
            return Capi.CreateBlob(bytes == null ? &none : bytes, (ulong)blob.Length);
    }

    private static nint Struct(object?[] fields, nint type)
    {
        if ((int)Capi.StructTypeCount(type) is var count && count != fields.Length)
            throw new ArgumentException($"{ColumnType.Read(type)} has {count} fields, the parameter {fields.Length}.");
        using var values = new ValueList(count);
        for (var i = 0; i < count; i++)
        {
            using var field = new TypeLease(Capi.StructTypeChild(type, (ulong)i));
            values.Items[i] = Create(fields[i], field.Type);
        }
        fixed (nint* first = values.Items)
            return Made(Capi.CreateStruct(type, first), "struct");
    }

    private static nint List(object?[] items, nint type)
    {
        using var element = new TypeLease(Known(type) switch
        {
            TypeId.List => Capi.ListTypeChild(type),
            TypeId.Array => Capi.ArrayTypeChild(type),
            _ => TypeOf(items),
        });
        using var values = new ValueList(items.Length);
        for (var i = 0; i < items.Length; i++)
            values.Items[i] = Create(items[i], element.Type);
        fixed (nint* first = values.Items)
            return Made(Capi.CreateList(element.Type, first, (ulong)items.Length), "list");
    }

    private static nint Map((object? Key, object? Value)[] pairs, nint type)
    {
        var known = Known(type) == TypeId.Map;
        using var key = new TypeLease(known ? Capi.MapTypeKey(type) : TypeOf([.. pairs.Select(pair => pair.Key)]));
        using var value = new TypeLease(known ? Capi.MapTypeValue(type) : TypeOf([.. pairs.Select(pair => pair.Value)]));
        using var map = new TypeLease(Capi.CreateMapType(key.Type, value.Type));
        using var keys = new ValueList(pairs.Length);
        using var values = new ValueList(pairs.Length);
        for (var i = 0; i < pairs.Length; i++)
        {
            keys.Items[i] = Create(pairs[i].Key, key.Type);
            values.Items[i] = Create(pairs[i].Value, value.Type);
        }
        fixed (nint* firstKey = keys.Items, firstValue = values.Items)
            return Made(Capi.CreateMap(map.Type, firstKey, firstValue, (ulong)pairs.Length), "map");
    }

    private static TypeId Known(nint type) => type == 0 ? TypeId.Invalid : Capi.GetTypeId(type);

    /// <summary>The type that all items share: the first one's, with decimals at the largest scale.</summary>
    private static nint TypeOf(object?[] items)
    {
        var kinds = items.Where(item => item is not null).Select(item => item!.GetType()).Distinct().ToArray();
        if (kinds.Length > 1)
            throw new ArgumentException($"A list or map parameter needs values of one type, not of {string.Join(" and ", kinds.Select(kind => kind.Name))}.");
        if (kinds.Length == 1 && kinds[0] == typeof(decimal))
            return Capi.CreateDecimalType(38, items.OfType<decimal>().Max(item => item.Scale));
        if (kinds.Length == 0)
            return Capi.CreateLogicalType(TypeId.Varchar); // nothing to go by: text casts to any type
        var sample = Create(items.FirstOrDefault(item => item is not null));
        try
        {
            return ColumnType.Copy(Capi.ValueType(sample));
        }
        finally
        {
            Capi.DestroyValue(ref sample);
        }
    }

    private static nint Made(nint value, string what) =>
        value != 0 ? value : throw new ArgumentException($"DuckDB does not take this {what} as a parameter: its values do not fit its type.");

    /// <summary>A logical type to destroy.</summary>
    private readonly ref struct TypeLease(nint type)
    {
        public nint Type => type;

        public void Dispose()
        {
            var mine = type;
            if (mine != 0)
                Capi.DestroyLogicalType(ref mine);
        }
    }

    /// <summary>Values to destroy; room for one at least, so that the pointer to an empty list's values is not null.</summary>
    private readonly ref struct ValueList(int count)
    {
        public nint[] Items { get; } = new nint[Math.Max(count, 1)];

        public void Dispose()
        {
            for (var i = 0; i < Items.Length; i++)
                if (Items[i] != 0)
                    Capi.DestroyValue(ref Items[i]);
        }
    }
}
