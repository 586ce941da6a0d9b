using System.Collections.Immutable;
using Plinth.Lakehouse.Engine;

namespace Plinth.Lakehouse;

/// <summary>One new version of one table, asked for.</summary>
public sealed record Commit
{
    /// <summary>The table; made with <see cref="Schema"/> when it is not there yet.</summary>
    public required TableName Table { get; init; }

    /// <summary>Columns of <see cref="Rows"/>. Must equal the table's where the table exists (new nullable columns at the end are added).</summary>
    public required TableSchema Schema { get; init; }

    /// <summary>What to write; null makes the table and nothing more.</summary>
    public RowSource? Rows { get; init; }

    /// <value>Append.</value>
    public WriteMode Mode { get; init; } = WriteMode.Append;

    /// <summary>Makes the commit happen at most once: skipped when the table already has this or a later version of the application's transaction.</summary>
    public AppTransaction? Transaction { get; init; }

    /// <summary>Several batches in one commit, one an application: skipped when the table has all of them already, a conflict when it has only some. Empty for none.</summary>
    public ImmutableArray<AppTransaction> Transactions { get; init; } = [];

    /// <summary>Where the rows came from; kept in the commit for ever.</summary>
    public Lineage? Lineage { get; init; }

    /// <summary>Table properties to set when the table is made.</summary>
    public ImmutableSortedDictionary<string, string> Properties { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>What happens to the rows that are there.</summary>
public enum WriteMode
{
    /// <summary>They stay.</summary>
    Append,
    /// <summary>They go, in the same version in which the new ones come. Older versions keep them.</summary>
    Overwrite,
}

/// <summary>Names a batch, so that a rerun after a crash adds nothing twice (Delta's <c>txn</c>).</summary>
/// <param name="AppId">The stream of batches, e.g. <c>ingest:sha256:layout</c>.</param>
/// <param name="Version">Grows within the stream.</param>
public sealed record AppTransaction(string AppId, long Version);

/// <summary>Lineage of a commit: which raw objects or table versions went in, in which run, by which code.</summary>
/// <param name="Inputs"><c>raw:sha256:…</c> or <c>table:schema.name@version</c>.</param>
public sealed record Lineage(ImmutableArray<string> Inputs, string RunId, string CodeVersion, string? Principal = null, string? Step = null);

/// <summary>Rows on their way into a table.</summary>
public abstract record RowSource
{
    private RowSource() { }

    /// <summary>Rows as values in the schema's order; see <see cref="DataType"/> for the CLR types.</summary>
    public sealed record Values(IEnumerable<object?[]> Rows) : RowSource;

    /// <summary>Rows as an asynchronous stream.</summary>
    public sealed record Stream(IAsyncEnumerable<object?[]> Rows) : RowSource;

    /// <summary>The result of a query on an open connection; columns are matched by name.</summary>
    public sealed record Query(SqlConnection Connection, string Sql) : RowSource;
}

/// <summary>What became of a commit. A caller handles all of them; none is an exception.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome() { }

    /// <summary>The commit is the table's version <paramref name="Version"/>.</summary>
    public sealed record Committed(long Version, long Rows) : CommitOutcome;

    /// <summary>The transaction was there already: nothing was written. <paramref name="Version"/> is the table's newest version.</summary>
    public sealed record AlreadyApplied(long Version) : CommitOutcome;

    /// <summary>Another writer took <paramref name="Winner"/> in a way that cannot be reconciled. Nothing was written: read again, then retry.</summary>
    public sealed record Conflict(long Winner, string Reason) : CommitOutcome;

    /// <summary>The store did not answer. The version may exist: clean nothing up, read the log to find out.</summary>
    public sealed record Unknown(string Reason) : CommitOutcome;

    /// <summary>The version for the outcomes in which the rows are in the table.</summary>
    /// <exception cref="CommitFailedException">The rows are not, or perhaps not, in the table.</exception>
    public long RequireVersion(TableName table) => this switch
    {
        Committed c => c.Version,
        AlreadyApplied a => a.Version,
        _ => throw new CommitFailedException(table, this),
    };
}
