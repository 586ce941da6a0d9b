using System.Globalization;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Hotline;

/// <summary>What becomes of an order beside the mapping: mended texts, no personal data in them, a place for its address, its history, the matter it shares with others.</summary>
/// <remarks>
/// Settings: <c>caller.from: a+b</c> names the columns that tell who called (kept as a keyed pseudonym only); <c>pad.COLUMN: 5</c> gives a code its leading zeros back;
/// <c>status.WORD: word</c> gives a status one word where the source has several (办结, 已结案: 已办结); <c>mojibake: keep</c> leaves texts as they are; <c>geocode: no</c> leaves addresses without position alone; <c>matter.hours: 72</c> is how far apart orders of one matter may be (0: none are linked).
/// </remarks>
internal sealed class HotlineRows : IRowRule
{
    public static readonly TableName Table = new("hotline", "service_request"), StatusChange = new("hotline", "status_change");

    private readonly FileInput _input;
    private readonly DatasetContract _dataset;
    private readonly DatasetContract _changes;
    private readonly string _source;
    private readonly string[] _callerFrom;
    private readonly List<(int Column, int Length)> _pads = [];
    private readonly int[] _texts, _free;
    private readonly Dictionary<string, string> _statusWords;
    private readonly PersonalText _personal;
    private readonly bool _mend, _geocode;
    private readonly Orders _orders;
    private readonly TimeSpan _span;
    private readonly int _id, _status, _asked, _updated, _closed, _address, _x, _y, _geom, _bbox, _method, _accuracy, _caller, _duplicateOf;
    private string? _who;
    private bool _changed;

    private HotlineRows(FileInput input, IReadOnlyDictionary<TableName, DatasetContract> datasets, Surroundings surroundings)
    {
        (_input, _dataset, _changes, _source) = (input, datasets[Table], datasets[StatusChange], RowMapper.SourceName(input.Contract));
        int At(string name) => DatasetColumns.IndexOf(_dataset, name);
        (_id, _status, _asked, _updated, _closed, _address) = (At("service_request_id"), At("status"), At("requested_datetime"), At("updated_datetime"), At("closed_datetime"), At("address"));
        (_x, _y, _geom, _bbox, _method, _accuracy) = (At("longitude"), At("latitude"), At("geom"), At("bbox"), At("geocode_method"), At("accuracy_m"));
        (_caller, _duplicateOf) = (At("caller"), At("duplicate_of"));
        string? Setting(string name) => input.Contract.Settings.GetValueOrDefault(name);
        _callerFrom = Setting("caller.from")?.Split('+') ?? [];
        (_mend, _geocode) = (Setting("mojibake") != "keep", Setting("geocode") != "no");
        foreach (var (key, value) in input.Contract.Settings.Where(s => s.Key.StartsWith("pad.", StringComparison.Ordinal)))
            _pads.Add((At(key[4..]) is var column and >= 0 && int.TryParse(value, CultureInfo.InvariantCulture, out var length) && length is > 0 and < 32
                ? (column, length) : throw new ContractException(input.Contract.Name, [$"setting '{key}' is '{value}'; write the number of signs of a column, e.g. pad.zipcode: 5"])));
        _texts = [.. Enumerable.Range(0, _dataset.Columns.Length).Where(i => _dataset.Columns[i].Type.ToString() == "string" && i != _id && _dataset.Columns[i].Name is not ("source" or "source_row" or "caller" or "duplicate_of"))];
        _free = [At("description"), At("resolution")];
        _statusWords = input.Contract.Settings.Where(s => s.Key.StartsWith("status.", StringComparison.Ordinal)).ToDictionary(s => s.Key["status.".Length..], s => s.Value, StringComparer.OrdinalIgnoreCase);
        var hours = int.TryParse(Setting("matter.hours"), CultureInfo.InvariantCulture, out var given) ? given : 72;
        (Surroundings, _personal, _orders, _span) = (surroundings, new(surroundings.Pseudonym), surroundings.Orders(_dataset, _source), TimeSpan.FromHours(hours));
    }

    private Surroundings Surroundings { get; }

    public IReadOnlyList<string?> SourceColumns => _callerFrom;

    /// <summary>The rule for a layout's dataset, or null where it is of another one.</summary>
    public static HotlineRows? For(FileInput input, IReadOnlyDictionary<TableName, DatasetContract> datasets) =>
        input.Contract.Dataset == Table && input.Surroundings is { } surroundings ? new(input, datasets, surroundings) : null;

    public void See(ReadOnlySpan<string?> values) => _who = values.Length == 0 ? null : string.Join('|', values.ToArray().Where(v => v is not null)) is { Length: > 0 } who ? who : null;

    public void Complete(object?[] row)
    {
        foreach (var (column, length) in _pads)
            if (row[column] is string code && Unspoilt(code) is { Length: > 0 } digits && digits.Length < length)
                row[column] = digits.PadLeft(length, '0');
            else if (row[column] is string other)
                row[column] = Unspoilt(other) is { Length: > 0 } whole ? whole : other;
        if (_mend)
            foreach (var text in _texts)
                if (row[text] is string value)
                    row[text] = Mojibake.Mend(value);
        if (_statusWords.Count > 0 && row[_status] is string state && _statusWords.TryGetValue(state, out var word))
            row[_status] = word;
        foreach (var free in _free)
            if (row[free] is string said)
                row[free] = _personal.Mask(said);
        if (_caller >= 0 && _who is not null)
            row[_caller] = Surroundings.Pseudonym(_who);
        if (_geocode && row[_x] is null && row[_address] is string address && Surroundings.Gazetteer.Find(address) is { } place)
            Put(row, place);
    }

    public string? Check(object?[] row, out bool duplicate)
    {
        (duplicate, _changed) = (false, false);
        if (row[_id] is not string id || row[_asked] is not DateTime asked)
            return null;
        (duplicate, _changed) = _orders.Add(id, row);
        if (!duplicate && _duplicateOf >= 0)
            row[_duplicateOf] = _orders.FirstOf(id, asked, _span, row);
        return null;
    }

    public IEnumerable<ReadItem> Beside(object?[] row, string sourceRow)
    {
        if (!_changed || row[_status] is not string status)
            yield break;
        var change = new object?[_changes.Columns.Length];
        void Set(string name, object? value) => change[DatasetColumns.IndexOf(_changes, name)] = value;
        Set("change_id", $"{_source}/{row[_id]}/{status}/{((DateTime)(row[_updated] ?? row[_closed] ?? row[_asked])!).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}");
        Set("service_request_id", row[_id]);
        Set("source", _source);
        Set("status", status);
        Set("changed_at", row[_updated] ?? row[_closed] ?? row[_asked]);
        Set("source_row", sourceRow);
        yield return ReadItem.Of(StatusChange, change);
    }

    private void Put(object?[] row, Place place)
    {
        (row[_x], row[_y], row[_method], row[_accuracy]) = (place.Longitude, place.Latitude, place.Method, place.AccuracyM);
        (row[_geom], row[_bbox]) = (place.Geom, place.Bbox);
    }

    /// <summary>The digits of a code that a spreadsheet took for a number: <c>2119.0</c> is 2119. Empty where it is no such code.</summary>
    private static string Unspoilt(string code)
    {
        var digits = code.EndsWith(".0", StringComparison.Ordinal) ? code[..^2] : code;
        return digits.All(char.IsAsciiDigit) ? digits : "";
    }
}
