using System.Text.RegularExpressions;

namespace Plinth.Ingestion;

/// <summary>Brings the many ways in which files name a CRS to <c>EPSG:n</c> or <c>OGC:CRS84</c>.</summary>
internal static partial class CrsName
{
    /// <summary>
    /// Takes <c>EPSG:7415</c>, <c>urn:ogc:def:crs:EPSG::7415</c>, <c>https://www.opengis.net/def/crs/EPSG/0/7415</c>, compound forms of them (the
    /// first, horizontal part is given) and CRS84; null for anything else.
    /// </summary>
    public static string? From(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > 1000)
            return null;
        if (Epsg().Match(text) is { Success: true } epsg)
            return $"EPSG:{epsg.Groups[1].Value}";
        return text.Contains("CRS84", StringComparison.OrdinalIgnoreCase) ? "OGC:CRS84" : null;
    }

    /// <summary>The CRS of a file: what it names itself, else what its contract declares. Never guessed.</summary>
    /// <param name="named">By the file; null where it names none.</param>
    /// <param name="declared">By the contract; <c>file</c> where it declares none.</param>
    public static string? Of(string? named, string declared) => named ?? (declared.Equals("file", StringComparison.OrdinalIgnoreCase) ? null : declared);

    /// <summary>The EPSG code that a WKT text gives to its outermost CRS (or, for a compound one without, to its horizontal part); else null.</summary>
    public static string? FromWkt(string wkt)
    {
        var depth = 0;
        string? first = null;
        for (var i = 0; i < wkt.Length; i++)
        {
            if (wkt[i] == '"')
            {
                i = wkt.IndexOf('"', i + 1);
                if (i < 0)
                    return first;
            }
            else if (wkt[i] is '[' or '(')
                depth++;
            else if (wkt[i] is ']' or ')')
                depth--;
            else if (depth is 1 or 2 && (wkt[i] is 'A' or 'I') && Authority().Match(wkt, i) is { Success: true } match)
            {
                if (depth == 1)
                    return $"EPSG:{match.Groups[1].Value}";
                if (wkt.StartsWith("COMP", StringComparison.OrdinalIgnoreCase))
                    first ??= $"EPSG:{match.Groups[1].Value}";
            }
        }
        return first;
    }

    /// <summary>The horizontal CRS of a WKT text: without the compound around it, and without the vertical CRS that Esri puts into or after it.</summary>
    public static string Horizontal(string wkt)
    {
        if (wkt.StartsWith("COMP", StringComparison.OrdinalIgnoreCase) && HorizontalNode().Match(wkt) is { Success: true } inner && EndOfNode(wkt, inner.Index) is > 0 and var end)
            wkt = wkt[inner.Index..end];
        if (VerticalNode().Match(wkt) is { Success: true } vertical && EndOfNode(wkt, vertical.Index + 1) is > 0 and var after)
            wkt = wkt[..vertical.Index] + wkt[after..];
        return wkt;
    }

    /// <summary>Where the node that begins at <paramref name="start"/> ends; 0 where it does not.</summary>
    private static int EndOfNode(string wkt, int start)
    {
        var depth = 0;
        for (var i = start; i < wkt.Length; i++)
        {
            if (wkt[i] == '"' && (i = wkt.IndexOf('"', i + 1)) < 0)
                return 0;
            depth += wkt[i] is '[' or '(' ? 1 : wkt[i] is ']' or ')' ? -1 : 0;
            if (depth == 0 && wkt[i] is ']' or ')')
                return i + 1;
        }
        return 0;
    }

    /// <summary>Metres in one unit of the WKT's horizontal CRS, where it is projected; null where it is geographic or says nothing.</summary>
    public static double? LinearUnit(string wkt)
    {
        var projected = wkt.IndexOf("PROJC", StringComparison.OrdinalIgnoreCase);
        return projected < 0 ? null : UnitOf(wkt, projected);
    }

    /// <summary>Metres in one unit of the WKT's vertical CRS; null where it has none.</summary>
    public static double? VerticalUnit(string wkt)
    {
        var vertical = wkt.IndexOf("VERT", StringComparison.OrdinalIgnoreCase);
        return vertical < 0 ? null : UnitOf(wkt, vertical);
    }

    /// <summary>The unit that stands directly in the node that begins at <paramref name="start"/>.</summary>
    private static double? UnitOf(string wkt, int start)
    {
        var depth = 0;
        for (var i = start; i < wkt.Length; i++)
        {
            if (wkt[i] == '"')
            {
                i = wkt.IndexOf('"', i + 1);
                if (i < 0)
                    return null;
            }
            else if (wkt[i] is '[' or '(')
                depth++;
            else if (wkt[i] is ']' or ')')
            {
                if (--depth == 0)
                    return null;
            }
            else if (depth == 1 && (wkt[i] is 'U' or 'L') && Unit().Match(wkt, i) is { Success: true } match
                && double.TryParse(match.Groups[1].ValueSpan, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var factor)
                && factor is > 0 and < 1e6)
                return factor;
        }
        return null;
    }

    [GeneratedRegex(@"(?<![A-Za-z])EPSG(?:::?|/[0-9.]*/|:[0-9.]+:)([0-9]{4,6})(?![0-9])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Epsg();

    [GeneratedRegex(@"\b(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS)\s*[\[\(]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HorizontalNode();

    [GeneratedRegex(@",\s*VERT_?C(?:R?S)\s*[\[\(]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex VerticalNode();

    [GeneratedRegex("""\G(?:AUTHORITY|ID)\s*[\[\(]\s*"EPSG"\s*,\s*"?([0-9]{4,6})"?""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Authority();

    [GeneratedRegex("""\G(?:LENGTH)?UNIT\s*[\[\(]\s*"[^"]*"\s*,\s*([-+0-9.eE]+)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Unit();
}
