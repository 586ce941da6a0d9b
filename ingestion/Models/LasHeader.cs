using System.Buffers.Binary;

namespace Plinth.Ingestion.Models;

/// <summary>The public header block of a LAS file.</summary>
/// <param name="Length">Where the variable length records begin.</param>
/// <param name="ExtendedOffset">Where the extended ones begin; 0 before LAS 1.4.</param>
internal sealed record LasHeader(string Version, int Length, long PointsOffset, uint Records, byte PointFormat, ushort PointLength, long Points,
    Corner Minimum, Corner Maximum, bool IsCompressed, bool PrefersWkt, long ExtendedOffset, uint ExtendedRecords)
{
    private const int ShortestSize = 227;

    /// <exception cref="SourceFormatException">No LAS file, another version, or a header that contradicts itself.</exception>
    public static LasHeader Read(ByteView bytes)
    {
        Span<byte> head = stackalloc byte[375];
        head.Clear();
        var there = (int)Math.Min(head.Length, bytes.Length);
        bytes.Read(0, head[..there]);
        if (!head.StartsWith("LASF"u8))
            throw bytes.Refuse("it does not begin with 'LASF'");
        if (there < ShortestSize)
            throw bytes.Refuse($"it ends within its header, at byte {there}");
        var (major, minor) = (head[24], head[25]);
        if (major != 1 || minor > 4)
            throw bytes.Refuse($"it is of version {major}.{minor}");
        var length = BinaryPrimitives.ReadUInt16LittleEndian(head[94..]);
        var points = (long)BinaryPrimitives.ReadUInt32LittleEndian(head[96..]);
        if (length < ShortestSize || length > points || points > bytes.Length)
            throw bytes.Refuse($"its header of {length} bytes, points from byte {points} and length of {bytes.Length} bytes do not fit together");
        var format = head[104];
        var count = (long)BinaryPrimitives.ReadUInt32LittleEndian(head[107..]);
        var (extended, extendedCount) = (0L, 0u);
        if (minor == 4 && length >= 375 && there == 375)
        {
            extended = BinaryPrimitives.ReadInt64LittleEndian(head[235..]);
            extendedCount = BinaryPrimitives.ReadUInt32LittleEndian(head[243..]);
            if (BinaryPrimitives.ReadInt64LittleEndian(head[247..]) is > 0 and var wide)
                count = wide;
        }
        var (low, high) = (new Corner(Double(head, 187), Double(head, 203), Double(head, 219)), new Corner(Double(head, 179), Double(head, 195), Double(head, 211)));
        if (count > 0 && !(low.X <= high.X && low.Y <= high.Y && low.Z <= high.Z && double.IsFinite(low.X + low.Y + low.Z + high.X + high.Y + high.Z)))
            throw bytes.Refuse("its bounds are no box");
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
        return new($"{major}.{minor}", length, points, BinaryPrimitives.ReadUInt32LittleEndian(head[100..]), (byte)(format & 0x3F),
            BinaryPrimitives.ReadUInt16LittleEndian(head[105..]), count, low, high, (format & 0xC0) != 0, (flags & 16) != 0, extended, extendedCount);
    }

    private static double Double(ReadOnlySpan<byte> head, int at) => BinaryPrimitives.ReadDoubleLittleEndian(head[at..]);
}
