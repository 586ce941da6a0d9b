using System.Globalization;
using System.Text;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Inference;

/// <summary>Drafts a layout for a table (CSV, TSV, JSON, JSON lines, a workbook): encoding, delimiter, types, formats of times, and which column is what. A person has to look at it: what is a guess is marked.</summary>
public static class LayoutDraft
{
    private const int Sampled = 2000;

    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy/M/d H:mm:ss", "yyyy/M/d H:mm", "yyyy-MM-dd", "yyyy/M/d",
        "dd/MM/yyyy H:mm:ss", "dd/MM/yyyy H:mm", "M/d/yyyy H:mm:ss", "M/d/yyyy H:mm", "M/d/yyyy h:mm:ss tt", "M/d/yyyy h:mm tt", "M/d/yyyy", "dd.MM.yyyy HH:mm:ss", "dd.MM.yyyy HH:mm", "yyyyMMddHHmmss", "yyyy年M月d日 H:mm", "yyyy年M月d日",
    ];

    /// <summary>The draft as YAML.</summary>
    /// <exception cref="SourceFormatException">The file is no table, or empty.</exception>
    public static string Of(string path)
    {
        var file = Path.GetFileName(path);
        var sample = TableSample.Of(path, Sampled);
        HashSet<string> taken = sample.Records == "features" ? ["type", "geometry.type"] : []; // GeoJSON's own words
        var hotline = new List<(string Column, bool Required, string From)>();
        foreach (var (column, required, words) in SourceWords.Hotline)
            if (SourceWords.Find(sample.Header, words, taken) is { } from && taken.Add(from))
                hotline.Add((column, required, from));
        var isHotline = hotline.Count >= 4 && hotline.Exists(h => h.Column == "requested_datetime") && hotline.Exists(h => h.Column is "status" or "description" or "service_name" or "category");
        var yaml = new StringBuilder();
        var name = new string([.. Path.GetFileNameWithoutExtension(path).ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        yaml.AppendLine(CultureInfo.InvariantCulture, $"# Drafted from {file} ({sample.Rows.Count} rows looked at). Save it as {(name.Length > 0 ? name : "layout")}.yaml under <lake>/contracts and mend what is marked CHECK.");
        yaml.AppendLine("kind: SourceContract").AppendLine(CultureInfo.InvariantCulture, $"name: {(name.Length > 0 ? name : "layout")}");
        yaml.AppendLine(isHotline ? "family: hotline\ndataset: hotline.service_request" : "family: sensors\ndataset: sensor.observation");
        yaml.AppendLine(CultureInfo.InvariantCulture, $"format: {sample.Format}");
        if (sample.Format == "csv" && sample.Delimiter != ',')
            yaml.AppendLine(CultureInfo.InvariantCulture, $"delimiter: {Quote(sample.Delimiter.ToString())}");
        if (sample.Encoding != "utf-8")
            yaml.AppendLine(CultureInfo.InvariantCulture, $"encoding: {sample.Encoding} # CHECK: the bytes are not UTF-8");
        yaml.AppendLine("timeZone: Asia/Shanghai # CHECK: of times without a zone").AppendLine("crs: \"OGC:CRS84\" # CHECK: GCJ-02 and BD-09 for positions from Chinese maps");
        yaml.AppendLine("recognise:").AppendLine(CultureInfo.InvariantCulture, $"  header: [{string.Join(", ", sample.Header.Where(h => h.Length > 0).Take(12).Select(Quote))}]");
        yaml.AppendLine("columns:");
        var settings = isHotline ? Orders(yaml, sample, hotline) : Sensors(yaml, sample);
        if (sample.Records is { Length: > 0 } records)
            settings.Insert(0, $"records: {Quote(records)}");
        if (settings.Count > 0)
            yaml.AppendLine("settings:").AppendLine(string.Join('\n', settings.Select(s => $"  {s}")));
        foreach (var rest in sample.Header.Where(h => h.Length > 0 && !yaml.ToString().Contains($"from: {Quote(h)}", StringComparison.Ordinal)))
            yaml.AppendLine(CultureInfo.InvariantCulture, $"# not used: {rest.ReplaceLineEndings(" ")} ({Kind(sample, rest)})");
        return yaml.ToString();
    }

    private static List<string> Orders(StringBuilder yaml, TableSample sample, List<(string Column, bool Required, string From)> columns)
    {
        var settings = new List<string>();
        if (!columns.Exists(c => c.Column == "service_request_id"))
        {
            yaml.AppendLine("  - {name: service_request_id, from: $id, required: true}");
            settings.Add($"join.$id: {Quote(string.Join('+', sample.Header.Where(h => h.Length > 0 && !h.Contains('+', StringComparison.Ordinal)).Take(8)))} # CHECK: the file has no number of the order; this makes one of what tells rows apart");
        }
        var hasPosition = columns.Exists(c => c.Column == "longitude") && columns.Exists(c => c.Column == "latitude");
        var point = hasPosition ? null : sample.Header.FirstOrDefault(h => h.Length > 0 && sample.Values(h).Take(50).ToList() is { Count: > 0 } some && some.Count(v => PointText.Read(v, isLonLat: false).Longitude is not null) * 2 > some.Count);
        var pair = hasPosition || point is not null ? null : sample.Header.FirstOrDefault(h => h.EndsWith("coordinates", StringComparison.Ordinal) && sample.Format == "json");
        foreach (var (column, required, from) in columns)
            if (column is not ("longitude" or "latitude") ? from != point : hasPosition)
                Column(yaml, sample, column, from, required);
        if (pair is not null)
            yaml.AppendLine(CultureInfo.InvariantCulture, $"  - {{name: longitude, from: {Quote($"{pair}.0")}}}\n  - {{name: latitude, from: {Quote($"{pair}.1")}}}");
        if (point is not null)
        {
            yaml.AppendLine("  - {name: longitude, from: $longitude, minimum: -180, maximum: 180}").AppendLine("  - {name: latitude, from: $latitude, minimum: -90, maximum: 90}");
            settings.Add($"position.from: {Quote(point)}");
        }
        var callers = sample.Header.Where(h => SourceWords.Callers.Any(w => h.Equals(w, StringComparison.OrdinalIgnoreCase))).ToList();
        if (callers.Count > 0)
            settings.Add($"caller.from: {Quote(string.Join('+', callers))}");
        return settings;
    }

    private static List<string> Sensors(StringBuilder yaml, TableSample sample)
    {
        var time = sample.Header.FirstOrDefault(h => Format(sample, h) is not null) ?? SourceWords.Find(sample.Header, SourceWords.Time);
        HashSet<string> taken = time is null ? [] : [time];
        var thing = SourceWords.Find(sample.Header, SourceWords.Thing, taken);
        var property = SourceWords.Find(sample.Header, SourceWords.Property, taken);
        var value = SourceWords.Find(sample.Header, SourceWords.Value, taken);
        var numbers = sample.Header.Where(h => h != time && h != thing && h.Length > 0 && Kind(sample, h) == "number").ToList();
        if (time is not null)
            Column(yaml, sample, "phenomenon_time", time, required: true);
        else
            yaml.AppendLine("  - {name: phenomenon_time, from: $time, required: true}");
        value ??= numbers is [var only] ? only : null;
        if (value is not null)
            Column(yaml, sample, "result", value, required: true);
        else
            yaml.AppendLine("  - {name: result, from: $value, required: true}");
        var settings = new List<string>();
        if (time is null)
            settings.AddRange(["time.start: '2026-01-01 00:00:00' # CHECK: the file has no time", "time.step: '300' # CHECK: seconds between rows"]);
        // A column a detector: names that are numbers, or a word with a number; whose values these are is then the column's name.
        var areThings = value is null && thing is null && numbers.TrueForAll(n => char.IsAsciiDigit(n[^1]));
        settings.Add(areThings ? "thing.from: $name" : thing is not null ? $"thing.from: {Quote(thing)}" : "thing: '1' # CHECK: whose values these are");
        if (value is null)
            settings.Add($"wide: {(numbers.TrueForAll(n => n.All(char.IsAsciiDigit)) ? "'[0-9]+'" : Quote(string.Join('|', numbers.Select(System.Text.RegularExpressions.Regex.Escape))))} # CHECK: the columns with values");
        settings.Add(value is null && !areThings ? "property.from: $name" : property is not null && value is not null ? $"property.from: {Quote(property)}" : "property: value # CHECK: what is measured, and its unit as unit.value");
        if (SourceWords.Find(sample.Header, SourceWords.Unit, taken) is { } unit && value is not null)
            settings.Add($"unit.from: {Quote(unit)}");
        return settings;
    }

    private static void Column(StringBuilder yaml, TableSample sample, string column, string from, bool required)
    {
        var format = column.EndsWith("time", StringComparison.Ordinal) ? Format(sample, from) : null;
        yaml.AppendLine(CultureInfo.InvariantCulture, $"  - {{name: {column}, from: {Quote(from)}{(required ? ", required: true" : "")}{(format is null ? "" : $", format: \"{format}\"")}}}{(format is not null && format.Contains('/') && format.Contains("yyyy ", StringComparison.Ordinal) ? " # CHECK: day first or month first" : "")}");
    }

    /// <summary>The format that all the column's values have; null where they are no times.</summary>
    private static string? Format(TableSample sample, string column)
    {
        var values = sample.Values(column).ToList();
        return values.Count == 0 ? null : TimeFormats.FirstOrDefault(f => values.TrueForAll(v => DateTime.TryParseExact(v, f, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)));
    }

    private static string Kind(TableSample sample, string column)
    {
        var values = sample.Values(column).ToList();
        return values.Count == 0 ? "empty" : Format(sample, column) is not null ? "time" : values.TrueForAll(v => double.TryParse(v, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) ? "number" : "text";
    }

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text, Options);

    private static readonly System.Text.Json.JsonSerializerOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
