using System.Globalization;
using System.Text;

namespace Plinth.Ingestion.Photos;

/// <summary>Small text files of others: UTF-8, else Latin-1; whole in memory, under a limit.</summary>
internal static class PlainText
{
    private const int Largest = 64 << 20;

    public static string Read(ByteView bytes)
    {
        var content = bytes.Read(0, bytes.Length, Largest);
        if (content.AsSpan().Contains((byte)0))
            throw bytes.Refuse("it is no text");
        var start = content.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content, start, content.Length - start);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(content, start, content.Length - start);
        }
    }

    /// <summary>The head of a file as text where it is one; else empty.</summary>
    public static string Head(ReadOnlySpan<byte> head) => head.Contains((byte)0) ? "" : Encoding.Latin1.GetString(head.StartsWith(Encoding.UTF8.Preamble) ? head[3..] : head);

    /// <summary>Lines with their numbers from 1; CR, LF and CRLF all end one.</summary>
    public static IEnumerable<(int Number, string Text)> Lines(string text)
    {
        var reader = new StringReader(text);
        for (var number = 1; reader.ReadLine() is { } line; number++)
            yield return (number, line);
    }

    /// <summary>Values of a line, between blanks, tabs, commas or semicolons.</summary>
    public static string[] Values(string line) => line.Split([' ', '\t', ',', ';'], StringSplitOptions.RemoveEmptyEntries);

    public static double? Number(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    /// <summary>A CRS as such files name it: WKT, <c>EPSG:n</c>, <c>WGS84 UTM 32N</c>; null for others.</summary>
    public static string? Crs(string text)
    {
        text = text.Trim();
        var wkt = text.IndexOfAny(['[', '(']) is > 0 and var bracket ? text.LastIndexOfAny([' ', ':', '#'], bracket) is var before && before >= 0 ? text[(before + 1)..] : text : null;
        if (wkt is not null && (wkt.StartsWith("PROJ", StringComparison.OrdinalIgnoreCase) || wkt.StartsWith("GEOG", StringComparison.OrdinalIgnoreCase) || wkt.StartsWith("COMP", StringComparison.OrdinalIgnoreCase)))
            return CrsName.FromWkt(wkt) ?? CrsName.Horizontal(wkt);
        if (CrsName.From(text) is { } named)
            return named;
        var words = text.TrimStart('#', ' ').Split([' ', '/', '_'], StringSplitOptions.RemoveEmptyEntries);
        var utm = Array.FindIndex(words, w => w.Equals("UTM", StringComparison.OrdinalIgnoreCase));
        if (utm < 0)
            return text.TrimStart('#', ' ') is "WGS84" or "WGS 84" ? "EPSG:4326" : null;
        var zone = words[(utm + 1)..].FirstOrDefault(w => char.IsAsciiDigit(w[0]));
        return zone is { Length: >= 2 } && int.TryParse(zone.AsSpan(0, zone.Length - 1), CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 60
            && char.ToUpperInvariant(zone[^1]) is 'N' or 'S' && text.Contains("WGS", StringComparison.OrdinalIgnoreCase)
            ? $"EPSG:{(char.ToUpperInvariant(zone[^1]) == 'N' ? 32600 : 32700) + int.Parse(zone.AsSpan(0, zone.Length - 1), CultureInfo.InvariantCulture)}" : null;
    }
}
