using System.Text.Json;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads one JSON document by its layout, whatever its nesting.</summary>
/// <remarks>
/// Setting <c>records</c>: names with points between them that lead to the records; lists on the way are gone through. A column's <c>from</c> is a path from the record,
/// or from an element above it. A document is held whole: up to 256 MiB.
/// </remarks>
internal sealed class JsonReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : RecordFileReader(datasets)
{
    private const long Largest = 256L << 20;

    public override string Name => "json";

    public override string Expected => "one JSON document";

    public override bool Recognises(ReadOnlySpan<byte> head, string fileName) => TextFile.LooksLikeText(head) && head.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'{' or (byte)'[', ..];

    protected override RecordFile Open(string path, SourceContract contract)
    {
        var (file, at) = (Path.GetFileName(path), contract.Settings.GetValueOrDefault("records", ""));
        if (new FileInfo(path).Length > Largest)
            throw new SourceFormatException(file, $"has more than {Largest >> 20} MiB", "JSON lines (format jsonl) for more");
        JsonElement root;
        try
        {
            using var text = TextFile.Open(path, contract.Encoding);
            using var document = JsonDocument.Parse(text.ReadToEnd(), new() { MaxDepth = 128 });
            root = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new SourceFormatException(file, $"is not JSON ({e.Message})", HeaderCheck.Expected(contract));
        }
        var records = JsonTree.Records(root, at);
        if (records.FirstOrDefault() is not { } first)
        {
            if (at.Length > 0 && JsonTree.Records(root, at.Contains('.') ? at[..at.LastIndexOf('.')] : "").FirstOrDefault() is null && !IsEmptyList(root, at))
                throw new SourceFormatException(file, $"has nothing at '{at}'", HeaderCheck.Expected(contract));
            return new([.. Asked(contract)], []);
        }
        var header = JsonTree.Paths(first);
        header.AddRange(Asked(contract).Where(c => JsonTree.Value(first, c) is not null || contract.Columns.Any(x => x.From == c && !x.Required) || c == PointText.Column(contract)).Except(header, StringComparer.Ordinal).ToList());
        return new(header, records.Select((record, i) => new FileRecord(i + 1, [.. header.Select(c => (object?)JsonTree.Value(record, c))])));
    }

    private static IEnumerable<string> Asked(SourceContract contract) => contract.Columns.Where(c => c.From is not null and not ['$', ..]).Select(c => c.From!)
        .Concat(contract.Recognise?.Header ?? [])
        .Concat(new[] { "thing.from", "property.from", "unit.from" }.SelectMany(s => contract.Settings.GetValueOrDefault(s)is { } column && !contract.Settings.ContainsKey($"join.{column}") ? new[] { column } : []).Where(c => c is not ['$', ..]))
        .Concat(Joined.Columns(contract)).Concat(PointText.Column(contract) is { } position ? [position] : []).Distinct(StringComparer.Ordinal);

    /// <summary>Whether the path leads to a list, or over one, that is empty.</summary>
    private static bool IsEmptyList(JsonElement at, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (at.ValueKind == JsonValueKind.Array)
                return at.GetArrayLength() == 0 || IsEmptyList(at[0], path[path.IndexOf(name, StringComparison.Ordinal)..]);
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                return false;
        }
        return at.ValueKind == JsonValueKind.Array && at.GetArrayLength() == 0;
    }
}
