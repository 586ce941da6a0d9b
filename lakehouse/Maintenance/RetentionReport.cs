namespace Plinth.Lakehouse.Maintenance;

/// <summary>Which rows are past their time.</summary>
/// <param name="Column">Of type timestamp, timestamp_ntz (UTC) or date: when a row's time to be kept began.</param>
/// <param name="Before">Rows from before it go.</param>
/// <param name="Reason">Why, for the commit.</param>
public sealed record RetentionOptions(string Column, DateTimeOffset Before, string Reason)
{
    /// <value>True: nothing is changed, only counted.</value>
    public bool DryRun { get; init; } = true;

    /// <summary>Where the change came from; kept in the commit for ever.</summary>
    public Lineage? Lineage { get; init; }
}

/// <summary>What a retention took out of a table's newest version, or would. Older versions keep the rows until they are vacuumed.</summary>
/// <param name="Version">The version it made; the newest where it made none.</param>
/// <param name="Rows">Rows taken out.</param>
/// <param name="Undated">Rows that stay because they have no time.</param>
/// <param name="Kept">What keeps rows or files that are past their time: legal holds, one line each.</param>
public sealed record RetentionReport(string Table, long Version, bool DryRun, string Column, DateTimeOffset Before, long Rows, long Undated, IReadOnlyList<string> Kept);
