using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Raw;

namespace Plinth.Lakehouse;

/// <summary>How to open a lake.</summary>
/// <param name="Root">The folder that holds <c>raw/</c>, <c>tables/</c>, <c>releases/</c> and <c>control/</c>; made when absent.</param>
public sealed record LakeOptions(string Root)
{
    /// <value>The system's clock.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <value>Threads = cores, memory = 60 % of what the machine has.</value>
    public SqlOptions Sql { get; init; } = new();
}

/// <summary>The tables of one city, each a sequence of versions. Safe to use from many threads.</summary>
public sealed class Lake : IDisposable
{
    /// <summary>Opens the lake under <paramref name="options"/>; touches no table yet.</summary>
    public static Lake Open(LakeOptions options) => throw new NotImplementedException();

    /// <summary>The lake's folder, absolute.</summary>
    public string Root => throw new NotImplementedException();

    /// <summary>The clock that all of this lake's times come from.</summary>
    public TimeProvider Time => throw new NotImplementedException();

    /// <summary>Originals by the SHA-256 of their content.</summary>
    public RawZone Raw => throw new NotImplementedException();

    /// <summary>All tables, in order of name.</summary>
    public IReadOnlyList<TableName> Tables() => throw new NotImplementedException();

    /// <summary>Whether the table has at least one version.</summary>
    public bool Exists(TableName table) => throw new NotImplementedException();

    /// <summary>One version of a table: the newest, unless <paramref name="at"/> names another.</summary>
    /// <exception cref="TableNotFoundException">No such table, or no such version of it.</exception>
    /// <exception cref="TableFormatException">The log cannot be read.</exception>
    public ValueTask<Snapshot> ReadAsync(TableName table, TableVersion at = default, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The same for a Delta table's folder anywhere, by whomever written.</summary>
    public ValueTask<Snapshot> ReadFolderAsync(string folder, TableVersion at = default, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The table's commits, newest first.</summary>
    public ValueTask<IReadOnlyList<CommitRecord>> HistoryAsync(TableName table, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Makes one new version of a table out of <paramref name="commit"/>, or none at all.</summary>
    public ValueTask<CommitOutcome> CommitAsync(Commit commit, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>A fresh in-process SQL database with this lake's limits; empty. Dispose it when done.</summary>
    public SqlDatabase OpenSql() => throw new NotImplementedException();

    /// <summary>Makes each snapshot a view <c>schema.table</c> on <paramref name="connection"/>; null for the newest version of every table.</summary>
    public ValueTask<IReadOnlyList<Snapshot>> CreateViewsAsync(SqlConnection connection, IReadOnlyList<Snapshot>? snapshots = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Names the newest versions of all tables together, in one put-if-absent; returns the number of the release (the snapshot id that map, SQL and exports echo). Unchanged tables give the release that is there.</summary>
    public ValueTask<Release> ReleaseAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>A release by its number, or the newest; null where there is none.</summary>
    public ValueTask<Release?> ReadReleaseAsync(long? number = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
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
