namespace Plinth.Ingestion.Imagery;

/// <summary>How the pixels of a TIFF image are stored, and whether they are all there.</summary>
internal static class TiffLayout
{
    private const ushort StripOffsets = 273, StripByteCounts = 279, TileOffsets = 324, TileByteCounts = 325;
    private const int MaximumBlocks = 4_000_000;

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

    /// <summary>Notes a file that ends before its pixels do.</summary>
    public static void Check(ByteView bytes, TiffDirectory image, List<string> notes)
    {
        var tiled = image.Has(TileOffsets);
        var offsets = image.Integers(tiled ? TileOffsets : StripOffsets, MaximumBlocks);
        var counts = image.Integers(tiled ? TileByteCounts : StripByteCounts, MaximumBlocks);
        if (offsets.Length == 0)
            notes.Add("it holds no pixels");
        var cut = 0;
        for (var i = 0; i < Math.Min(offsets.Length, counts.Length); i++)
            if (counts[i] != 0 && !bytes.Holds(offsets[i], counts[i]))
                cut++;
        if (cut > 0)
            notes.Add($"it is cut: {cut} of its {offsets.Length} blocks of pixels lie outside the file");
    }
}
