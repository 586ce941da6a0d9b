using System.Text.RegularExpressions;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads RDB, the tab-separated text of the US Geological Survey: lines of comment, a heading, a line of column types (<c>5s 15s</c>), rows.</summary>
internal sealed partial class RdbReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : RecordFileReader(datasets)
{
    public override string Name => "rdb";

    public override string Expected => "RDB text: comments with #, a heading, a line of column types, rows with tabs between fields";

    public override bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.Length > 0 && head[0] == '#' && TextFile.LooksLikeText(head);

    protected override RecordFile Open(string path, SourceContract contract)
    {
        var file = Path.GetFileName(path);
        var lines = Lines(path, contract).GetEnumerator();
        if (!lines.MoveNext())
            throw new SourceFormatException(file, "has comments and nothing else", Expected);
        var header = lines.Current.Line.Split('\t').Select(c => c.Trim()).ToArray();
        if (!lines.MoveNext() || lines.Current.Line.Split('\t') is not { } types || types.Length != header.Length || !types.All(t => ColumnType().IsMatch(t)))
            throw new SourceFormatException(file, "has no line of column types after its heading", Expected);
        return new(header, Records());

        IEnumerable<FileRecord> Records()
        {
            using (lines)
                while (lines.MoveNext())
                {
                    var fields = lines.Current.Line.Split('\t');
                    yield return fields.Length == header.Length
                        ? new(lines.Current.Number, [.. fields.Select(f => f.Length == 0 ? null : f)])
                        : new(lines.Current.Number, [], $"has {fields.Length} {(fields.Length == 1 ? "field" : "fields")} instead of {header.Length}");
                }
        }
    }

    private static IEnumerable<(long Number, string Line)> Lines(string path, SourceContract contract)
    {
        using var text = TextFile.Open(path, contract.Encoding);
        for (var number = 1L; text.ReadLine() is { } line; number++)
            if (!line.StartsWith('#') && !string.IsNullOrWhiteSpace(line))
                yield return (number, line);
    }

    [GeneratedRegex(@"^\d+[snd]$", RegexOptions.CultureInvariant)]
    private static partial Regex ColumnType();
}
