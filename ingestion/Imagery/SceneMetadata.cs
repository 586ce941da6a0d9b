using System.Globalization;
using System.Xml;

namespace Plinth.Ingestion.Imagery;

/// <summary>When a scene was taken, as far as its file says so.</summary>
internal static class SceneMetadata
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

    /// <summary>An ISO 8601 time or day, UTC where no offset stands.</summary>
    public static DateTime? Parse(string? text) =>
        text is { Length: >= 10 } && text[4] == '-'
        && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
