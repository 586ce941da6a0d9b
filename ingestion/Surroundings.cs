using Plinth.Catalog;
using Plinth.Ingestion.Hotline;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion;

/// <summary>What rows of one run may be held against, read from the lake when first asked for.</summary>
internal sealed class Surroundings(CityCatalog catalog, string? pseudonymKey)
{
    private readonly KeyedHash? _key = pseudonymKey is null ? null : new(System.Text.Encoding.UTF8.GetBytes(pseudonymKey));
    private readonly Dictionary<string, Orders> _orders = new(StringComparer.Ordinal);
    private Gazetteer? _gazetteer;

    /// <summary>Names of places.</summary>
    public Gazetteer Gazetteer => _gazetteer ??= Gazetteer.Of(catalog);

    /// <summary>Stands for a personal value under the run's key; null without a key.</summary>
    public string? Pseudonym(string value) => _key?.Of(value);

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
