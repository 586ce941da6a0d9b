using System.Collections.Immutable;

namespace Plinth.Lakehouse;

/// <summary>What a merge does: rows from outside, how they find rows of the table, and what then happens.</summary>
/// <remarks>Expressions are DuckDB's SQL and call the two sides <c>target</c> and <c>source</c>. Of several clauses the first whose condition holds is taken.</remarks>
public sealed record MergeSpec
{
    /// <summary>The rows from outside. A row of the table may match only one of them.</summary>
    public required RowSource Source { get; init; }

    /// <value>The table's own columns; only looked at where <see cref="Source"/> is not a query.</value>
    public TableSchema? SourceSchema { get; init; }

    /// <summary>When a row of the table and one of the source belong together, e.g. <c>target.id = source.id</c>.</summary>
    public required string On { get; init; }

    /// <summary>What happens to rows of the table that have a source row.</summary>
    public ImmutableArray<MergeAction> Matched { get; init; } = [];

    /// <summary>What happens to source rows that have no row in the table.</summary>
    public ImmutableArray<MergeAction.Insert> NotMatched { get; init; } = [];
}

/// <summary>One clause of a merge.</summary>
/// <param name="When">A further condition; null for none.</param>
public abstract record MergeAction(string? When)
{
    /// <summary>Sets columns to expressions; null sets every column that the source has, by name. Columns not set stay.</summary>
    public sealed record Update(IReadOnlyDictionary<string, string>? Set = null, string? When = null) : MergeAction(When);

    /// <summary>Takes the row out.</summary>
    public sealed record Delete(string? When = null) : MergeAction(When);

    /// <summary>Adds a row of these expressions; null takes every column that the source has, by name. Columns not given are null.</summary>
    public sealed record Insert(IReadOnlyDictionary<string, string>? Values = null, string? When = null) : MergeAction(When);
}
