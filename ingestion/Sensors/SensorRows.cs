using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Sensors;

/// <summary>Gives sensor rows their identifiers and units, and each thing and datastream they name a row of its own, once a file. See <see cref="SensorSettings"/>.</summary>
internal sealed class SensorRows : IRowRule
{
    private readonly SensorSettings _settings;
    private readonly DatasetContract _dataset;
    private readonly DatasetContract _things, _datastreams;
    private readonly int _thingId, _datastreamId, _localId, _kind, _result, _time, _quality;
    private readonly Dictionary<(string Thing, string? Property, string? Unit), SensorStream> _streams = [];
    private readonly Dictionary<(string Urn, DateTime Time), (double? Result, string? Quality)> _values = [];
    private readonly Dictionary<string, string> _valuesOfThings = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly StreamTimes? _times;
    private (string? Thing, string? Property, string? Unit) _row;
    private SensorStream? _last;

    private SensorRows(FileInput input, IReadOnlyDictionary<TableName, DatasetContract> datasets)
    {
        (_settings, _times) = (new(input), StreamTimes.For(input.Contract));
        (_dataset, _things, _datastreams) = (datasets[input.Contract.Dataset], datasets[SensorSettings.Thing], datasets[SensorSettings.Datastream]);
        int At(string name) => DatasetColumns.IndexOf(_dataset, name);
        (_thingId, _datastreamId, _localId, _kind, _result) = (At("thing_id"), At("datastream_id"), At("local_id"), At("kind"), At("result"));
        (_time, _quality) = (At("phenomenon_time"), At("quality"));
        SourceColumns = [_settings.ThingFrom, _settings.PropertyFrom, _settings.UnitFrom];
    }

    /// <summary>The rule for a layout's dataset, or null where it is of another family.</summary>
    public static SensorRows? For(FileInput input, IReadOnlyDictionary<TableName, DatasetContract> datasets) =>
        input.Contract.Dataset.Schema == SensorSettings.Thing.Schema ? new(input, datasets) : null;

    /// <summary><c>urn:plinth:thing:&lt;source&gt;:&lt;id&gt;</c>.</summary>
    public static string ThingUrn(string source, string id) => $"urn:plinth:thing:{Uri.EscapeDataString(source)}:{Uri.EscapeDataString(id)}";

    /// <summary><c>urn:plinth:datastream:&lt;source&gt;:&lt;id&gt;:&lt;property&gt;</c>.</summary>
    public static string DatastreamUrn(string source, string id, string property) =>
        $"urn:plinth:datastream:{Uri.EscapeDataString(source)}:{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(property)}";

    public IReadOnlyList<string?> SourceColumns { get; }

    public void See(ReadOnlySpan<string?> values) => _row = (values[0], values[1], values[2]);

    public void Complete(object?[] row) { }

    public string? Check(object?[] row, out bool duplicate)
    {
        (_last, duplicate) = (null, false);
        if (_dataset.Table == SensorSettings.Thing)
        {
            row[_thingId] ??= row[_localId] is string id ? ThingUrn(_settings.Source, id) : null;
            row[_kind] ??= _settings.Setting("kind");
            return row[_thingId] is string named ? Again(row, named, out duplicate) : null;
        }
        if (_datastreamId < 0 && _thingId < 0)
            return null;
        var thing = (_thingId >= 0 ? row[_thingId] as string : null) ?? _row.Thing ?? _settings.ThingOfFile;
        var property = _row.Property ?? _settings.PropertyOfFile;
        if (thing is null || (_datastreamId >= 0 && property is null))
            return thing is null ? $"names no thing{In(_settings.ThingFrom)}" : $"names no property{In(_settings.PropertyFrom)}";
        if (!_streams.TryGetValue((thing, property, _row.Unit), out _last))
            _streams.Add((thing, property, _row.Unit), _last = _settings.Of(thing, property, _row.Unit));
        if (_last.Problem is { } problem)
            return problem;
        if (_thingId >= 0)
            row[_thingId] = _last.ThingUrn;
        if (_datastreamId >= 0)
            row[_datastreamId] ??= _last.Urn;
        if (_result >= 0 && _last.Converts && row[_result] is double value)
            row[_result] = value * _last.Factor + _last.Offset;
        if (_result >= 0 && row[_time] is DateTime time)
        {
            duplicate = Repeats(row, _last.Urn!, time);
            if (!duplicate && _times?.Next(_last.Urn!, time) is { } flag)
                row[_quality] ??= flag;
        }
        return null;
    }

    /// <summary>A thing that is there twice: the first counts.</summary>
    private string? Again(object?[] row, string thing, out bool duplicate)
    {
        var values = string.Join('|', row.SkipLast(1).Where(v => v is string or double)); // all but where the row comes from
        duplicate = false;
        if (_valuesOfThings.TryAdd(thing, values))
            return null;
        duplicate = _valuesOfThings[thing] == values;
        return duplicate ? null : $"names the thing '{row[_localId]}' again, with other values; the first counts: give the other an id of its own";
    }

    /// <summary>Whether the stream had the same value at the same time. Another value is kept, with the quality <c>repeated</c> where the source gives none.</summary>
    private bool Repeats(object?[] row, string urn, DateTime time)
    {
        var values = (row[_result] as double?, row[_quality] as string);
        if (_values.TryAdd((urn, time), values))
            return false;
        if (_values[(urn, time)] == values)
            return true;
        _values[(urn, time)] = values;
        row[_quality] ??= "repeated";
        return false;
    }

    public IEnumerable<ReadItem> Beside(object?[] row, string sourceRow) => _last is { } stream ? Beside(stream, sourceRow) : [];

    /// <summary>Rows for a stream's thing and datastream, where none came before.</summary>
    public IEnumerable<ReadItem> Beside(SensorStream stream, string sourceRow)
    {
        if (_seen.Add(stream.ThingUrn))
            yield return ReadItem.Of(SensorSettings.Thing, Row(_things, ("thing_id", stream.ThingUrn), ("source", _settings.Source), ("local_id", stream.Thing),
                ("kind", _settings.Kind), ("source_row", sourceRow)));
        if (stream.Urn is { } urn && _seen.Add(urn))
            yield return ReadItem.Of(SensorSettings.Datastream, Row(_datastreams, ("datastream_id", urn), ("thing_id", stream.ThingUrn), ("observed_property", stream.Property),
                ("unit", stream.Unit), ("source", _settings.Source), ("source_row", sourceRow)));
    }

    private static string In(string? column) => column is null ? "" : $" in '{column}'";

    private static object?[] Row(DatasetContract dataset, params ReadOnlySpan<(string Column, object? Value)> values)
    {
        var row = new object?[dataset.Columns.Length];
        foreach (var (column, value) in values)
            row[DatasetColumns.IndexOf(dataset, column)] = value;
        return row;
    }
}
