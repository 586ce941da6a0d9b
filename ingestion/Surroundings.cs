using Plinth.Catalog;
using Plinth.Ingestion.Hotline;
using Plinth.Ingestion.Rules;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion;

/// <summary>What rows of one run may be held against, read from the lake when first asked for.</summary>
internal sealed class Surroundings(CityCatalog catalog, string? pseudonymKey)
{
    private readonly KeyedHash? _key = pseudonymKey is null ? null : new(System.Text.Encoding.UTF8.GetBytes(pseudonymKey));
    private readonly Dictionary<string, Orders> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeySet> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<(TableName, string), HashSet<string>> _values = [];
    private readonly Dictionary<string, Areas> _areas = new(StringComparer.Ordinal);
    private Gazetteer? _gazetteer;

    /// <summary>Names of places.</summary>
    public Gazetteer Gazetteer => _gazetteer ??= Gazetteer.Of(catalog);

    /// <summary>Stands for a personal value under the run's key; null without a key.</summary>
    public string? Pseudonym(string value) => _key?.Of(value);

    /// <summary>Keys over some columns that a dataset has, and that rows of this run add.</summary>
    public KeySet Keys(DatasetContract dataset, IReadOnlyList<string> columns)
    {
        var name = $"{dataset.Table}\n{string.Join('\n', columns)}";
        if (_keys.TryGetValue(name, out var keys))
            return keys;
        _keys.Add(name, keys = new());
        if (!catalog.Lake.Exists(dataset.Table))
            return keys;
        var snapshot = Newest(dataset.Table);
        var places = Enumerable.Range(0, columns.Count).ToArray();
        Each($"SELECT {string.Join(", ", columns.Select(SqlText.Name))}, source_row FROM ({snapshot.ToSql()})", row =>
        {
            if (KeySet.Of(row, places) is { } key)
                keys.Add(key, row[^1] as string);
        });
        return keys;
    }

    /// <summary>All values of a table's column as text; null where the table has no rows.</summary>
    public HashSet<string>? Values(TableName table, string column)
    {
        if (!_values.TryGetValue((table, column), out var values))
        {
            values = new(StringComparer.Ordinal);
            if (catalog.Lake.Exists(table))
                Each($"SELECT DISTINCT CAST({SqlText.Name(column)} AS VARCHAR) FROM ({Newest(table).ToSql()}) WHERE {SqlText.Name(column)} IS NOT NULL", row => values.Add((string)row[0]!));
            _values.Add((table, column), values);
        }
        return values.Count == 0 ? null : values;
    }

    /// <summary>Areas of a table's column geom: all, or those with one of some values in a column.</summary>
    public Areas Areas(TableName table, string? column, IReadOnlyList<string> values)
    {
        var name = $"{table}\n{column}\n{string.Join('\n', values)}";
        if (_areas.TryGetValue(name, out var areas))
            return areas;
        _areas.Add(name, areas = new());
        if (catalog.Lake.Exists(table))
            Each($"SELECT geom FROM ({Newest(table).ToSql()}) WHERE geom IS NOT NULL{(column is null || values.Count == 0 ? "" : $" AND CAST({SqlText.Name(column)} AS VARCHAR) IN ({string.Join(", ", values.Select(SqlText.Literal))})")}",
                row => areas.Add(row[0] as byte[]));
        return areas;
    }

    private Snapshot Newest(TableName table) => catalog.Lake.ReadAsync(table).AsTask().GetAwaiter().GetResult();

    private void Each(string sql, Action<object?[]> take)
    {
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        using var rows = connection.Query(sql);
        foreach (var row in rows.Rows())
            take(row);
    }

    /// <summary>What is known of the orders of a source, before this run and in it.</summary>
    public Orders Orders(DatasetContract dataset, string source)
    {
        if (!_orders.TryGetValue(source, out var orders))
            _orders.Add(source, orders = new(dataset, Rows(dataset, source)));
        return orders;
    }

    /// <summary>A source's rows of files that are taken in whole: a run that goes on in the middle of a file must not hold it against itself.</summary>
    private IEnumerable<object?[]> Rows(DatasetContract dataset, string source)
    {
        if (!catalog.Lake.Exists(dataset.Table))
            yield break;
        var snapshot = catalog.Lake.ReadAsync(dataset.Table).AsTask().GetAwaiter().GetResult();
        var unfinished = snapshot.Transactions.Keys.Where(t => t.EndsWith(FilePart.ProgressMark, StringComparison.Ordinal) && !snapshot.Transactions.ContainsKey(t[..^FilePart.ProgressMark.Length]))
            .Select(t => $" AND NOT starts_with(source_row, {SqlText.Literal($"sha256:{t.Split(':')[1]}")})");
        var columns = dataset.Columns.Select(c => snapshot.Schema.IndexOf(c.Name) < 0 ? $"NULL AS {SqlText.Name(c.Name)}" : SqlText.Name(c.Name));
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        using var rows = connection.Query($"SELECT {string.Join(", ", columns)} FROM ({snapshot.ToSql()}) WHERE source = $1{string.Concat(unfinished)} ORDER BY requested_datetime, coalesce(updated_datetime, closed_datetime, requested_datetime), source_row", [source]);
        foreach (var row in rows.Rows())
            yield return row;
    }
}
