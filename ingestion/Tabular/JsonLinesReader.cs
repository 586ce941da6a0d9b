using System.Text;
using System.Text.Json;
using Plinth.Catalog;
using Plinth.Ingestion.Sensors;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads JSON lines (NDJSON) by their layout: each line one object, whose names are the columns.</summary>
internal sealed class JsonLinesReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : ILayoutReader
{
    public string Name => "jsonl";

    public string Expected => "JSON lines: one object a line";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => TextFile.LooksLikeText(head) && head.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>The names in the first hundred objects.</summary>
    public IReadOnlyList<string>? Columns(string path, SourceContract contract)
    {
        using var text = TextFile.Open(path, contract.Encoding);
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 100 && text.ReadLine() is { } line; i++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (JsonRecord.Read(line, out var values) is not null)
                return i == 0 ? null : names;
            names.AddRange(values.Keys.Where(seen.Add));
        }
        return names;
    }

    public ReadResult Read(FileInput input) => ReadItems.Gather(Stream(input));

    public IEnumerable<ReadItem> Stream(FileInput input)
    {
        var file = Path.GetFileName(input.Path);
        var header = Columns(input.Path, input.Contract) ?? throw new SourceFormatException(file, "its first line is not a JSON object", HeaderCheck.Expected(input.Contract));
        var rule = SensorRows.For(input, datasets);
        header = [.. header.Union(input.Contract.Columns.Where(c => c.From is not null).Select(c => c.From!).Concat(rule?.SourceColumns.OfType<string>() ?? []), StringComparer.Ordinal)];
        var mapper = new RowMapper(input, datasets[input.Contract.Dataset], header, rule);
        using var text = TextFile.Open(input.Path, input.Contract.Encoding);
        var record = new object?[header.Count];
        for (var number = 1L; text.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (JsonRecord.Read(line, out var values) is { } fault)
            {
                yield return mapper.Reject(number, fault);
                continue;
            }
            for (var i = 0; i < record.Length; i++)
                record[i] = values.GetValueOrDefault(header[i]);
            var item = mapper.Map(record, number);
            if (item.Row is { } row)
                foreach (var beside in mapper.Beside(row))
                    yield return beside;
            yield return item;
        }
    }
}

/// <summary>One JSON object as texts by name. Objects and lists stay JSON; of a name that is there twice the last value counts.</summary>
internal static class JsonRecord
{
    /// <returns>Null, or why the text is no record, as the end of a sentence.</returns>
    public static string? Read(string text, out Dictionary<string, string?> values)
    {
        values = new(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return "is not a JSON object";
            var bytes = Encoding.UTF8.GetBytes(text);
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
