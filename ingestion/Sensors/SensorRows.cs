using System.Text.RegularExpressions;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Sensors;

/// <summary>Gives sensor rows their identifiers, and each thing and datastream they name a row of its own, once a file.</summary>
/// <remarks>
/// Settings of a layout: <c>source</c> (in identifiers; else the layout's name), <c>kind</c> of its things, <c>thing</c> and <c>property</c> where neither a column nor
/// the file's name gives them, <c>unit.&lt;property&gt;</c> (UCUM). The file's name gives them by the groups <c>thing</c> and <c>property</c> of <c>recognise.fileName</c>.
/// </remarks>
internal sealed class SensorRows : IRowRule
{
    private static readonly TableName Thing = new("sensor", "thing");
    private static readonly TableName Datastream = new("sensor", "datastream");

    private readonly SourceContract _contract;
    private readonly DatasetContract _dataset;
    private readonly DatasetContract _things, _datastreams;
    private readonly string _source;
    private readonly string? _thing, _property;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly int _thingId, _datastreamId, _localId, _kind;
    private readonly Dictionary<string, string> _urns = new(StringComparer.Ordinal);

    private SensorRows(FileInput input, IReadOnlyDictionary<TableName, DatasetContract> datasets)
    {
        _contract = input.Contract;
        (_dataset, _things, _datastreams) = (datasets[_contract.Dataset], datasets[Thing], datasets[Datastream]);
        _source = RowMapper.SourceName(_contract);
        (_thing, _property) = (Named(input, "thing"), Named(input, "property"));
        int At(string name) => DatasetColumns.IndexOf(_dataset, name);
        (_thingId, _datastreamId, _localId, _kind) = (At("thing_id"), At("datastream_id"), At("local_id"), At("kind"));
        if (_dataset.Table == new TableName("sensor", "observation") && (_thing is null || _property is null))
            throw new SourceFormatException(Path.GetFileName(input.Path), "its name does not tell which thing and property the values are of",
                _contract.Recognise?.FileName is { } pattern ? $"a name like {pattern}" : $"'thing' and 'property' under 'settings' of layout '{_contract.Name}'");
    }

    /// <summary>The rule for a layout's dataset, or null where it is of another family.</summary>
    public static SensorRows? For(FileInput input, IReadOnlyDictionary<TableName, DatasetContract> datasets) =>
        input.Contract.Dataset.Schema == Thing.Schema ? new(input, datasets) : null;

    /// <summary><c>urn:plinth:thing:&lt;source&gt;:&lt;id&gt;</c>.</summary>
    public static string ThingUrn(string source, string id) => $"urn:plinth:thing:{Uri.EscapeDataString(source)}:{Uri.EscapeDataString(id)}";

    /// <summary><c>urn:plinth:datastream:&lt;source&gt;:&lt;id&gt;:&lt;property&gt;</c>.</summary>
    public static string DatastreamUrn(string source, string id, string property) =>
        $"urn:plinth:datastream:{Uri.EscapeDataString(source)}:{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(property)}";

    public void Complete(object?[] row)
    {
        if (_dataset.Table == Thing)
        {
            row[_thingId] ??= row[_localId] is string id ? Urn(id) : null;
            row[_kind] ??= _contract.Settings.GetValueOrDefault("kind");
        }
        else if (_datastreamId >= 0)
        {
            row[_datastreamId] ??= _datastream ??= DatastreamUrn(_source, _thing!, _property!);
        }
        else if (_thingId >= 0 && (row[_thingId] as string ?? _thing) is { } local)
        {
            row[_thingId] = Urn(local);
            _lastLocal = local;
        }
    }

    public IEnumerable<ReadItem> Beside(object?[] row, string sourceRow)
    {
        if (_dataset.Table == Thing || (_datastreamId >= 0 ? _thing : _lastLocal) is not { } local || !_seen.Add(local))
            yield break;
        yield return ReadItem.Of(Thing, Row(_things, ("thing_id", Urn(local)), ("source", _source), ("local_id", local),
            ("kind", _contract.Settings.GetValueOrDefault("kind", "station")), ("source_row", sourceRow)));
        if (_datastreamId >= 0)
            yield return ReadItem.Of(Datastream, Row(_datastreams, ("datastream_id", row[_datastreamId]), ("thing_id", Urn(local)), ("observed_property", _property),
                ("unit", _contract.Settings.GetValueOrDefault($"unit.{_property}")), ("source", _source), ("source_row", sourceRow)));
    }

    private string? _datastream;
    private string? _lastLocal;

    private string Urn(string local) => _urns.TryGetValue(local, out var urn) ? urn : _urns[local] = ThingUrn(_source, local);

    private static string? Named(FileInput input, string group)
    {
        var pattern = input.Contract.Recognise?.FileName ?? input.Contract.Settings.GetValueOrDefault("file_name");
        var match = pattern is null ? null : Regex.Match(Path.GetFileName(input.Path), pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return match is { Success: true } && match.Groups[group] is { Success: true } found ? found.Value : input.Contract.Settings.GetValueOrDefault(group);
    }

    private static object?[] Row(DatasetContract dataset, params ReadOnlySpan<(string Column, object? Value)> values)
    {
        var row = new object?[dataset.Columns.Length];
        foreach (var (column, value) in values)
            row[DatasetColumns.IndexOf(dataset, column)] = value;
        return row;
    }
}
