using System.Globalization;
using System.Text;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Inference;

/// <summary>Drafts a layout for a table of text: encoding, delimiter, types, formats of times, and which column is what. A person has to look at it: what is a guess is marked.</summary>
public static class LayoutDraft
{
    private const int Sampled = 2000;

    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss.FFF", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy/M/d H:mm:ss", "yyyy/M/d H:mm", "yyyy-MM-dd", "yyyy/M/d",
        "dd/MM/yyyy H:mm:ss", "dd/MM/yyyy H:mm", "M/d/yyyy H:mm:ss", "M/d/yyyy H:mm", "M/d/yyyy h:mm:ss tt", "dd.MM.yyyy HH:mm:ss", "dd.MM.yyyy HH:mm", "yyyyMMddHHmmss", "yyyy年M月d日 H:mm", "yyyy年M月d日",
    ];

    /// <summary>What columns of the datasets are called in sources, in the order in which they are looked for.</summary>
    private static readonly (string Column, bool Required, string[] Words)[] Hotline =
    [
        ("service_request_id", true, ["工单编号", "工单号", "case_enquiry_id", "unique_key", "unique key", "service_request_id", "ticket", "case_id", "编号", "id"]),
        ("requested_datetime", true, ["受理时间", "来电时间", "创建时间", "登记时间", "open_dt", "created_date", "created date", "requested", "opened", "created", "时间"]),
        ("closed_datetime", false, ["办结时间", "结案时间", "closed_dt", "closed_date", "closed date", "closed"]),
        ("updated_datetime", false, ["更新时间", "resolution_action_updated_date", "updated"]),
        ("status", false, ["工单状态", "状态", "case_status", "status"]),
        ("category", false, ["诉求类别", "类别", "分类", "category", "descriptor", "type"]),
        ("service_name", false, ["服务类型", "complaint_type", "complaint type", "service_name", "reason"]),
        ("description", false, ["诉求内容", "工单内容", "内容", "描述", "description", "case_title", "title"]),
        ("resolution", false, ["办理结果", "答复", "resolution_description", "resolution description", "closure_reason"]),
        ("agency_responsible", false, ["承办单位", "责任单位", "department", "agency"]),
        ("address", false, ["事发地址", "地址", "地点", "incident_address", "incident address", "address", "location"]),
        ("zipcode", false, ["邮编", "zipcode", "incident_zip", "zip"]),
        ("longitude", false, ["经度", "longitude", "lon", "lng", "x"]),
        ("latitude", false, ["纬度", "latitude", "lat", "y"]),
    ];

    private static readonly string[] ThingWords = ["detector", "device", "sensor", "station", "site", "thing", "location", "设备", "站点", "检测器"];
    private static readonly string[] PropertyWords = ["parameter", "property", "variable", "metric", "指标", "参数"];
    private static readonly string[] TimeWords = ["timestamp", "datetime", "time", "date", "时间", "日期"];
    private static readonly string[] ValueWords = ["value", "result", "reading", "数值", "值"];

    /// <summary>The draft as YAML.</summary>
    /// <exception cref="SourceFormatException">The file is no text, or empty.</exception>
    public static string Of(string path)
    {
        var file = Path.GetFileName(path);
        var sample = TableSample.Of(path, Sampled);
        var hotline = Hotline.Select(h => (h.Column, h.Required, From: Find(sample.Header, h.Words))).Where(h => h.From is not null).ToList();
        var isHotline = hotline.Count >= 4 && hotline.Exists(h => h.Column is "service_request_id") && hotline.Exists(h => h.Column is "requested_datetime");
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
        if (isHotline)
            foreach (var (column, required, from) in hotline)
                Column(yaml, sample, column, from!, required);
        else
            Sensors(yaml, sample);
        foreach (var rest in sample.Header.Where(h => h.Length > 0 && !yaml.ToString().Contains($"from: {Quote(h)}", StringComparison.Ordinal)))
            yaml.AppendLine(CultureInfo.InvariantCulture, $"# not used: {rest.ReplaceLineEndings(" ")} ({Kind(sample, rest)})");
        return yaml.ToString();
    }

    private static void Sensors(StringBuilder yaml, TableSample sample)
    {
        var time = sample.Header.FirstOrDefault(h => Format(sample, h) is not null) ?? Find(sample.Header, TimeWords);
        var (thing, property) = (Find(sample.Header, ThingWords), Find(sample.Header, PropertyWords));
        var value = Find(sample.Header, ValueWords);
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
        yaml.AppendLine("settings:");
        if (time is null)
            yaml.AppendLine("  time.start: '2026-01-01 00:00:00' # CHECK: the file has no time").AppendLine("  time.step: '300' # CHECK: seconds between rows");
        yaml.AppendLine(thing is not null ? $"  thing.from: {Quote(thing)}" : "  thing: '1' # CHECK: whose values these are");
        if (value is null)
            yaml.AppendLine(CultureInfo.InvariantCulture, $"  wide: {Quote(string.Join('|', numbers.Select(System.Text.RegularExpressions.Regex.Escape)))} # CHECK: the columns with values").AppendLine("  property.from: $name");
        else
            yaml.AppendLine(property is not null ? $"  property.from: {Quote(property)}" : "  property: value # CHECK: what is measured, and its unit as unit.value");
        if (Find(sample.Header, ["unit", "单位"]) is { } unit)
            yaml.AppendLine(CultureInfo.InvariantCulture, $"  unit.from: {Quote(unit)}");
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

    private static string? Find(IReadOnlyList<string> header, string[] words) =>
        words.Select(w => header.FirstOrDefault(h => h.Equals(w, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(h => h is not null)
        ?? words.Where(w => w.Length > 2 || w[0] > 127).Select(w => header.FirstOrDefault(h => h.Contains(w, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(h => h is not null);

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text, Options);

    private static readonly System.Text.Json.JsonSerializerOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
