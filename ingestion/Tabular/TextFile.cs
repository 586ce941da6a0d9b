using System.Text;

namespace Plinth.Ingestion.Tabular;

/// <summary>Opens text in a declared encoding; a byte order mark, where there is one, is stronger than the declaration.</summary>
internal static class TextFile
{
    /// <summary>Stands in decoded text where bytes do not fit the encoding. A noncharacter: no source means it.</summary>
    public const char Undecodable = '\uFFFF';

    /// <summary>UTF-8 as everything here decodes it.</summary>
    public static readonly Encoding Utf8 = Named("utf-8");

    /// <summary>A reader over the whole file.</summary>
    public static StreamReader Open(string path, string encoding)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        return Open(stream, encoding);
    }

    /// <summary>A reader over a stream that can seek; closes it with itself.</summary>
    public static StreamReader Open(Stream stream, string encoding)
    {
        Span<byte> head = stackalloc byte[3];
        var length = stream.ReadAtLeast(head, 3, throwOnEndOfStream: false);
        var (skip, name) = Mark(head[..length]);
        stream.Position = skip;
        return new(stream, Named(name ?? encoding), detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024);
    }

    /// <summary>Whether bytes look like text: no control characters but tab, line ends, form feed and escape (UTF-16 with its mark aside).</summary>
    public static bool LooksLikeText(ReadOnlySpan<byte> head) =>
        Mark(head).Encoding is "utf-16" or "utf-16BE" || !head.ContainsAny(Controls);

    /// <summary>Whether text begins with a byte order mark.</summary>
    public static bool IsMarked(ReadOnlySpan<byte> head) => Mark(head).Encoding is not null;

    private static readonly System.Buffers.SearchValues<byte> Controls =
        System.Buffers.SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1C, 0x1D, 0x1E, 0x1F, 0x7F]);

    private static (int Length, string? Encoding) Mark(ReadOnlySpan<byte> head) => head switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (3, "utf-8"),
        [0xFF, 0xFE, ..] => (2, "utf-16"),
        [0xFE, 0xFF, ..] => (2, "utf-16BE"),
        _ => (0, null),
    };

    private static Encoding Named(string name)
    {
        var replacement = new DecoderReplacementFallback(Undecodable.ToString());
        return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ReplacementFallback, replacement)
            ?? Encoding.GetEncoding(name, EncoderFallback.ReplacementFallback, replacement);
    }
}
