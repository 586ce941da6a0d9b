using System.Globalization;
using System.Text;

namespace Plinth.Catalog.Audit;

/// <summary>One JSON text for one value, after RFC 8785: keys in order of UTF-16 units, no blanks, only the escapes that must be.</summary>
/// <remarks>Of the RFC what the chain needs: objects, texts and whole numbers.</remarks>
internal static class CanonicalJson
{
    public static string Of(AuditEntry entry, bool withHash)
    {
        var text = new StringBuilder("{\"action\":");
        Append(text, entry.Action).Append(",\"at\":");
        Append(text, Time(entry.At)).Append(",\"details\":{");
        var separator = "";
        foreach (var (key, value) in entry.Details.OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            Append(text.Append(separator), key).Append(':');
            Append(text, value);
            separator = ",";
        }
        text.Append('}');
        if (withHash)
            Append(text.Append(",\"hash\":"), entry.Hash);
        text.Append(",\"n\":").Append(entry.Number.ToString(CultureInfo.InvariantCulture)).Append(",\"principal\":");
        return Append(text, entry.Principal).Append('}').ToString();
    }

    /// <summary>UTC, microseconds.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static StringBuilder Append(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append("\\u00").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        return text.Append('"');
    }
}
