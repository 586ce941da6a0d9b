using System.Buffers.Binary;

namespace Plinth.Lakehouse.Delta;

/// <summary>Positions to the deletion vector format that <see cref="RoaringBitmap"/> reads: array and bitmap containers, no runs.</summary>
internal static class RoaringEncoder
{
    private const int Magic = 1681511377;
    private const int CookieWithoutRuns = 12346;
    private const int ArrayAtMost = 4096;

    /// <param name="positions">Ascending, each once, from 0.</param>
    public static byte[] Encode(IReadOnlyList<long> positions)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream); // little-endian always
        var buckets = positions.GroupBy(position => (uint)(position >> 32)).ToList();
        writer.Write(Magic);
        writer.Write((long)buckets.Count);
        foreach (var bucket in buckets)
        {
            writer.Write(bucket.Key);
            Bitmap32(writer, [.. bucket.Select(position => (uint)position)]);
        }
        writer.Flush();
        return stream.ToArray();
    }

    private static void Bitmap32(BinaryWriter writer, uint[] values)
    {
        var containers = values.GroupBy(value => (ushort)(value >> 16)).Select(group => (group.Key, Low: group.Select(value => (ushort)value).ToArray())).ToList();
        writer.Write(CookieWithoutRuns);
        writer.Write(containers.Count);
        foreach (var (key, low) in containers)
        {
            writer.Write(key);
            writer.Write((ushort)(low.Length - 1));
        }
        var offset = 8 + (containers.Count * 8); // from the cookie on
        foreach (var (_, low) in containers)
        {
            writer.Write(offset);
            offset += low.Length <= ArrayAtMost ? low.Length * 2 : 8192;
        }
        foreach (var (_, low) in containers)
            Container(writer, low);
    }

    private static void Container(BinaryWriter writer, ushort[] low)
    {
        if (low.Length <= ArrayAtMost)
        {
            foreach (var value in low)
                writer.Write(value);
            return;
        }
        var bits = new byte[8192];
        foreach (var value in low)
            bits[value / 8] |= (byte)(1 << (value % 8));
        writer.Write(bits);
    }
}
