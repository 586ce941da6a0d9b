using System.Collections.Concurrent;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Raw;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse;

/// <summary>How to open a lake.</summary>
/// <param name="Root">
/// Where <c>raw/</c>, <c>tables/</c> and <c>releases/</c> lie: a folder, made when absent, or <c>az://ACCOUNT/CONTAINER/PREFIX</c>, <c>https://ACCOUNT.blob…/CONTAINER/PREFIX</c>,
/// <c>s3://BUCKET/PREFIX</c>. Never with a key or token in it: see <see cref="Credentials"/>.
/// </param>
public sealed record LakeOptions(string Root)
{
    /// <value>The system's clock.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <value>Threads = cores, memory = 60 % of what the machine has.</value>
    public SqlOptions Sql { get; init; } = new();

    /// <value>Keys of a store elsewhere; null to take them from the environment.</value>
    public StoreCredentials? Credentials { get; init; }

    /// <value>Where a lake elsewhere keeps, on this machine, its control store and copies of what it reads: a folder under PLINTH_LOCAL, or else under the user's local data.</value>
    public string? LocalFolder { get; init; }

    /// <value>Bytes that copies of a lake elsewhere may take on this machine; 20 GiB.</value>
    public long CacheSize { get; init; } = 20L << 30;

    /// <value>How long one request to a store may take: 60 seconds.</value>
    public TimeSpan StoreTimeout { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>The tables of one city, each a sequence of versions. Safe to use from many threads.</summary>
public sealed partial class Lake : IDisposable
{
    private readonly SqlOptions _options;
    private readonly StoreFactory _stores;
    private readonly IObjectStore _store;
    private readonly SqlPool _sql;
    private readonly FileLayouts _layouts;
    private readonly Releases _releases;
    private readonly ConcurrentDictionary<string, OpenTable> _open = new(StringComparer.Ordinal);

    private Lake(LakeOptions options)
    {
        _stores = new(options);
        var (store, local) = _stores.Open(options.Root);
        (_store, Root, Time, _options) = (store, local, options.Time, options.Sql);
        _sql = new(_options);
        _layouts = new(_sql);
        _releases = new(_store, Time);
        Raw = new(_store.Under("raw"));
    }

    /// <summary>Opens the lake under <paramref name="options"/>; touches no table yet.</summary>
    public static Lake Open(LakeOptions options) => new(options);

    /// <summary>The lake's folder on this machine, absolute. Of a lake elsewhere it holds the control store and copies; the lake itself is where its options say.</summary>
    public string Root { get; }

    /// <summary>The clock that all of this lake's times come from.</summary>
    public TimeProvider Time { get; }

    /// <summary>Originals by the SHA-256 of their content.</summary>
    public RawZone Raw { get; }

    /// <summary>All tables, in order of name.</summary>
    public IReadOnlyList<TableName> Tables()
    {
        return [.. _store.Wait(SchemasAsync).Where(Exists).OrderBy(name => name.ToString(), StringComparer.Ordinal)];

        async ValueTask<List<TableName>> SchemasAsync()
        {
            var found = new List<TableName>();
            foreach (var schema in await _store.FoldersAsync("tables", CancellationToken.None))
                foreach (var table in await _store.FoldersAsync($"tables/{schema}", CancellationToken.None))
                    if (TableName.TryParse($"{schema}.{table}", out var name))
                        found.Add(name);
            return found;
        }
    }

    /// <summary>Whether the table has at least one version.</summary>
    public bool Exists(TableName table)
    {
        var store = Open(table).Log.Store;
        return store.Wait(async () => await store.FindAsync(LogNames.Commit(0), CancellationToken.None) is not null || (await LogListing.ReadAsync(store, 0, CancellationToken.None)).Newest is not null);
    }

    /// <summary>One version of a table: the newest, unless <paramref name="at"/> names another.</summary>
    /// <exception cref="TableNotFoundException">No such table, or no such version of it.</exception>
    /// <exception cref="TableFormatException">The log cannot be read.</exception>
    public ValueTask<Snapshot> ReadAsync(TableName table, TableVersion at = default, CancellationToken cancellationToken = default) =>
        Open(table).ReadAsync(at, cancellationToken);

    /// <summary>The same for a Delta table's folder anywhere, by whomever written.</summary>
    public ValueTask<Snapshot> ReadFolderAsync(string folder, TableVersion at = default, CancellationToken cancellationToken = default) =>
        Open(folder).ReadAsync(at, cancellationToken);

    /// <summary>The table's commits, newest first.</summary>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    public ValueTask<IReadOnlyList<CommitRecord>> HistoryAsync(TableName table, CancellationToken cancellationToken = default) =>
        Open(table).HistoryAsync(cancellationToken);

    /// <summary>What changed in a table from one version to another, both included; to the newest unless <paramref name="to"/> names one.</summary>
    /// <exception cref="TableNotFoundException">No such table, or no such version of it.</exception>
    /// <exception cref="TableFormatException">A version's changes can no longer be told: its commit is gone, or files were rewritten while the table's change feed was off.</exception>
    public ValueTask<TableChanges> ChangesAsync(TableName table, long from, long? to = null, CancellationToken cancellationToken = default) =>
        Open(table).ChangesAsync(from, to, cancellationToken);

    /// <summary>The same for a Delta table's folder anywhere.</summary>
    public ValueTask<TableChanges> ChangesInFolderAsync(string folder, long from, long? to = null, CancellationToken cancellationToken = default) =>
        Open(folder).ChangesAsync(from, to, cancellationToken);

    /// <summary>Makes one new version of a table out of <paramref name="commit"/>, or none at all.</summary>
    /// <exception cref="SchemaMismatchException">The rows or the schema do not fit the table.</exception>
    /// <exception cref="TableFormatException">The table cannot be read, or not be written here.</exception>
    public ValueTask<CommitOutcome> CommitAsync(Commit commit, CancellationToken cancellationToken = default) =>
        new Committer(commit, Open(commit.Table).Log, _sql, Time).RunAsync(cancellationToken);

    /// <summary>Deletes, updates, merges and alterations of one table; touches nothing yet.</summary>
    public TableWriter Writer(TableName table) => new(table, Open(table), _sql, Time);

    /// <summary>A fresh in-process SQL database with this lake's limits; empty. Dispose it when done.</summary>
    public SqlDatabase OpenSql() => SqlPool.Open(_options);

    /// <summary>The same with other limits.</summary>
    public SqlDatabase OpenSql(SqlOptions? options) => SqlPool.Open(options ?? _options);

    /// <summary>Makes each snapshot a view <c>schema.table</c> on <paramref name="connection"/>; null for the newest version of every table.</summary>
    public async ValueTask<IReadOnlyList<Snapshot>> CreateViewsAsync(SqlConnection connection, IReadOnlyList<Snapshot>? snapshots = null, CancellationToken cancellationToken = default)
    {
        if (snapshots is null)
        {
            var all = new List<Snapshot>();
            foreach (var table in Tables())
                all.Add(await ReadAsync(table, default, cancellationToken));
            snapshots = all;
        }
        var schemas = new HashSet<string>(StringComparer.Ordinal);
        foreach (var snapshot in snapshots)
        {
            var name = TableName.Parse(snapshot.Table);
            if (schemas.Add(name.Schema))
                connection.Execute($"CREATE SCHEMA IF NOT EXISTS {SqlText.Name(name.Schema)}", null, cancellationToken);
            connection.Execute($"CREATE OR REPLACE VIEW {SqlText.Name(name.Schema)}.{SqlText.Name(name.Name)} AS {snapshot.ToSql()}", null, cancellationToken);
        }
        return snapshots;
    }

    /// <summary>Names the newest versions of all tables together, in one put-if-absent; returns the number of the release (the snapshot id that map, SQL and exports echo). Unchanged tables give the release that is there.</summary>
    public async ValueTask<Release> ReleaseAsync(CancellationToken cancellationToken = default)
    {
        var versions = new Dictionary<TableName, long>();
        foreach (var table in Tables())
            versions[table] = (await ReadAsync(table, default, cancellationToken)).Version;
        return await _releases.WriteAsync(versions, cancellationToken);
    }

    /// <summary>A release by its number, or the newest; null where there is none.</summary>
    public ValueTask<Release?> ReadReleaseAsync(long? number = null, CancellationToken cancellationToken = default) => _releases.ReadAsync(number, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _sql.Dispose();
        _stores.Dispose();
    }

    private OpenTable Open(TableName table) => _open.GetOrAdd($"{table.Schema}.{table.Name}", _ => new(table.ToString(), _store.Under($"tables/{table.Schema}/{table.Name}"), _sql, _layouts));

    private OpenTable Open(string folder)
    {
        var (store, _) = _stores.Open(folder);
        var name = StoreFactory.NameOf(folder);
        return _open.GetOrAdd(name, _ => new(name, store, _sql, _layouts));
    }
}

/// <summary>Which version of a table: the newest (default), a number, or the one that was newest at a time.</summary>
public readonly record struct TableVersion
{
    /// <summary>The version's number, if asked by number.</summary>
    public long? Number { get; private init; }

    /// <summary>The time, if asked by time.</summary>
    public DateTimeOffset? Time { get; private init; }

    /// <summary>The newest version.</summary>
    public static TableVersion Newest => default;

    /// <summary>Version <paramref name="number"/>.</summary>
    public static TableVersion At(long number) => new() { Number = number };

    /// <summary>The version that was newest at <paramref name="time"/>.</summary>
    public static TableVersion AsOf(DateTimeOffset time) => new() { Time = time };
}

/// <summary>One commit of a table's history.</summary>
public sealed record CommitRecord(long Version, DateTimeOffset Timestamp, string Operation, IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyDictionary<string, string> Metrics, Lineage? Lineage, string? EngineInfo);

/// <summary>A consistent set of table versions.</summary>
public sealed record Release(long Number, DateTimeOffset At, IReadOnlyDictionary<TableName, long> Versions);

/// <summary>Rows that came and went between two versions.</summary>
/// <param name="Schema">The columns at version <paramref name="To"/>.</param>
/// <param name="Sql">A SELECT with the schema's columns, then <c>_change_type</c> (insert, delete, update_preimage, update_postimage), <c>_commit_version</c>, <c>_commit_timestamp</c>.</param>
public sealed record TableChanges(string Table, long From, long To, TableSchema Schema, string Sql);
