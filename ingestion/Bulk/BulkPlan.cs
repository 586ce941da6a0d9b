using System.Text;
using Plinth.Catalog;
using Plinth.Ingestion.Sensors;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Bulk;

/// <summary>How lines of one large file become rows, worked out once.</summary>
/// <remarks>Large logs only: rows of <c>sensor.observation</c> or <c>sensor.event</c> out of CSV or JSON lines in UTF-8. Everything else is read the careful way.</remarks>
internal sealed class BulkPlan
{
    private static readonly TableName[] Datasets = [SensorSettings.Observation, new("sensor", "event")];

    public BulkPlan(FileInput input, DatasetContract dataset, IReadOnlyList<string>? header)
    {
        (Input, Dataset, Header, Settings, FileName) = (input, dataset, header, new(input), Path.GetFileName(input.Path));
        if (header is not null)
            HeaderCheck.Require(FileName, input.Contract, header);
        var mapped = input.Contract.Columns.Where(c => c.From is not null && !(c.Name == "thing_id" && Settings.ThingFrom is null)).ToList();
        ThingFrom = Settings.ThingFrom ?? input.Contract.Columns.FirstOrDefault(c => c.Name == "thing_id")?.From;
        Mapped = [.. mapped.Where(c => header is null || HeaderCheck.IndexOf(header, c.From!) >= 0)];
        Targets = [.. Mapped.Select(c => At(c.Name))];
        Fields = [.. Mapped.Select(c => c.From!), ThingFrom ?? "", Settings.PropertyFrom ?? "", Settings.UnitFrom ?? ""];
        Required = [.. Enumerable.Range(0, dataset.Columns.Length).Where(i => dataset.Columns[i].Required && dataset.Columns[i].Name is not ("source_row" or "thing_id" or "datastream_id"))];
        Time = Mapped.FindIndex(c => c.Name == "phenomenon_time");
    }

    public FileInput Input { get; }

    public DatasetContract Dataset { get; }

    public SensorSettings Settings { get; }

    public string FileName { get; }

    /// <summary>Columns of delimited text; null for JSON lines.</summary>
    public IReadOnlyList<string>? Header { get; }

    /// <summary>Columns whose values are read, in the order of a segment's columns; the stream's number comes after them.</summary>
    public List<SourceColumn> Mapped { get; }

    /// <summary>Where each is in the dataset.</summary>
    public int[] Targets { get; }

    /// <summary>The source's columns: those of <see cref="Mapped"/>, then thing, property, unit.</summary>
    public string[] Fields { get; }

    public int[] Required { get; }

    public string? ThingFrom { get; }

    /// <summary>The time among <see cref="Mapped"/>.</summary>
    public int Time { get; }

    /// <summary>The names of streams: thing, property and unit with NUL between them.</summary>
    public NameTable Streams { get; } = new();

    /// <summary>Texts of mapped columns.</summary>
    public NameTable Texts { get; } = new();

    /// <summary>Whether a file can be read this way.</summary>
    public static bool Takes(SourceContract contract) =>
        Datasets.Contains(contract.Dataset) && contract.Format is "csv" or "jsonl" && contract.Encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        && contract.Delimiter < 128 && !contract.Settings.Keys.Any(s => s is "wide" or "cadence" or "position.from" or "comment" or "decimal" or "time.start" || s.StartsWith("join.", StringComparison.Ordinal)) && contract.Columns.Any(c => c.Name == "phenomenon_time" && c.From is not null);

    /// <summary>The stream behind a name in <see cref="Streams"/>, or null and why it has none.</summary>
    public SensorStream? StreamOf(string name, out string? problem)
    {
        var parts = name.Split('\0');
        var thing = parts[0].Length > 0 ? parts[0] : Settings.ThingOfFile;
        var property = parts[1].Length > 0 ? parts[1] : Settings.PropertyOfFile;
        if (thing is null || (property is null && Dataset.Table == SensorSettings.Observation))
        {
            problem = thing is null ? $"names no thing in '{ThingFrom}'" : $"names no property in '{Settings.PropertyFrom}'";
            return null;
        }
        var stream = Settings.Of(thing, property, parts[2].Length > 0 ? parts[2] : null);
        problem = stream.Problem;
        return problem is null ? stream : null;
    }

    public ILineFields NewLine() => Header is null
        ? new JsonLine([.. Fields.Select(Encoding.UTF8.GetBytes)])
        : new DelimitedLine((byte)Input.Contract.Delimiter, Header.Count, [.. Fields.Select(f => f.Length == 0 ? -1 : HeaderCheck.IndexOf(Header, f))]);

    public BulkColumn[] NewColumns(NameTable.View texts)
    {
        var times = new LocalTimes(Input.Contract.TimeZone);
        return [.. Mapped.Select((c, i) => new BulkColumn(c, FieldConverter.For(Input.Contract, c, Dataset.Columns[Targets[i]].Type, times), times, texts,
            Dataset.Columns[Targets[i]].Personal || Dataset.Columns[Targets[i]].Level >= Level.L3))];
    }

    private int At(string name) => DatasetColumns.IndexOf(Dataset, name) is var at and >= 0 ? at
        : throw new ContractException(Input.Contract.Name, [$"maps '{name}', which {Dataset.Table} has not"]);
}
