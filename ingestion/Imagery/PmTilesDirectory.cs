using System.IO.Compression;

namespace Plinth.Ingestion.Imagery;

/// <summary>A run of tiles that share their bytes.</summary>
/// <param name="Offset">From the beginning of the tile data.</param>
internal readonly record struct PmTilesEntry(long TileId, long RunLength, long Length, long Offset);

/// <summary>The root and leaf directories of a PMTiles archive.</summary>
internal static class PmTilesDirectory
{
    private const int MaximumDepth = 4;
    private const int MaximumDirectoryBytes = 64 * 1024 * 1024;
    private const long MaximumUnpackedBytes = 1L << 30;
    private const long MaximumTiles = 200_000_000;
    private const int MaximumRejections = 1000;

    /// <summary>All entries in the directories' order; an entry whose tile lies outside the file or the zooms is a rejection.</summary>
    /// <exception cref="SourceFormatException">A directory is broken, or the whole is larger than the limits.</exception>
    public static (List<PmTilesEntry> Entries, List<RejectedRow> Rejected) ReadAll(ByteView bytes, PmTilesHeader header)
    {
        var entries = new List<PmTilesEntry>();
        var rejected = new List<RejectedRow>();
        var seen = new HashSet<long>();
        var (unpacked, tiles) = (0L, 0L);
        var end = WebTile.FirstOf(header.MaximumZoom + 1);
        Visit(header.RootOffset, header.RootLength, 1);
        return (entries, rejected);

        void Visit(long offset, long length, int depth)
        {
            if (depth > MaximumDepth)
                throw bytes.Refuse($"its directories are nested deeper than {MaximumDepth}");
            if (!seen.Add(offset))
                throw bytes.Refuse($"its directory at byte {offset} is named twice");
            var directory = Unpack(bytes, offset, length, header.InternalCompression == 2);
            unpacked += directory.Length;
            if (unpacked > MaximumUnpackedBytes)
                throw bytes.Refuse("its directories unpack to more than a gibibyte");
            foreach (var entry in Parse(bytes, directory, offset))
            {
                if (entry.RunLength == 0)
                {
                    if (entry.Offset > header.LeavesLength || entry.Length > header.LeavesLength - entry.Offset)
                        throw bytes.Refuse($"its leaf directory at {entry.Offset} lies outside the leaf directories");
                    Visit(header.LeavesOffset + entry.Offset, entry.Length, depth + 1);
                }
                else if (Fault(entry) is { } fault)
                {
                    if (rejected.Count == MaximumRejections)
                        throw bytes.Refuse($"more than {MaximumRejections} of its tiles are broken, the last because {fault}");
                    rejected.Add(new(null, "tile_id", entry.TileId.ToString(), fault));
                }
                else
                {
                    tiles += entry.RunLength;
                    if (tiles > MaximumTiles)
                        throw bytes.Refuse($"it names more than {MaximumTiles} tiles");
                    entries.Add(entry);
                }
            }
        }

        string? Fault(PmTilesEntry entry) =>
            entry.TileId >= end || entry.RunLength > end - entry.TileId ? $"the tile lies beyond zoom {header.MaximumZoom}, the archive's last; make the archive anew"
            : entry.Length == 0 ? "the tile has no bytes; make the archive anew"
            : entry.Offset > bytes.Length - header.TileDataOffset || !bytes.Holds(header.TileDataOffset + entry.Offset, entry.Length)
                ? "the tile's bytes lie outside the file; copy the archive anew"
            : null;
    }

    private static ReadOnlyMemory<byte> Unpack(ByteView bytes, long offset, long length, bool gzip)
    {
        var packed = bytes.Read(offset, length, MaximumDirectoryBytes);
        if (!gzip)
            return packed;
        try
        {
            using var unzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            var plain = new MemoryStream();
            var buffer = new byte[64 * 1024];
            for (int read; (read = unzip.Read(buffer)) > 0;)
            {
                if (plain.Length + read > MaximumDirectoryBytes)
                    throw bytes.Refuse($"its directory at byte {offset} unpacks to more than {MaximumDirectoryBytes} bytes");
                plain.Write(buffer, 0, read);
            }
            return plain.GetBuffer().AsMemory(0, (int)plain.Length);
        }
        catch (InvalidDataException)
        {
            throw bytes.Refuse($"its directory at byte {offset} is no gzip data");
        }
    }

    /// <summary>A directory: the count, then ids as differences, run lengths, lengths, offsets (0: right after the one before), all as varints.</summary>
    private static PmTilesEntry[] Parse(ByteView bytes, ReadOnlyMemory<byte> directory, long at)
    {
        var rest = directory.Span;
        var count = Next(ref rest);
        if (count > rest.Length / 4)
            throw bytes.Refuse($"its directory at byte {at} names {count} entries in {directory.Length} bytes");
        var (ids, runs, lengths) = (new long[count], new long[count], new long[count]);
        var id = 0L;
        for (var i = 0; i < count; i++)
        {
            var step = Next(ref rest);
            if (step > long.MaxValue - id || (i > 0 && step == 0))
                throw bytes.Refuse($"the tile numbers of its directory at byte {at} do not grow");
            ids[i] = id += step;
        }
        for (var i = 0; i < count; i++)
            runs[i] = Next(ref rest);
        for (var i = 0; i < count; i++)
            lengths[i] = Next(ref rest);
        var entries = new PmTilesEntry[count];
        for (var i = 0; i < count; i++)
        {
            var value = Next(ref rest);
            if (value == 0 && i == 0)
                throw bytes.Refuse($"the first entry of its directory at byte {at} has no offset");
            var offset = value > 0 ? value - 1 : entries[i - 1].Offset + lengths[i - 1];
            if (offset < 0 || lengths[i] > bytes.Length)
                offset = long.MaxValue; // Outside any file: rejected by whoever looks at it.
            entries[i] = new(ids[i], runs[i], Math.Min(lengths[i], bytes.Length + 1), offset);
        }
        return entries;

        long Next(ref ReadOnlySpan<byte> from)
        {
            var value = 0UL;
            for (var i = 0; i < 10 && i < from.Length; i++)
            {
                value |= (ulong)(from[i] & 0x7F) << (7 * i);
                if (from[i] < 0x80)
                {
                    from = from[(i + 1)..];
                    return value <= long.MaxValue ? (long)value : throw bytes.Refuse($"its directory at byte {at} holds a number out of range");
                }
            }
            throw bytes.Refuse($"its directory at byte {at} ends within an entry");
        }
    }
}
