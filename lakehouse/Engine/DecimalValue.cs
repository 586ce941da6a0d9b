using System.Numerics;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>DECIMAL: an integer of 2 to 16 bytes and a scale; .NET's has 96 bits and a scale of up to 28.</summary>
internal static unsafe class DecimalValue
{
    private static readonly UInt128 Highest = new(0xFFFF_FFFF, ulong.MaxValue);

    /// <exception cref="OverflowException">The value needs more digits than <see cref="decimal"/> has.</exception>
    public static decimal Read(byte* data, ColumnType type, ulong row) => Of(type.Stored switch
    {
        TypeId.SmallInt => ((short*)data)[row],
        TypeId.Integer => ((int*)data)[row],
        TypeId.BigInt => ((long*)data)[row],
        _ => (Int128)((HugeInt*)data)[row].Bits,
    }, type);

    /// <summary>The integer behind <paramref name="value"/> at the column's scale.</summary>
    /// <exception cref="ArgumentException">It does not fit, or would lose digits.</exception>
    public static Int128 Unscaled(decimal value, ColumnType type)
    {
        var (units, scale, negative) = Parts(value);
        var size = (BigInteger)units;
        for (; scale < type.Scale; scale++)
            size *= 10;
        for (; scale > type.Scale; scale--)
        {
            size = BigInteger.DivRem(size, 10, out var lost);
            if (!lost.IsZero)
                throw new ArgumentException($"{value} has more than {type.Scale} digits after its point.");
        }
        if (size >= BigInteger.Pow(10, type.Width))
            throw new ArgumentException($"{value} has too many digits for {type}.");
        return negative ? -(Int128)size : (Int128)size;
    }

    /// <summary>A value of the smallest DECIMAL that holds <paramref name="value"/>.</summary>
    public static NativeDecimal Native(decimal value)
    {
        var (units, scale, negative) = Parts(value);
        var digits = ((BigInteger)units).ToString().Length;
        return new((byte)Math.Max(digits, scale + 1), (byte)scale, new HugeInt((UInt128)(negative ? -(Int128)units : (Int128)units)));
    }

    private static decimal Of(Int128 value, ColumnType type)
    {
        var size = (UInt128)Int128.Abs(value);
        var scale = type.Scale;
        while (scale > 0 && (scale > 28 || size > Highest) && size % 10 == 0)
        {
            size /= 10;
            scale--;
        }
        if (scale > 28 || size > Highest)
            throw new OverflowException($"A value of {type} has more digits than System.Decimal holds: cast the column to VARCHAR or DOUBLE in the query.");
        var low = (ulong)size;
        return new((int)low, (int)(low >> 32), (int)(uint)(size >> 64), value < 0, scale);
    }

    private static (UInt128 Units, int Scale, bool Negative) Parts(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        return (new((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]), value.Scale, decimal.IsNegative(value));
    }
}
