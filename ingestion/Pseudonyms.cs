using System.Text;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Ingestion;

/// <summary>Puts keyed pseudonyms in the place of personal values in columns whose level is too low to hold them.</summary>
internal sealed class Pseudonyms(IReadOnlyDictionary<TableName, DatasetContract> datasets, string? key)
{
    private readonly KeyedHash? _key = key is null ? null : new(Encoding.UTF8.GetBytes(key));
    private readonly Dictionary<TableName, int[]> _columns = [];
    private (TableName Table, int[]? Columns) _last;

    /// <summary>Changes a row in place. The same value has the same pseudonym under one key, in every table; without a key it becomes null.</summary>
    public void Apply(TableName table, object?[] row)
    {
        if (_last.Columns is not { } columns || _last.Table != table)
        {
            if (!_columns.TryGetValue(table, out columns))
                _columns.Add(table, columns = Personal(datasets[table]));
            _last = (table, columns);
        }
        foreach (var column in columns)
            row[column] = row[column] is string value && _key is not null ? _key.Of(value) : null;
    }

    private static int[] Personal(DatasetContract dataset) =>
        [.. Enumerable.Range(0, dataset.Columns.Length).Where(i => dataset.Columns[i] is { Personal: true, Level: < Level.L3 })];
}
