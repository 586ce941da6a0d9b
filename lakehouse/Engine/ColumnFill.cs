using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Writes CLR values into one vector of a chunk and, for nested types, into its children.</summary>
internal sealed unsafe class ColumnFill
{
    private readonly ColumnType type;
    private readonly ColumnFill[] children;
    private nint vector;
    private byte* data;
    private ulong* validity;
    private ulong used; // elements of a LIST or MAP written so far
    private ulong capacity;

    public ColumnFill(ColumnType type)
    {
        this.type = type;
        children = Array.ConvertAll(type.Children, child => new ColumnFill(child));
    }

    public ColumnType Type => type;

    /// <summary>Starts over with an empty chunk's vector.</summary>
    public void Start(nint emptyVector)
    {
        Forget();
        Attach(emptyVector);
    }

    /// <exception cref="ArgumentException">The value is not of the column's type or out of its range.</exception>
    public void Write(ulong row, object? value)
    {
        if (value is null)
        {
            WriteNull(row);
            return;
        }
        if (validity != null)
            validity[row >> 6] |= 1ul << (int)(row & 63);
        switch (type.Id)
        {
            case TypeId.Boolean: data[row] = value is bool yes ? (byte)(yes ? 1 : 0) : throw Unfit(value); break;
            case TypeId.TinyInt: ((sbyte*)data)[row] = (sbyte)Whole(value, sbyte.MinValue, sbyte.MaxValue); break;
            case TypeId.SmallInt: ((short*)data)[row] = (short)Whole(value, short.MinValue, short.MaxValue); break;
            case TypeId.Integer: ((int*)data)[row] = value is int i ? i : (int)Whole(value, int.MinValue, int.MaxValue); break;
            case TypeId.BigInt: ((long*)data)[row] = value is long l ? l : (long)Whole(value, long.MinValue, long.MaxValue); break;
            case TypeId.UTinyInt: data[row] = (byte)Whole(value, 0, byte.MaxValue); break;
            case TypeId.USmallInt: ((ushort*)data)[row] = (ushort)Whole(value, 0, ushort.MaxValue); break;
            case TypeId.UInteger: ((uint*)data)[row] = (uint)Whole(value, 0, uint.MaxValue); break;
            case TypeId.UBigInt: ((ulong*)data)[row] = (ulong)Whole(value, 0, ulong.MaxValue); break;
            case TypeId.HugeInt: ((HugeInt*)data)[row] = new((UInt128)(Int128)Whole(value, (BigInteger)Int128.MinValue, (BigInteger)Int128.MaxValue)); break;
            case TypeId.UHugeInt: ((HugeInt*)data)[row] = new((UInt128)Whole(value, 0, (BigInteger)UInt128.MaxValue)); break;
            case TypeId.Float: ((float*)data)[row] = (float)Real(value); break;
            case TypeId.Double: ((double*)data)[row] = value is double d ? d : Real(value); break;
            case TypeId.Decimal: WriteDecimal(row, value); break;
            case TypeId.Varchar: WriteText(row, value as string ?? throw Unfit(value)); break;
            case TypeId.Blob or TypeId.Geometry: WriteBytes(vector, data, row, value as byte[] ?? throw Unfit(value)); break;
            case TypeId.Date: ((int*)data)[row] = value is DateOnly date ? EngineTime.ToDays(date) : throw Unfit(value); break;
            case TypeId.Time: ((long*)data)[row] = value is TimeOnly time ? EngineTime.ToMicros(time) : throw Unfit(value); break;
            case TypeId.Timestamp: ((long*)data)[row] = value is DateTime clock ? EngineTime.ToMicros(clock) : throw Unfit(value); break;
            case TypeId.TimestampTz: ((long*)data)[row] = Instant(value); break;
            case TypeId.TimestampS: ((long*)data)[row] = value is DateTime s ? EngineTime.ToMicros(s) / 1_000_000 : throw Unfit(value); break;
            case TypeId.TimestampMs: ((long*)data)[row] = value is DateTime ms ? EngineTime.ToMicros(ms) / 1000 : throw Unfit(value); break;
            case TypeId.TimestampNs: ((long*)data)[row] = value is DateTime ns ? checked((ns.Ticks - DateTime.UnixEpoch.Ticks) * 100) : throw Unfit(value); break;
            case TypeId.Interval: ((NativeInterval*)data)[row] = value is TimeSpan span ? new(0, span.Days, (span.Ticks - (span.Days * TimeSpan.TicksPerDay)) / TimeSpan.TicksPerMicrosecond) : throw Unfit(value); break;
            case TypeId.Uuid: ((HugeInt*)data)[row] = UuidValue.Stored(value is Guid guid ? guid : throw Unfit(value)); break;
            case TypeId.Enum: WriteLabel(row, value as string ?? throw Unfit(value)); break;
            case TypeId.Struct: WriteFields(row, value as object?[] ?? throw Unfit(value)); break;
            case TypeId.List: WriteElements(row, value is IEnumerable list and not string ? list.Cast<object?>().ToArray() : throw Unfit(value)); break;
            case TypeId.Array: WriteArray(row, value is IEnumerable array and not string ? array.Cast<object?>().ToArray() : throw Unfit(value)); break;
            case TypeId.Map: WritePairs(row, value); break;
            default: throw new ArgumentException($"Columns of type {type} cannot be filled from C#.");
        }
    }

    /// <summary>Sets a <c>string_t</c>: up to 12 bytes lie in it, more go to the vector's heap. VARCHAR must be UTF-8 already.</summary>
    public static void WriteBytes(nint vector, byte* data, ulong row, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= 12)
        {
            var text = data + (row * 16);
            *(ulong*)text = (uint)bytes.Length;
            *(ulong*)(text + 8) = 0;
            bytes.CopyTo(new Span<byte>(text + 4, 12));
            return;
        }
        fixed (byte* first = bytes)
            Capi.AssignBytes(vector, row, first, (ulong)bytes.Length);
    }

    private void Forget()
    {
        used = capacity = 0;
        foreach (var child in children)
            child.Forget();
    }

    private void Attach(nint to)
    {
        vector = to;
        data = Capi.VectorData(to);
        validity = Capi.VectorValidity(to);
        switch (type.Id)
        {
            case TypeId.Struct:
                for (var i = 0; i < children.Length; i++)
                    children[i].Attach(Capi.StructChild(to, (ulong)i));
                break;
            case TypeId.List:
                children[0].Attach(Capi.ListChild(to));
                break;
            case TypeId.Array:
                children[0].Attach(Capi.ArrayChild(to));
                break;
            case TypeId.Map:
                children[0].Attach(Capi.StructChild(Capi.ListChild(to), 0));
                children[1].Attach(Capi.StructChild(Capi.ListChild(to), 1));
                break;
        }
    }

    private void WriteNull(ulong row)
    {
        if (validity == null)
        {
            Capi.EnsureValidityWritable(vector);
            validity = Capi.VectorValidity(vector);
        }
        validity[row >> 6] &= ~(1ul << (int)(row & 63));
        switch (type.Id)
        {
            case TypeId.List or TypeId.Map:
                ((ListEntry*)data)[row] = new(used, 0);
                break;
            case TypeId.Struct:
                foreach (var child in children)
                    child.WriteNull(row);
                break;
            case TypeId.Array:
                for (var i = 0ul; i < (ulong)type.Size; i++)
                    children[0].WriteNull((row * (ulong)type.Size) + i);
                break;
        }
    }

    private void WriteText(ulong row, string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most > 512 ? ArrayPool<byte>.Shared.Rent(most) : null;
        var bytes = rented ?? stackalloc byte[512];
        WriteBytes(vector, data, row, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    private void WriteDecimal(ulong row, object value)
    {
        var units = DecimalValue.Unscaled(value is decimal exact ? exact : (decimal)Whole(value, (BigInteger)decimal.MinValue, (BigInteger)decimal.MaxValue), type);
        switch (type.Stored)
        {
            case TypeId.SmallInt: ((short*)data)[row] = (short)units; break;
            case TypeId.Integer: ((int*)data)[row] = (int)units; break;
            case TypeId.BigInt: ((long*)data)[row] = (long)units; break;
            default: ((HugeInt*)data)[row] = new((UInt128)units); break;
        }
    }

    private void WriteLabel(ulong row, string label)
    {
        var index = Array.IndexOf(type.Labels, label);
        if (index < 0)
            throw Unfit(label);
        switch (type.Stored)
        {
            case TypeId.UTinyInt: data[row] = (byte)index; break;
            case TypeId.USmallInt: ((ushort*)data)[row] = (ushort)index; break;
            default: ((uint*)data)[row] = (uint)index; break;
        }
    }

    private void WriteFields(ulong row, object?[] fields)
    {
        if (fields.Length != children.Length)
            throw new ArgumentException($"{type} has {children.Length} fields, the value {fields.Length}.");
        for (var i = 0; i < fields.Length; i++)
            children[i].Write(row, fields[i]);
    }

    private void WriteElements(ulong row, object?[] items)
    {
        var first = Reserve(items.Length);
        for (var i = 0; i < items.Length; i++)
            children[0].Write(first + (ulong)i, items[i]);
        ((ListEntry*)data)[row] = new(first, (ulong)items.Length);
    }

    private void WriteArray(ulong row, object?[] items)
    {
        if (items.Length != type.Size)
            throw new ArgumentException($"{type} has {type.Size} elements, the value {items.Length}.");
        for (var i = 0; i < items.Length; i++)
            children[0].Write((row * (ulong)type.Size) + (ulong)i, items[i]);
    }

    private void WritePairs(ulong row, object value)
    {
        (object Key, object? Value)[] pairs = value switch
        {
            IReadOnlyDictionary<object, object?> map => map.Select(pair => (pair.Key, pair.Value)).ToArray(),
            IDictionary map => map.Keys.Cast<object>().Select(key => (key, map[key])).ToArray(),
            _ => throw Unfit(value),
        };
        var first = Reserve(pairs.Length);
        for (var i = 0; i < pairs.Length; i++)
        {
            children[0].Write(first + (ulong)i, pairs[i].Key);
            children[1].Write(first + (ulong)i, pairs[i].Value);
        }
        ((ListEntry*)data)[row] = new(first, (ulong)pairs.Length);
    }

    /// <summary>Makes room for elements behind those written; children may move.</summary>
    private ulong Reserve(int count)
    {
        var first = used;
        used += (ulong)count;
        if (used > capacity)
        {
            capacity = BitOperations.RoundUpToPowerOf2(Math.Max(used, Capi.VectorSize));
            if (Capi.ListReserve(vector, capacity) != Capi.Success)
                throw new SqlException($"DuckDB has no room for {used} elements of {type}.");
            Attach(vector);
        }
        _ = Capi.ListSetSize(vector, used);
        return first;
    }

    private long Instant(object value) => value switch
    {
        DateTime time => EngineTime.InstantMicros(time),
        DateTimeOffset time => EngineTime.ToMicros(time.UtcDateTime),
        _ => throw Unfit(value),
    };

    private BigInteger Whole(object value, BigInteger least, BigInteger most)
    {
        BigInteger number = value switch
        {
            int n => n,
            long n => n,
            short n => n,
            sbyte n => n,
            byte n => n,
            ushort n => n,
            uint n => n,
            ulong n => n,
            Int128 n => n,
            UInt128 n => n,
            BigInteger n => n,
            decimal n when decimal.IsInteger(n) => (BigInteger)n,
            _ => throw Unfit(value),
        };
        return number >= least && number <= most ? number : throw new ArgumentException($"{number} is out of the range of {type}.");
    }

    private double Real(object value) => value switch
    {
        double n => n,
        float n => n,
        decimal n => (double)n,
        _ => (double)Whole(value, (BigInteger)Int128.MinValue, (BigInteger)Int128.MaxValue),
    };

    private ArgumentException Unfit(object value)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{value}");
        return new($"'{(text.Length > 60 ? text[..60] + "…" : text)}' ({value.GetType().Name}) is no value for {type}.");
    }
}
