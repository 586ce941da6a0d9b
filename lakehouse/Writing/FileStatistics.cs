using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Writing;

/// <summary>A file's statistics as the engine returns them (COPY … RETURN_STATS: all values are text) turned into Delta's <c>add.stats</c>.</summary>
/// <remarks>A bound that is not certain is left out: missing means unknown, and readers then keep the file.</remarks>
internal sealed partial class FileStatistics(long rows, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string?>> columns)
{
    private const int TextKept = 32;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string ToJson(IReadOnlyList<Column> schema)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("numRecords", rows);
            foreach (var (name, write) in new (string, Func<Utf8JsonWriter, string, DataType, string, bool>)[] { ("minValues", Min), ("maxValues", Max), ("nullCount", Nulls) })
            {
                json.WriteStartObject(name);
                Write(json, schema, "", write);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A required column that holds a null, or null where there is none. Lists and maps are not covered.</summary>
    public Column? NullInRequired(IEnumerable<Column> schema) => schema.FirstOrDefault(c => !c.Nullable && c.Type is not (DataType.Struct or DataType.Array or DataType.Map)
        && Value(Quoted("", c.Name), "null_count") is { } count && count != "0");

    private void Write(Utf8JsonWriter json, IEnumerable<Column> fields, string prefix, Func<Utf8JsonWriter, string, DataType, string, bool> leaf)
    {
        foreach (var field in fields)
        {
            var path = Quoted(prefix, field.Name);
            if (field.Type is DataType.Struct inner)
            {
                json.WriteStartObject(field.Name);
                Write(json, inner.Fields, path, leaf);
                json.WriteEndObject();
            }
            else if (field.Type is not (DataType.Array or DataType.Map))
            {
                leaf(json, field.Name, field.Type, path);
            }
        }
    }

    private bool Nulls(Utf8JsonWriter json, string name, DataType type, string path)
    {
        if (long.TryParse(Value(path, "null_count"), CultureInfo.InvariantCulture, out var count))
            json.WriteNumber(name, count);
        return true;
    }

    private bool Min(Utf8JsonWriter json, string name, DataType type, string path) => Bound(json, name, type, path, upper: false);

    private bool Max(Utf8JsonWriter json, string name, DataType type, string path) => Bound(json, name, type, path, upper: true);

    private bool Bound(Utf8JsonWriter json, string name, DataType type, string path, bool upper)
    {
        if (Value(path, upper ? "max" : "min") is not { } text || Value(path, "has_nan") == "true")
            return false;
        switch (type.ToString())
        {
            case "boolean" or "binary" or "void":
                return false;
            case "string":
                if (Text(text, upper) is { } cut)
                    json.WriteString(name, cut);
                return true;
            case "date":
                if (DatePattern().IsMatch(text))
                    json.WriteString(name, text);
                return true;
            case "timestamp" or "timestamp_ntz":
                if (Time(text, upper) is { } time)
                    json.WriteString(name, time + (type.ToString() == "timestamp" ? "Z" : ""));
                return true;
            default:
                if (NumberPattern().IsMatch(text))
                {
                    json.WritePropertyName(name);
                    json.WriteRawValue(text);
                }
                return true;
        }
    }

    /// <summary>Cut on a code point boundary; what is cut from an upper bound is made good by the highest code point.</summary>
    internal static string? Text(string text, bool upper)
    {
        if (text.Contains('\\', StringComparison.Ordinal) || text.Contains('\uFFFD', StringComparison.Ordinal))
            return null; // The engine shows bytes that are no text in another way.
        var (length, runes) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (runes++ == TextKept)
                return upper ? text[..length] + "\U0010FFFF" : text[..length];
            length += rune.Utf16SequenceLength;
        }
        return text;
    }

    /// <summary>ISO 8601 with milliseconds: a lower bound is rounded down, an upper one up.</summary>
    internal static string? Time(string text, bool upper)
    {
        var plain = text.EndsWith("+00", StringComparison.Ordinal) ? text[..^3] : text;
        if (!DateTime.TryParseExact(plain, ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return null;
        var beyond = time.Ticks % TimeSpan.TicksPerMillisecond;
        if (beyond != 0)
            time = time.AddTicks(-beyond).AddMilliseconds(upper ? 1 : 0);
        return time.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture);
    }

    private string? Value(string path, string key) => columns.TryGetValue(path, out var values) && values.TryGetValue(key, out var value) ? value : null;

    private static string Quoted(string prefix, string name) => prefix.Length == 0 ? SqlText.Name(name) : $"{prefix}.{SqlText.Name(name)}";

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex DatePattern();
}
