using System.Text;
using System.Text.Unicode;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Inference;

/// <summary>The first rows of a file, and how they have to be read.</summary>
/// <param name="Records">Of a JSON document: the path to its records.</param>
internal sealed record TableSample(string Format, string Encoding, char Delimiter, IReadOnlyList<string> Header, IReadOnlyList<string?[]> Rows, string? Records = null)
{
    private static readonly char[] Delimiters = [',', '\t', ';', '|'];

    /// <summary>A column's values that are not blank.</summary>
    public IEnumerable<string> Values(string column)
    {
        var at = HeaderCheck.IndexOf(Header, column);
        return Rows.Select(r => at >= 0 && at < r.Length ? r[at]?.Trim() : null).Where(v => !string.IsNullOrEmpty(v))!;
    }

    /// <exception cref="SourceFormatException">The file is no text, or empty.</exception>
    public static TableSample Of(string path, int rows)
    {
        var file = Path.GetFileName(path);
        var head = new byte[1 << 20];
        int length;
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read))
            length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var bytes = head.AsSpan(0, length);
        if (new ExcelReader(NoDatasets).Recognises(bytes, file))
            return Of(new ExcelReader(NoDatasets).Sample(path, Draft("xlsx", "utf-8", null)), "xlsx", "utf-8", rows, null);
        if (bytes.Trim(" \t\r\n"u8).IsEmpty || !TextFile.LooksLikeText(bytes))
            throw new SourceFormatException(file, bytes.IsEmpty ? "is empty" : "is no text", "a table (CSV, TSV, JSON, JSON lines, a workbook)");
        var cut = bytes.LastIndexOf((byte)'\n') is var end and > 0 && length == head.Length ? bytes[..end] : bytes;
        var encoding = cut is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || Utf8.IsValid(cut) ? "utf-8" : "gb18030"; // a mark for UTF-16 is stronger than the name
        if (bytes.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'{' or (byte)'[', ..])
            return Lines(path, encoding, rows) ?? Document(path, encoding, rows);
        var best = Delimiters.Select(d => Delimited(path, encoding, d, rows)).MaxBy(s => s.Rows.Count(r => r.Length == s.Header.Count) * (s.Header.Count - 1.0) / Math.Max(1, s.Rows.Count))!;
        return best.Header.Count > 0 ? best : throw new SourceFormatException(file, "has no heading line", "a table as text");
    }

    private static TableSample Delimited(string path, string encoding, char delimiter, int rows)
    {
        using var text = TextFile.Open(path, encoding);
        var record = new RecordReader(text, delimiter);
        List<string?[]> all = [];
        while (all.Count <= rows && record.Read())
            if (record.Fault is null)
            {
                var fields = new string?[record.Count];
                for (var i = 0; i < fields.Length; i++)
                    fields[i] = new(record[i]);
                all.Add(fields);
            }
        return new("csv", encoding, delimiter, all.Count == 0 ? [] : [.. all[0].Select(h => h!.Trim())], [.. all.Skip(1)]);
    }

    private static TableSample? Lines(string path, string encoding, int rows)
    {
        using var text = TextFile.Open(path, encoding);
        var (names, records) = (new List<string>(), new List<Dictionary<string, string?>>());
        while (records.Count < rows && text.ReadLine() is { } line)
            if (JsonRecord.Read(line, out var values) is null)
            {
                records.Add(values);
                names.AddRange(values.Keys.Except(names, StringComparer.Ordinal).ToList());
            }
            else if (records.Count == 0 && !string.IsNullOrWhiteSpace(line))
                return null;
        return records.Count > 1 || (records.Count == 1 && JsonTree.LongestList(path, encoding).Length == 0)
            ? new("jsonl", encoding, ',', names, [.. records.Select(r => names.ConvertAll(n => r.GetValueOrDefault(n)).ToArray())])
            : null; // one object with a list in it is a document
    }

    private static TableSample Document(string path, string encoding, int rows)
    {
        var records = JsonTree.LongestList(path, encoding);
        return Of(new JsonReader(NoDatasets).Sample(path, Draft("json", encoding, records)), "json", encoding, rows, records);
    }

    private static TableSample Of(RecordFile file, string format, string encoding, int rows, string? records) => new(format, encoding, ',', file.Header, [.. file.Records.Take(rows).Select(r =>
        Array.ConvertAll(r.Values, v => v is DateTime time ? time.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) : Convert.ToString(v, System.Globalization.CultureInfo.InvariantCulture)))], records);

    private static readonly Dictionary<Lakehouse.TableName, Catalog.DatasetContract> NoDatasets = [];

    private static Catalog.SourceContract Draft(string format, string encoding, string? records) => new()
    {
        Name = "draft", Family = "hotline", Dataset = default, Format = format, Encoding = encoding, TimeZone = "UTC", Crs = "OGC:CRS84",
        Settings = records is { Length: > 0 } ? System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("records", records) : System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty,
    };
}
