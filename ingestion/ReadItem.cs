using Plinth.Lakehouse;

namespace Plinth.Ingestion;

/// <summary>The next thing a file gave: a row of a table, or a rejection.</summary>
internal readonly record struct ReadItem(TableName Table, object?[]? Row, RejectedRow? Rejected)
{
    public static ReadItem Of(TableName table, object?[] row) => new(table, row, null);

    public static ReadItem Of(RejectedRow rejected) => new(default, null, rejected);
}
