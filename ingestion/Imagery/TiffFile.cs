using System.Buffers.Binary;

namespace Plinth.Ingestion.Imagery;

/// <summary>The directories of a TIFF file, classic (TIFF 6.0) and BigTIFF, both byte orders.</summary>
internal static class TiffFile
{
    private const int MaximumDirectories = 1024;
    private const int MaximumFields = 4096;

    public static bool IsTiff(ReadOnlySpan<byte> head) =>
        head.Length >= 8 && (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) || head.StartsWith("II+\0\x08\0\0\0"u8) || head.StartsWith("MM\0+\0\x08\0\0"u8));

    /// <summary>Reads the chain of directories; a chain that bites its tail or leaves the file ends there, which <paramref name="notes"/> then says.</summary>
    /// <exception cref="SourceFormatException">No TIFF, or its first directory cannot be read.</exception>
    public static List<TiffDirectory> Read(ByteView bytes, List<string> notes)
    {
        Span<byte> head = stackalloc byte[8];
        if (bytes.Length < 8)
            throw bytes.Refuse("it is shorter than a TIFF header");
        bytes.Read(0, head);
        if (!IsTiff(head))
            throw bytes.Refuse("it does not begin like a TIFF file");
        var littleEndian = head[0] == 'I';
        var big = head[littleEndian ? 2 : 3] == '+';
        var next = Offset(big ? 8 : 4);

        var directories = new List<TiffDirectory>();
        var seen = new HashSet<long>();
        while (next != 0)
        {
            if (!seen.Add(next) || seen.Count > MaximumDirectories)
            {
                notes.Add("its chain of directories does not end");
                break;
            }
            var count = bytes.Holds(next, big ? 8 : 2) ? (big ? (long)bytes.UInt64(next, littleEndian) : bytes.UInt16(next, littleEndian)) : -1;
            var (first, size) = (next + (big ? 8 : 2), big ? 20 : 12);
            if (count is < 1 or > MaximumFields || !bytes.Holds(first, count * size))
            {
                if (directories.Count == 0)
                    throw bytes.Refuse($"its first directory, at byte {next}, is not there or cannot be read");
                notes.Add($"its directory {directories.Count + 1}, at byte {next}, cannot be read");
                break;
            }
            directories.Add(Directory(bytes.Read(first, count * size, MaximumFields * 20), first));
            var after = first + count * size;
            next = bytes.Holds(after, big ? 8 : 4) ? Offset(after) : 0;
        }
        return directories.Count > 0 ? directories : throw bytes.Refuse("it has no image directory");

        long Offset(long at) => big ? (long)bytes.UInt64(at, littleEndian) : bytes.UInt32(at, littleEndian);

        TiffDirectory Directory(ReadOnlySpan<byte> entries, long start)
        {
            var fields = new Dictionary<ushort, TiffField>();
            var size = big ? 20 : 12;
            for (var at = 0; at < entries.Length; at += size)
            {
                var entry = entries.Slice(at, size);
                var tag = UInt16(entry);
                var type = UInt16(entry[2..]);
                var count = big ? (long)UInt64(entry[4..]) : UInt32(entry[4..]);
                var value = big ? 12 : 8;
                var width = TiffDirectory.SizeOf(type);
                if (width == 0 || count <= 0 || count > bytes.Length / width)
                    continue;
                var offset = count * width <= size - value ? start + at + value : big ? (long)UInt64(entry[value..]) : UInt32(entry[value..]);
                if (bytes.Holds(offset, count * width))
                    fields.TryAdd(tag, new(type, count, offset));
            }
            return new(bytes, littleEndian, fields);
        }

        ushort UInt16(ReadOnlySpan<byte> span) => littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(span) : BinaryPrimitives.ReadUInt16BigEndian(span);
        uint UInt32(ReadOnlySpan<byte> span) => littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(span) : BinaryPrimitives.ReadUInt32BigEndian(span);
        ulong UInt64(ReadOnlySpan<byte> span) => littleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(span) : BinaryPrimitives.ReadUInt64BigEndian(span);
    }
}
