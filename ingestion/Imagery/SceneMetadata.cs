using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace Plinth.Ingestion.Imagery;

/// <summary>When a scene was taken, as far as its file says so.</summary>
internal static partial class SceneMetadata
{
    private static readonly string[] Names = ["ACQUISITIONDATETIME", "ACQUISITION_DATETIME", "ACQUISITION_DATE", "DATE_ACQUIRED", "ACQUIRED", "DATETIME"];

    /// <summary>The items of GDAL's metadata (tag 42112), by name; empty where the text is no such XML. Entities are not followed.</summary>
    public static Dictionary<string, string> Items(string? xml)
    {
        var items = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (string.IsNullOrWhiteSpace(xml))
            return items;
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml.Trim()), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            while (reader.Read())
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "Item" } && reader.Depth == 1 && reader.GetAttribute("name") is { } name)
                {
                    var sample = reader.GetAttribute("sample");
                    var value = reader.IsEmptyElement ? "" : reader.ReadString();
                    if (sample is null)
                        items.TryAdd(name, value.Trim());
                }
        }
        catch (XmlException)
        {
            // What was read before the fault stays.
        }
        return items;
    }

    /// <summary>The acquisition time out of such items: ISO 8601; UTC where no offset stands. Null where none is given.</summary>
    public static DateTime? Acquired(Dictionary<string, string> items)
    {
        foreach (var name in Names)
            if (items.TryGetValue(name, out var text) && Parse(text) is { } time)
                return time;
        return null;
    }

    /// <summary>The day, and where it is there the time, that a file's name holds: <c>20210501</c>, <c>2021-05-01T020304</c>; UTC. Null where none does.</summary>
    public static DateTime? OfName(string path) =>
        DayInName().Match(Path.GetFileNameWithoutExtension(path)) is { Success: true } match
        && DateTime.TryParseExact(string.Concat(match.Groups.Values.Skip(1).Select(g => g.Length == 0 ? "00" : g.Value)), "yyyyMMddHHmmss", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>Between which times a scene of unknown time was taken: the year that is its file's whole name, else since there are photographs and before the last year that can be written.</summary>
    public static (DateTime From, DateTime To) Within(string path)
    {
        var year = YearAsName().IsMatch(Path.GetFileNameWithoutExtension(path)) ? int.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture) : (int?)null;
        return (new(year ?? 1826, 1, 1, 0, 0, 0, DateTimeKind.Utc), new(year ?? 9999, 12, 31, 23, 59, 59, DateTimeKind.Utc));
    }

    [GeneratedRegex("(?<![0-9])((?:19|20)[0-9]{2})[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12][0-9]|3[01])(?:[T_-]?([01][0-9]|2[0-3])[-_]?([0-5][0-9])[-_]?([0-5][0-9]))?Z?(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex DayInName();

    [GeneratedRegex("^(19|20)[0-9]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex YearAsName();

    /// <summary>An ISO 8601 time or day, UTC where no offset stands.</summary>
    public static DateTime? Parse(string? text) =>
        text is { Length: >= 10 } && text[4] == '-'
        && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
