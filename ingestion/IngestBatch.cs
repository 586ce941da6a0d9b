using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion;

/// <summary>Parts of files that go into the tables together, one commit a table.</summary>
/// <remarks>
/// The order makes a rerun after a crash end in the same state: 1. tables beside the layouts' own, rejections among them; 2. the layouts' own datasets, whose
/// transaction says that a file is taken in. Whatever was committed before the crash names its parts, and is left out by the rerun.
/// </remarks>
internal sealed class IngestBatch(CityCatalog catalog, IngestOptions options)
{
    private const int Attempts = 20;

    private readonly List<FilePart> _parts = [];
    private readonly HashSet<(string Sha256, string Contract)> _files = [];
    private long _bytes;

    /// <summary>Rows and rejections in it.</summary>
    public int Items { get; private set; }

    /// <summary>Whether what waits in it is worth a commit of its own.</summary>
    public bool IsFull => Items >= options.RowsPerPart || _bytes >= options.BytesPerPart;

    /// <summary>Tables that have got new versions.</summary>
    public HashSet<TableName> Changed { get; } = [];

    /// <param name="part">Whole: nothing is added to it any more.</param>
    public void Add(FilePart part)
    {
        _parts.Add(part);
        _files.Add((part.Sha256, part.Contract.Name));
        Items += part.Items;
        _bytes += part.Bytes;
    }

    /// <summary>Takes out a part of a file that proved to be another than was read.</summary>
    public void Remove(FilePart part)
    {
        if (!_parts.Remove(part))
            return;
        _files.Remove((part.Sha256, part.Contract.Name));
        Items -= part.Items;
        _bytes -= part.Bytes;
    }

    /// <summary>Whether a file with this content waits in it.</summary>
    public bool Holds(string sha256, string contract) => _files.Contains((sha256, contract));

    /// <summary>Commits everything and empties the batch.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var beside = _parts.SelectMany(p => p.Tables.Keys.Where(t => t != p.Contract.Dataset)).Distinct();
        foreach (var table in beside.OrderBy(t => t.ToString(), StringComparer.Ordinal))
            await CommitAsync(table, [.. _parts.Where(p => p.Contract.Dataset != table && p.Tables.ContainsKey(table))], isOwn: false, cancellationToken);
        foreach (var own in _parts.GroupBy(p => p.Contract.Dataset).OrderBy(g => g.Key.ToString(), StringComparer.Ordinal))
            await CommitAsync(own.Key, [.. own], isOwn: true, cancellationToken);
        _parts.Clear();
        _files.Clear();
        Items = 0;
        _bytes = 0;
    }

    private async Task CommitAsync(TableName table, List<FilePart> parts, bool isOwn, CancellationToken cancellationToken)
    {
        var dataset = catalog.Datasets[table];
        for (var attempt = 1; ; attempt++)
        {
            var snapshot = catalog.Lake.Exists(table) ? await catalog.Lake.ReadAsync(table, cancellationToken: cancellationToken) : null;
            var missing = parts.Where(p => !p.IsIn(snapshot)).ToList();
            var rows = missing.SelectMany(p => p.Tables.GetValueOrDefault(table) ?? []).ToList();
            if (!isOwn && dataset.PrimaryKey.Length == 1)
                rows = NewOnly(rows, DatasetColumns.IndexOf(dataset, dataset.PrimaryKey[0]), dataset.PrimaryKey[0], snapshot);
            if (missing.Count == 0 || (!isOwn && rows.Count == 0))
                return;
            var outcome = await catalog.Lake.CommitAsync(new()
            {
                Table = table,
                Schema = dataset.ToSchema(),
                Rows = isOwn && missing is [{ Own: { } own }] ? own : new RowSource.Values(rows),
                Transactions = [.. missing.SelectMany(p => p.Transactions())],
                Lineage = new([.. missing.Select(p => $"raw:sha256:{p.Sha256}")], options.RunId, options.CodeVersion, Step: "ingest"),
            }, cancellationToken);
            if (outcome is CommitOutcome.Conflict && attempt < Attempts)
                continue; // another writer was faster; what it wrote may be these very files
            outcome.RequireVersion(table);
            Changed.Add(table);
            options.AfterStep?.Invoke($"commit {table}");
            return;
        }
    }

    /// <summary>Rows whose key is not in the table yet, each key once: things and datastreams are named by many files.</summary>
    private List<object?[]> NewOnly(List<object?[]> rows, int key, string column, Snapshot? snapshot)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (snapshot is not null && rows.Count > 0)
        {
            using var database = catalog.Lake.OpenSql();
            using var connection = database.Connect();
            foreach (var row in connection.Rows(IngestSql.Keys(column, snapshot.ToSql())))
                seen.Add((string)row[0]!);
        }
        return rows.FindAll(row => seen.Add((string)row[key]!));
    }
}
