namespace Plinth.Ingestion.Imagery;

/// <summary>How the pixels of a TIFF image are stored, and whether they are all there.</summary>
internal static class TiffLayout
{
    private const ushort StripOffsets = 273, StripByteCounts = 279, TileOffsets = 324, TileByteCounts = 325, TileWidth = 322, TileLength = 323, RowsPerStrip = 278,
        BitsPerSample = 258;
    private const int MaximumBlocks = 4_000_000;

    /// <summary>Bytes of one tile, and of an image, that are taken whatever their compression; and the most that pixels may grow beyond that.</summary>
    private const double LargestBlock = 4.0 * (1 << 30), AlwaysFine = 16.0 * (1 << 30), LargestRatio = 20_000;

    public static string CompressionName(long code) => code switch
    {
        1 => "none",
        2 => "ccitt-rle",
        3 => "ccitt-fax3",
        4 => "ccitt-fax4",
        5 => "lzw",
        6 or 7 => "jpeg",
        8 or 32946 => "deflate",
        32773 => "packbits",
        33003 or 33005 or 34712 => "jpeg2000",
        34887 => "lerc",
        34925 => "lzma",
        50000 => "zstd",
        50001 => "webp",
        50002 or 52546 => "jpeg-xl",
        _ => $"tiff-{code}",
    };

    public static string? PhotometricName(long? code) => code switch
    {
        null => null,
        0 => "white-is-zero",
        1 => "black-is-zero",
        2 => "rgb",
        3 => "palette",
        4 => "mask",
        5 => "cmyk",
        6 => "ycbcr",
        8 => "cielab",
        _ => $"tiff-{code}",
    };

    /// <summary>Size of a tile, or of a strip, pixels.</summary>
    public static (int Width, int Height) BlockSize(TiffDirectory image, int width, int height) => image.Has(TileOffsets) || image.Has(TileWidth)
        ? (Size(image.Integer(TileWidth), width), Size(image.Integer(TileLength), height))
        : (width, Math.Min(Size(image.Integer(RowsPerStrip), height), height));

    /// <summary>The image first, tiled (or small), overviews (or small), and the overviews' pixels before the image's: the layout of a COG.</summary>
    public static bool IsCloudOptimized(List<TiffDirectory> directories, TiffDirectory image, int width, int height)
    {
        var small = Math.Max(width, height) <= 512;
        var overviews = directories.Where(d => d != image && ((d.Integer(254) ?? 0) & 5) == 1).ToList();
        if (directories[0] != image || !(small || (image.Has(TileOffsets) && overviews.Count > 0)))
            return false;
        return overviews.TrueForAll(o => First(o) is not { } at || First(image) is not { } own || at < own);

        static long? First(TiffDirectory d) => d.Integer(d.Has(TileOffsets) ? TileOffsets : StripOffsets);
    }

    /// <summary>Notes a file that ends before its pixels do, and refuses one whose pixels would swell beyond all measure.</summary>
    public static void Check(ByteView bytes, TiffDirectory image, (int Width, int Height) size, int bands, List<string> notes)
    {
        var tiled = image.Has(TileOffsets);
        var offsets = image.Integers(tiled ? TileOffsets : StripOffsets, MaximumBlocks);
        var counts = image.Integers(tiled ? TileByteCounts : StripByteCounts, MaximumBlocks);
        if (offsets.Length == 0)
            notes.Add("it holds no pixels");
        var (cut, stored) = (0, 0.0);
        for (var i = 0; i < Math.Min(offsets.Length, counts.Length); i++)
        {
            stored += counts[i] > 0 ? counts[i] : 0;
            if (counts[i] != 0 && !bytes.Holds(offsets[i], counts[i]))
                cut++;
        }
        if (cut > 0)
            notes.Add($"it is cut: {cut} of its {offsets.Length} blocks of pixels lie outside the file");
        var pixelBytes = bands * Math.Clamp(image.Integer(BitsPerSample) ?? 1, 1, 128) / 8.0;
        var block = BlockSize(image, size.Width, size.Height);
        if (offsets.Length > 0 && (double)block.Width * block.Height * pixelBytes is > LargestBlock and var each && tiled)
            throw bytes.Refuse($"one of its tiles would unpack to {each / (1 << 30):0} GiB");
        if ((double)size.Width * size.Height * pixelBytes is > AlwaysFine and var unpacked && stored > 0 && Math.Min(stored, bytes.Length) * LargestRatio < unpacked)
            throw bytes.Refuse($"its {Math.Min(stored, bytes.Length):0} bytes would unpack to {unpacked / (1 << 30):0} GiB, more than {LargestRatio} to 1");
    }

    private static int Size(long? value, int otherwise) => value is > 0 and <= int.MaxValue and var size ? (int)size : otherwise;
}
