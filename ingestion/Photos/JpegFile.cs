namespace Plinth.Ingestion.Photos;

/// <summary>The segments of a JPEG file that matter for its pose. The image itself is not read.</summary>
internal sealed record JpegFile(int Width, int Height, byte[]? Exif, byte[]? Xmp)
{
    private const int MaximumSegments = 4096;

    /// <summary>Reads up to the beginning of the compressed image (ITU-T T.81, annex B).</summary>
    /// <exception cref="SourceFormatException">No JPEG file, or it ends before it says its size.</exception>
    public static JpegFile Read(ByteView bytes, List<string> notes)
    {
        if (bytes.Length < 4 || bytes.UInt16(0, littleEndian: false) != 0xFFD8)
            throw bytes.Refuse("it does not begin like a JPEG image");
        var (width, height) = (0, 0);
        byte[]? exif = null, xmp = null;
        var at = 2L;
        for (var segment = 0; segment < MaximumSegments && bytes.Holds(at, 4); segment++)
        {
            var marker = bytes.UInt16(at, littleEndian: false);
            if (marker is 0xFFFF or 0xFF01 or (>= 0xFFD0 and <= 0xFFD7))
            {
                at += marker == 0xFFFF ? 1 : 2;
                continue;
            }
            if (marker is < 0xFF00 or 0xFFDA or 0xFFD9)
                break;
            var length = bytes.UInt16(at + 2, littleEndian: false) - 2;
            if (length < 0 || !bytes.Holds(at + 4, length))
            {
                notes.Add("one of its segments ends outside the file");
                break;
            }
            if (marker == 0xFFE1)
            {
                var content = bytes.Read(at + 4, length, ushort.MaxValue);
                if (exif is null && content.AsSpan().StartsWith("Exif\0\0"u8))
                    exif = content[6..];
                else if (xmp is null && content.AsSpan().StartsWith("http://ns.adobe.com/xap/1.0/\0"u8))
                    xmp = content[29..];
            }
            else if (marker is >= 0xFFC0 and <= 0xFFCF and not (0xFFC4 or 0xFFC8 or 0xFFCC) && length >= 6)
                (height, width) = (bytes.UInt16(at + 5, littleEndian: false), bytes.UInt16(at + 7, littleEndian: false));
            at += 4 + length;
        }
        return width > 0 && height > 0 ? new(width, height, exif, xmp) : throw bytes.Refuse("it ends before the frame that says the image's size");
    }
}
