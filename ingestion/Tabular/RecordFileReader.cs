using Plinth.Catalog;
using Plinth.Ingestion.Hotline;
using Plinth.Ingestion.Rules;
using Plinth.Ingestion.Sensors;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Reads a format whose files are records, by their layout.</summary>
internal abstract class RecordFileReader(IReadOnlyDictionary<TableName, DatasetContract> datasets) : ILayoutReader, IChecksRules
{
    public abstract string Name { get; }

    public abstract string Expected { get; }

    public abstract bool Recognises(ReadOnlySpan<byte> head, string fileName);

    public virtual IReadOnlyList<string>? Columns(string path, SourceContract contract)
    {
        try
        {
            return Open(path, contract).Header;
        }
        catch (SourceFormatException)
        {
            return null;
        }
    }

    public ReadResult Read(FileInput input) => ReadItems.Gather(Stream(input));

    public IEnumerable<ReadItem> Stream(FileInput input)
    {
        var file = Open(input.Path, input.Contract);
        if (input.Contract.Settings.GetValueOrDefault("refuse") is { } why)
            throw new SourceFormatException(Path.GetFileName(input.Path), why, "a file with what is missing here");
        file = Joined.Apply(file, input.Contract, Path.GetFileName(input.Path));
        file = PointText.Apply(file, input.Contract);
        file = Timeline.Apply(file, input.Contract);
        file = Melt.Apply(file, input.Contract);
        var mapper = new RowMapper(input, datasets[input.Contract.Dataset], file.Header, RowRules.For(input, datasets));
        var any = false;
        foreach (var record in file.Records)
        {
            any = true;
            var item = record.Fault is { } fault ? mapper.Reject(record.Number, fault) : record.Text is { } text ? mapper.Map(text) : mapper.Map(record.Values, record.Number);
            if (item.Row is { } row)
                foreach (var beside in mapper.Beside(row))
                    yield return beside;
            yield return item;
        }
        if (!any)
            throw new SourceFormatException(Path.GetFileName(input.Path), "holds no records", HeaderCheck.Expected(input.Contract));
    }

    /// <summary>A file's records as they are, for a draft of a layout.</summary>
    public RecordFile Sample(string path, SourceContract contract) => Open(path, contract);

    /// <summary>Opens a file.</summary>
    /// <exception cref="SourceFormatException">It is another kind of file, or broken as a whole.</exception>
    protected abstract RecordFile Open(string path, SourceContract contract);
}

/// <summary>What each family adds to the mapping of its rows.</summary>
internal static class RowRules
{
    public static IRowRule? For(FileInput input, IReadOnlyDictionary<TableName, DatasetContract> datasets) =>
        SensorRows.For(input, datasets) ?? (IRowRule?)HotlineRows.For(input, datasets);
}
