using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads delimited text (CSV, TSV and their like) by its layout.</summary>
/// <remarks>Setting <c>comment</c>: lines before the heading that begin with it are passed over.</remarks>
internal sealed class DelimitedReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : RecordFileReader(datasets)
{
    public override string Name => "csv";

    public override string Expected => "delimited text with a heading line";

    public override bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.Length > 0 && TextFile.LooksLikeText(head);

    public override IReadOnlyList<string>? Columns(string path, SourceContract contract)
    {
        using var text = TextFile.Open(path, contract.Encoding);
        var record = new RecordReader(text, contract.Delimiter);
        return ReadHeader(record, contract) && record.Fault is null ? Header(record) : null;
    }

    protected override RecordFile Open(string path, SourceContract contract)
    {
        var text = TextFile.Open(path, contract.Encoding);
        try
        {
            var record = new RecordReader(text, contract.Delimiter);
            var file = Path.GetFileName(path);
            if (!ReadHeader(record, contract))
                throw new SourceFormatException(file, "is empty", HeaderCheck.Expected(contract));
            if (record.Fault is { } fault)
                throw new SourceFormatException(file, $"its first line {fault}", HeaderCheck.Expected(contract));
            var header = Header(record);
            return new(header, Records(text, record, header.Count, file, contract));
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    private static bool ReadHeader(RecordReader record, SourceContract contract)
    {
        var comment = contract.Settings.GetValueOrDefault("comment");
        while (record.Read())
            if (comment is null || record.Count == 0 || !record[0].StartsWith(comment, StringComparison.Ordinal))
                return true;
        return false;
    }

    private static IEnumerable<FileRecord> Records(StreamReader text, RecordReader record, int columns, string file, SourceContract contract)
    {
        using (text)
        {
            var any = false;
            var asText = !contract.Settings.Keys.Any(s => s is "wide" or "time.start" or "position.from" || s.StartsWith("join.", StringComparison.Ordinal)); // nobody looks at values between here and the mapping
            while (record.Read())
            {
                any = true;
                if (record.Fault is { } broken)
                {
                    yield return new(record.Line, [], broken);
                    continue;
                }
                if (record.Count != columns)
                {
                    yield return new(record.Line, [], $"has {record.Count} {(record.Count == 1 ? "field" : "fields")} instead of {columns}");
                    continue;
                }
                if (asText)
                {
                    yield return new(record.Line, []) { Text = record };
                    continue;
                }
                var values = new object?[columns];
                for (var i = 0; i < columns; i++)
                    values[i] = record[i].IsEmpty ? null : new string(record[i]);
                yield return new(record.Line, values);
            }
            if (!any)
                throw new SourceFormatException(file, "has a heading line and no rows", HeaderCheck.Expected(contract));
        }
    }

    private static List<string> Header(RecordReader record)
    {
        var names = new List<string>(record.Count);
        for (var i = 0; i < record.Count; i++)
            names.Add(record[i].Trim().ToString());
        return names;
    }
}
