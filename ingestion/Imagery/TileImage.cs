using System.Buffers.Binary;
using System.IO.Compression;

namespace Plinth.Ingestion.Imagery;

/// <summary>What the bytes of a tile say of it.</summary>
internal static class TileImage
{
    /// <summary>A picture that is transparent all over packs well: larger ones are not looked at.</summary>
    public const int LargestEmpty = 2048;

    private const int LargestSide = 8192;

    /// <summary>Media type by the first bytes; null where they are of no known kind. Gzip holds vector tiles.</summary>
    public static string? MediaType(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) ? "image/webp"
        : head.Length >= 12 && head[4..].StartsWith("ftypavif"u8) ? "image/avif"
        : head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? "application/vnd.mapbox-vector-tile"
        : null;

    /// <summary>The media type that a file's ending or a metadata value (<c>png, jpg, pbf …</c>) names; null for others.</summary>
    public static string? MediaType(string? format) => format?.Trim().TrimStart('.').ToLowerInvariant() switch
    {
        "png" or "image/png" => "image/png",
        "jpg" or "jpeg" or "image/jpg" or "image/jpeg" => "image/jpeg",
        "webp" or "image/webp" => "image/webp",
        "avif" or "image/avif" => "image/avif",
        "pbf" or "mvt" or "application/vnd.mapbox-vector-tile" or "application/x-protobuf" => "application/vnd.mapbox-vector-tile",
        _ => null,
    };

    /// <summary>Why a tile is not taken: a PNG that says it is larger than any tile is. Null where nothing is wrong.</summary>
    public static string? Fault(ReadOnlySpan<byte> head) =>
        MediaType(head) == "image/png" && head.Length >= 24
        && (BinaryPrimitives.ReadUInt32BigEndian(head[16..]), BinaryPrimitives.ReadUInt32BigEndian(head[20..])) is var (width, height)
        && (width is 0 or > LargestSide || height is 0 or > LargestSide)
            ? $"the tile says it is {width} × {height} pixels, which no tile is; make the archive anew" : null;

    /// <summary>Whether a PNG is transparent all over. Only small ones are unpacked, and never more than their size in pixels asks for.</summary>
    public static bool? IsEmpty(ReadOnlySpan<byte> tile)
    {
        if (tile.IsEmpty)
            return true;
        if (tile.Length > LargestEmpty || MediaType(tile) != "image/png" || Fault(tile) is not null || tile.Length < 33)
            return tile.Length > LargestEmpty || MediaType(tile) is "image/jpeg" ? false : null;
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(tile[16..]), BinaryPrimitives.ReadInt32BigEndian(tile[20..]));
        var (depth, colour, interlaced) = (tile[24], tile[25], tile[28] != 0);
        if (interlaced || width > 1024 || height > 1024 || depth is not (1 or 2 or 4 or 8 or 16))
            return null;
        if (colour is 0 or 2)
            return false;
        return Unpack(tile, out var alphas) is { } rows ? PngPixels.AreTransparent(rows, (width, height), depth, colour, alphas) : null;
    }

    private static byte[]? Unpack(ReadOnlySpan<byte> tile, out byte[] alphas)
    {
        alphas = [];
        var data = new MemoryStream();
        for (var at = 8; at + 12 <= tile.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(tile[at..]);
            if (length > tile.Length - at - 12)
                break;
            var type = tile.Slice(at + 4, 4);
            var content = tile.Slice(at + 8, (int)length);
            if (type.SequenceEqual("IDAT"u8))
                data.Write(content);
            else if (type.SequenceEqual("tRNS"u8))
                alphas = content.ToArray();
            at += 12 + (int)length;
        }
        data.Position = 0;
        var plain = new byte[1024 * (1024 * 8 + 1)];
        try
        {
            using var unzip = new ZLibStream(data, CompressionMode.Decompress);
            var read = unzip.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false);
            return plain[..read];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
