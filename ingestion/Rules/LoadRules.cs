using System.Globalization;
using Plinth.Catalog;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Rules;

/// <summary>A layout's own rules, held against each row that is about to be stored: the careful way and the bulk way ask the same.</summary>
internal sealed class LoadRules
{
    private readonly List<(SourceRule Rule, Func<object?[], string?> Broken)> _rules = [];
    private readonly List<(KeySet Keys, int[] Columns)> _unique = [];
    private readonly int _sourceRow;

    private LoadRules(FileInput input, DatasetContract dataset, Surroundings surroundings)
    {
        _sourceRow = DatasetColumns.IndexOf(dataset, "source_row");
        foreach (var rule in input.Contract.Rules)
            _rules.Add((rule, rule.Kind switch
            {
                "unique" => Unique(rule, dataset, surroundings),
                "exists" => Exists(rule, dataset, surroundings, input),
                _ => Inside(rule, dataset, surroundings, input),
            }));
        Columns = [.. input.Contract.Rules.SelectMany(r => r.Columns).Distinct().Select(c => DatasetColumns.IndexOf(dataset, c))];
    }

    /// <summary>Columns of the dataset that it looks at, beside the position and <c>source_row</c>.</summary>
    public int[] Columns { get; }

    /// <summary>The rules of a file's layout; null where it has none.</summary>
    /// <exception cref="SourceFormatException">A rule cannot be checked: what it holds rows against is not in the lake.</exception>
    public static LoadRules? For(FileInput input, DatasetContract dataset) =>
        input.Contract.Rules.IsDefaultOrEmpty || input.Surroundings is not { } surroundings ? null : new(input, dataset, surroundings);

    /// <summary>The first rule that a row breaks, as the end of a sentence and the rule's name; null where it keeps all. Only a row that keeps all counts for <c>unique</c> from now on.</summary>
    public (string Problem, string Rule)? Check(object?[] row)
    {
        foreach (var (rule, broken) in _rules)
            if (broken(row) is { } problem)
                return (problem, rule.Name);
        foreach (var (keys, columns) in _unique)
            if (KeySet.Of(row, columns) is { } key)
                keys.Add(key, SourceRow(row));
        return null;
    }

    private string? SourceRow(object?[] row) => _sourceRow < 0 ? null : row[_sourceRow] as string;

    private Func<object?[], string?> Unique(SourceRule rule, DatasetContract dataset, Surroundings surroundings)
    {
        var keys = surroundings.Keys(dataset, rule.Columns);
        int[] columns = [.. rule.Columns.Select(c => DatasetColumns.IndexOf(dataset, c))];
        _unique.Add((keys, columns));
        return row => KeySet.Of(row, columns) is { } key && keys.IsTaken(key, SourceRow(row)) ? $"has {string.Join(", ", rule.Columns)} as another row of {dataset.Table} has; the layout wants them once" : null;
    }

    private static Func<object?[], string?> Exists(SourceRule rule, DatasetContract dataset, Surroundings surroundings, FileInput input)
    {
        var (table, at) = (rule.Table!.Value, rule.At!);
        var values = surroundings.Values(table, at) ?? throw new SourceFormatException(Path.GetFileName(input.Path), $"cannot be held against {table}, which is empty", $"the rows of {table} to be taken in first");
        var (column, hidden) = (DatasetColumns.IndexOf(dataset, rule.Columns[0]), dataset.Columns.First(c => c.Name == rule.Columns[0]) is var asked && (asked.Personal || asked.Level >= Level.L3));
        return row => row[column] is { } value && Convert.ToString(value, CultureInfo.InvariantCulture) is var text && !values.Contains(text!)
            ? $"has {rule.Columns[0]} '{Rejections.Show(text, hidden)}', which is no {at} of {table}" : null;
    }

    private static Func<object?[], string?> Inside(SourceRule rule, DatasetContract dataset, Surroundings surroundings, FileInput input)
    {
        var areas = surroundings.Areas(rule.Table!.Value, rule.At, rule.Values.IsDefault ? [] : rule.Values);
        var named = rule.Values is { IsDefaultOrEmpty: false } values ? $"{rule.Table} with {rule.At} {string.Join(" or ", values)}" : rule.Table!.Value.ToString();
        if (areas.Count == 0)
            throw new SourceFormatException(Path.GetFileName(input.Path), $"cannot be held against {named}: there is no such area", "boundaries to be taken in first (plinth ingest base FILE)");
        var (x, y) = (DatasetColumns.IndexOf(dataset, "longitude"), DatasetColumns.IndexOf(dataset, "latitude"));
        return row => row[x] is double longitude && row[y] is double latitude && !areas.Contains(longitude, latitude) ? $"lies outside {named}" : null;
    }
}
