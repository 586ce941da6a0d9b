using System.Collections.Immutable;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Operations;

/// <summary>A change of a table that can be worked out again from a newer state when another writer was faster.</summary>
internal abstract class Operation
{
    /// <summary>The name in <c>commitInfo.operation</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What was asked; values are JSON text.</summary>
    public virtual ImmutableSortedDictionary<string, string> Parameters => ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The source that the operation reads, if it has one: it runs on the connection of a query, so that the query's tables are in reach.</summary>
    public virtual RowSource? Source => null;

    /// <summary>Called once, before the first plan: takes in rows that can be read only once.</summary>
    public virtual ValueTask PrepareAsync(Workbench bench, TableState state, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Called once, at the end.</summary>
    public virtual void Finish(Workbench bench) { }

    /// <summary>What the operation does to <paramref name="state"/>; null for nothing.</summary>
    public abstract ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken);
}

/// <summary>What operations work with.</summary>
internal sealed record Workbench(TableName Table, DeltaLog Log, Scan Scan, SqlPool Sql, SqlConnection Connection, TimeProvider Time)
{
    /// <summary>Files written for the plan at hand; removed when it is given up.</summary>
    public List<string> Written { get; } = [];

    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>An operation's actions on one state, and what they rest on.</summary>
internal sealed record Change
{
    public required ImmutableArray<LogAction> Actions { get; init; }

    /// <summary>Rows deleted, updated and inserted.</summary>
    public long Rows { get; init; }

    public ImmutableSortedDictionary<string, string> Metrics { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Where rows were looked for: rows that others add there were missed. Null where no row was read.</summary>
    public PartitionFilter? Reads { get; init; }

    public IEnumerable<RemoveFile> Removes => Actions.OfType<RemoveFile>();
}
