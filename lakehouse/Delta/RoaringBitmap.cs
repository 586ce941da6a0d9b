using System.Buffers.Binary;
using System.Numerics;

namespace Plinth.Lakehouse.Delta;

/// <summary>The deletion vector format: 64-bit roaring bitmaps in the portable serialization (https://github.com/RoaringBitmap/RoaringFormatSpec).</summary>
internal static class RoaringBitmap
{
    private const int Magic = 1681511377;
    private const int CookieWithRuns = 12347;
    private const int CookieWithoutRuns = 12346;

    /// <summary>The positions, ascending.</summary>
    /// <exception cref="FormatException">Not such a bitmap.</exception>
    public static long[] Decode(ReadOnlySpan<byte> data)
    {
        try
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(data) != Magic)
                throw new FormatException("the deletion vector's magic number is wrong");
            var buckets = BinaryPrimitives.ReadInt64LittleEndian(data[4..]);
            data = data[12..];
            var positions = new List<long>();
            for (var i = 0L; i < buckets; i++)
            {
                var high = (long)BinaryPrimitives.ReadUInt32LittleEndian(data) << 32;
                data = Bitmap32(data[4..], high, positions);
            }
            return [.. positions];
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException("the deletion vector ends too early", e);
        }
    }

    private static ReadOnlySpan<byte> Bitmap32(ReadOnlySpan<byte> data, long high, List<long> positions)
    {
        var cookie = BinaryPrimitives.ReadUInt32LittleEndian(data);
        data = data[4..];
        var runs = (cookie & 0xFFFF) == CookieWithRuns;
        if (!runs && cookie != CookieWithoutRuns)
            throw new FormatException("the deletion vector holds no roaring bitmap");
        int containers;
        ReadOnlySpan<byte> runFlags = default;
        if (runs)
        {
            containers = (int)(cookie >> 16) + 1;
            runFlags = data[..((containers + 7) / 8)];
            data = data[runFlags.Length..];
        }
        else
        {
            containers = BinaryPrimitives.ReadInt32LittleEndian(data);
            data = data[4..];
        }
        var headers = data[..(containers * 4)];
        data = data[headers.Length..];
        if (!runs || containers >= 4)
            data = data[(containers * 4)..]; // offsets; the containers follow one another anyway
        for (var i = 0; i < containers; i++)
        {
            var from = high | ((long)BinaryPrimitives.ReadUInt16LittleEndian(headers[(i * 4)..]) << 16);
            var cardinality = BinaryPrimitives.ReadUInt16LittleEndian(headers[((i * 4) + 2)..]) + 1;
            if (runs && (runFlags[i / 8] >> (i % 8) & 1) == 1)
                data = Runs(data, from, positions);
            else if (cardinality <= 4096)
                data = Array(data, from, cardinality, positions);
            else
                data = Bits(data, from, positions);
        }
        return data;
    }

    private static ReadOnlySpan<byte> Runs(ReadOnlySpan<byte> data, long from, List<long> positions)
    {
        var count = BinaryPrimitives.ReadUInt16LittleEndian(data);
        data = data[2..];
        for (var i = 0; i < count; i++, data = data[4..])
        {
            var start = from + BinaryPrimitives.ReadUInt16LittleEndian(data);
            for (var more = BinaryPrimitives.ReadUInt16LittleEndian(data[2..]); more >= 0; more--)
            {
                positions.Add(start++);
                if (more == 0)
                    break;
            }
        }
        return data;
    }

    private static ReadOnlySpan<byte> Array(ReadOnlySpan<byte> data, long from, int cardinality, List<long> positions)
    {
        for (var i = 0; i < cardinality; i++)
            positions.Add(from + BinaryPrimitives.ReadUInt16LittleEndian(data[(i * 2)..]));
        return data[(cardinality * 2)..];
    }

    private static ReadOnlySpan<byte> Bits(ReadOnlySpan<byte> data, long from, List<long> positions)
    {
        for (var i = 0; i < 1024; i++)
            for (var word = BinaryPrimitives.ReadUInt64LittleEndian(data[(i * 8)..]); word != 0; word &= word - 1)
                positions.Add(from + (i * 64) + BitOperations.TrailingZeroCount(word));
        return data[8192..];
    }
}
