using Plinth.Catalog;
using Plinth.Ingestion.Rules;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Makes rows of a dataset out of a file's records, as its layout says. Keeps state: one a file, one thread at a time.</summary>
/// <remarks>
/// Columns that no layout maps are filled where the dataset has them: <c>source</c>, <c>source_row</c>, <c>source_crs</c>, and what follows from a position
/// (<see cref="PointColumns"/>). A record gives a row or a rejection, never both, never none.
/// </remarks>
internal sealed class RowMapper
{
    private readonly FileInput _input;
    private readonly DatasetContract _dataset;
    private readonly string _fileName;
    private readonly List<MappedColumn> _columns = [];
    private readonly object?[] _template;
    private readonly PointColumns _point;
    private readonly IRowRule? _rule;
    private readonly LoadRules? _rules;
    private readonly int _sourceRow;
    private readonly int[] _required;
    private readonly int[] _seen;
    private readonly string?[] _seenValues;

    /// <param name="header">The file's columns, trimmed.</param>
    /// <param name="rule">What the family adds, or null.</param>
    /// <exception cref="SourceFormatException">The file lacks columns that the layout requires.</exception>
    public RowMapper(FileInput input, DatasetContract dataset, IReadOnlyList<string> header, IRowRule? rule)
    {
        (_input, _dataset, _rule, _fileName) = (input, dataset, rule, Path.GetFileName(input.Path));
        _template = new object?[dataset.Columns.Length];
        HeaderCheck.Require(_fileName, input.Contract, header);
        var times = new LocalTimes(input.Contract.TimeZone);
        foreach (var column in input.Contract.Columns)
            Map(column, header, times);
        _sourceRow = IndexOf("source_row");
        Fill("source", SourceName(input.Contract));
        _rules = LoadRules.For(input, dataset);
        _point = new(input, dataset, [.. input.Contract.Columns.Select(c => c.Name)]);
        _seen = [.. (rule?.SourceColumns ?? []).Select(name => name is null ? -1 : HeaderCheck.IndexOf(header, name))];
        _seenValues = new string?[_seen.Length];
        _required = [.. Enumerable.Range(0, dataset.Columns.Length).Where(i => dataset.Columns[i].Required)];
    }

    /// <summary>How this source is called in rows and identifiers: the setting <c>source</c>, or the layout's name.</summary>
    public static string SourceName(SourceContract contract) => contract.Settings.GetValueOrDefault("source", contract.Name);

    /// <summary>A record of delimited text becomes a row.</summary>
    public ReadItem Map(RecordReader record)
    {
        var row = NewRow();
        foreach (var column in _columns)
        {
            row[column.Target] = column.Converter.Convert(record[column.Source], out var problem);
            if (problem is not null)
                return Reject(record.Line, column, record[column.Source], problem);
        }
        for (var i = 0; i < _seen.Length; i++)
            _seenValues[i] = _seen[i] < 0 || record[_seen[i]].Trim() is not { IsEmpty: false } text ? null : new(text);
        _rule?.See(_seenValues);
        return Finish(row, record.Line);
    }

    /// <summary>A record of typed values, in the header's order, becomes a row.</summary>
    /// <param name="number">The record's line or number, from 1.</param>
    public ReadItem Map(IReadOnlyList<object?> values, long number)
    {
        var row = NewRow();
        foreach (var column in _columns)
        {
            var value = values[column.Source];
            row[column.Target] = value is string text ? column.Converter.Convert(text.AsSpan(), out var problem) : column.Converter.Convert(value, out problem);
            if (problem is not null)
                return Reject(number, column, Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture), problem);
        }
        for (var i = 0; i < _seen.Length; i++)
            _seenValues[i] = _seen[i] < 0 || Convert.ToString(values[_seen[i]], System.Globalization.CultureInfo.InvariantCulture)?.Trim() is not { Length: > 0 } text ? null : text;
        _rule?.See(_seenValues);
        return Finish(row, number);
    }

    /// <summary>A record that is no row as a whole.</summary>
    public ReadItem Reject(long line, string problem, string? rule = null, long? offset = null) =>
        ReadItem.Of(new RejectedRow(line, null, null, $"{_fileName}:{line} {problem}") { Rule = rule ?? RuleNames.Of(problem, isValue: false), Offset = offset });

    /// <summary>Rows of other tables that the row implies.</summary>
    public IEnumerable<ReadItem> Beside(object?[] row) => _rule?.Beside(row, (string)row[_sourceRow]!) ?? [];

    private ReadItem Finish(object?[] row, long line)
    {
        if (_sourceRow >= 0)
            row[_sourceRow] = $"sha256:{_input.Sha256}#{line}";
        if (_point.Complete(row) is { } nowhere)
            return Reject(line, nowhere);
        var duplicate = false;
        _rule?.Complete(row);
        if (_rule?.Check(row, out duplicate) is { } problem)
            return Reject(line, problem);
        foreach (var index in _required)
            if (row[index] is null)
                return Reject(line, $"gives no {_dataset.Columns[index].Name}, which {_dataset.Table} requires");
        if (!duplicate && _rules?.Check(row) is var (broken, name))
            return Reject(line, broken, name);
        return duplicate ? ReadItem.Duplicate : ReadItem.Of(_dataset.Table, row);
    }

    private ReadItem Reject(long line, MappedColumn column, ReadOnlySpan<char> value, string problem) =>
        ReadItem.Of(Rejections.OfValue(_fileName, line, column.From, value, column.Hidden, problem));

    private object?[] NewRow() => (object?[])_template.Clone();

    private void Map(SourceColumn column, IReadOnlyList<string> header, LocalTimes times)
    {
        var target = IndexOf(column.Name);
        if (target < 0)
            throw new ContractException(_input.Contract.Name, [$"maps '{column.Name}', which {_dataset.Table} has not"]);
        var contract = _dataset.Columns[target];
        var converter = FieldConverter.For(_input.Contract, column, contract.Type, times);
        if (column.From is null)
        {
            _template[target] = converter.Convert(column.Constant.AsSpan(), out var problem);
            if (problem is not null)
                throw new ContractException(_input.Contract.Name, [$"the constant '{column.Constant}' of '{column.Name}' {problem}"]);
        }
        else if (HeaderCheck.IndexOf(header, column.From) is var source and >= 0)
        {
            _columns.Add(new(target, source, column.From, converter, contract.Personal || contract.Level >= Level.L3));
        }
    }

    private void Fill(string name, object value)
    {
        if (IndexOf(name) is var index and >= 0)
            _template[index] ??= value;
    }

    private int IndexOf(string name) => DatasetColumns.IndexOf(_dataset, name);

    private sealed record MappedColumn(int Target, int Source, string From, FieldConverter Converter, bool Hidden);
}
