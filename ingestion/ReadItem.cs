using Plinth.Lakehouse;

namespace Plinth.Ingestion;

/// <summary>The next thing a file gave: a row of a table, a rejection, or neither for a row that repeats another.</summary>
internal readonly record struct ReadItem(TableName Table, object?[]? Row, RejectedRow? Rejected)
{
    public static ReadItem Duplicate => default;

    public static ReadItem Of(TableName table, object?[] row) => new(table, row, null);

    public static ReadItem Of(RejectedRow rejected) => new(default, null, rejected);
}
