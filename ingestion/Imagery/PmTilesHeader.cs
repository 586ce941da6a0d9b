using System.Buffers.Binary;

namespace Plinth.Ingestion.Imagery;

/// <summary>The first 127 bytes of a PMTiles archive, all offsets checked against the file.</summary>
internal sealed record PmTilesHeader(long RootOffset, long RootLength, long LeavesOffset, long LeavesLength, long TileDataOffset, long TileDataLength,
    long AddressedTiles, byte InternalCompression, byte TileType, byte MinimumZoom, byte MaximumZoom)
{
    public const int Size = 127;

    /// <exception cref="SourceFormatException">Another file, another version, or parts outside the file.</exception>
    public static PmTilesHeader Read(ByteView bytes)
    {
        Span<byte> head = stackalloc byte[Size];
        head.Clear();
        bytes.Read(0, head[..(int)Math.Min(Size, bytes.Length)]);
        if (!head.StartsWith("PMTiles"u8))
            throw bytes.Refuse("it does not begin with 'PMTiles'");
        if (head[7] != 3)
            throw bytes.Refuse($"it is a PMTiles archive of version {head[7]}");
        if (bytes.Length < Size)
            throw bytes.Refuse($"it ends within its header, at byte {bytes.Length}");
        var header = new PmTilesHeader(Long(head, 8), Long(head, 16), Long(head, 40), Long(head, 48), Long(head, 56), Long(head, 64),
            Long(head, 72), head[97], head[99], head[100], head[101]);
        if (!bytes.Holds(header.RootOffset, header.RootLength) || header.RootLength == 0)
            throw bytes.Refuse("its root directory lies outside the file");
        if (!bytes.Holds(header.LeavesOffset, header.LeavesLength))
            throw bytes.Refuse("its leaf directories lie outside the file");
        if (!bytes.Holds(header.TileDataOffset, 0) || header.TileDataLength < 0)
            throw bytes.Refuse("its tiles lie outside the file");
        if (header.InternalCompression is not (1 or 2))
            throw bytes.Refuse($"its directories are compressed with method {header.InternalCompression}, and only none (1) and gzip (2) are read");
        if (header.MaximumZoom > WebTile.MaximumZoom || header.MinimumZoom > header.MaximumZoom)
            throw bytes.Refuse($"its zooms {header.MinimumZoom} to {header.MaximumZoom} are no range within 0 to {WebTile.MaximumZoom}");
        return header;
    }

    /// <summary>Media type of the tiles; null where the header does not say it.</summary>
    public string? MediaType => TileType switch
    {
        1 => "application/vnd.mapbox-vector-tile",
        2 => "image/png",
        3 => "image/jpeg",
        4 => "image/webp",
        5 => "image/avif",
        _ => null,
    };

    private static long Long(ReadOnlySpan<byte> head, int at) => BinaryPrimitives.ReadInt64LittleEndian(head[at..]);
}
