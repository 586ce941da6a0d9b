using System.Text;
using System.Text.Json;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads JSON lines (NDJSON) by their layout: each line one object, whose names are the columns.</summary>
internal sealed class JsonLinesReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : RecordFileReader(datasets)
{
    private const int Sampled = 100;

    public override string Name => "jsonl";

    public override string Expected => "JSON lines: one object a line";

    public override bool Recognises(ReadOnlySpan<byte> head, string fileName) => TextFile.LooksLikeText(head) && head.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'{', ..];

    protected override RecordFile Open(string path, SourceContract contract)
    {
        var names = new List<string>();
        using (var text = TextFile.Open(path, contract.Encoding))
            for (var i = 0; i < Sampled && text.ReadLine() is { } line; i++)
                if (!string.IsNullOrWhiteSpace(line))
                {
                    if (JsonRecord.Read(line, out var values) is null)
                        names.AddRange(values.Keys);
                    else if (names.Count == 0)
                        throw new SourceFormatException(Path.GetFileName(path), "its first line is not a JSON object", HeaderCheck.Expected(contract));
                }
        names.AddRange(contract.Columns.Where(c => c is { From: not null and not ['$', ..], Required: false }).Select(c => c.From!)); // names that the first lines do not have
        if (PointText.Column(contract) is { } position)
            names.Add(position);
        string[] header = [.. names.Distinct(StringComparer.Ordinal)];
        return new(header, Records(path, contract, header));
    }

    private static IEnumerable<FileRecord> Records(string path, SourceContract contract, string[] header)
    {
        using var text = TextFile.Open(path, contract.Encoding);
        for (var number = 1L; text.ReadLine() is { } line; number++)
            if (!string.IsNullOrWhiteSpace(line))
                yield return JsonRecord.Read(line, out var values) is { } fault
                    ? new(number, [], fault)
                    : new(number, Array.ConvertAll(header, name => (object?)values.GetValueOrDefault(name)));
    }
}

/// <summary>One JSON object as texts by name. Objects and lists stay JSON; of a name that is there twice the last value counts.</summary>
internal static class JsonRecord
{
    /// <returns>Null, or why the text is no record, as the end of a sentence.</returns>
    public static string? Read(string text, out Dictionary<string, string?> values)
    {
        values = new(StringComparer.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return "is not a JSON object";
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    reader.Skip();
                values[name] = reader.TokenType switch
                {
                    JsonTokenType.Null => null,
                    JsonTokenType.String => reader.GetString(),
                    _ => Encoding.UTF8.GetString(bytes, start, (int)reader.BytesConsumed - start),
                };
            }
            return reader.Read() ? "has text after its JSON object" : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "is not a JSON object";
        }
    }
}
