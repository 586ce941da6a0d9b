using Plinth.Catalog;
using Plinth.Ingestion.Sensors;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads delimited text (CSV, TSV and their like) by its layout.</summary>
internal sealed class DelimitedReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : ILayoutReader
{
    public string Name => "csv";

    public string Expected => "delimited text with a heading line";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.Length > 0 && TextFile.LooksLikeText(head);

    public IReadOnlyList<string>? Columns(string path, SourceContract contract)
    {
        using var text = TextFile.Open(path, contract.Encoding);
        var record = new RecordReader(text, contract.Delimiter);
        return record.Read() && record.Fault is null ? Header(record) : null;
    }

    public ReadResult Read(FileInput input) => ReadItems.Gather(Stream(input));

    public IEnumerable<ReadItem> Stream(FileInput input)
    {
        using var text = TextFile.Open(input.Path, input.Contract.Encoding);
        var record = new RecordReader(text, input.Contract.Delimiter);
        var file = Path.GetFileName(input.Path);
        if (!record.Read())
            throw new SourceFormatException(file, "is empty", HeaderCheck.Expected(input.Contract));
        if (record.Fault is { } fault)
            throw new SourceFormatException(file, $"its first line {fault}", HeaderCheck.Expected(input.Contract));
        var header = Header(record);
        var mapper = new RowMapper(input, datasets[input.Contract.Dataset], header, SensorRows.For(input, datasets));
        var any = false;
        while (record.Read())
        {
            any = true;
            var item = record.Fault is { } broken ? mapper.Reject(record.Line, broken)
                : record.Count != header.Count ? mapper.Reject(record.Line, $"has {record.Count} {(record.Count == 1 ? "field" : "fields")} instead of {header.Count}")
                : mapper.Map(record);
            if (item.Row is { } row)
                foreach (var beside in mapper.Beside(row))
                    yield return beside;
            yield return item;
        }
        if (!any)
            throw new SourceFormatException(file, "has a heading line and no rows", HeaderCheck.Expected(input.Contract));
    }

    private static List<string> Header(RecordReader record)
    {
        var names = new List<string>(record.Count);
        for (var i = 0; i < record.Count; i++)
            names.Add(record[i].Trim().ToString());
        return names;
    }
}
