using System.Globalization;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Operations;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Takes rows that are past their time out of a table's newest version, as a commit that says why.</summary>
internal sealed class Retention(TableName name, OpenTable table, SqlPool sql, TimeProvider time)
{
    /// <exception cref="MaintenanceRefusedException">The column cannot tell a row's time, or the whole table is on legal hold.</exception>
    public async ValueTask<RetentionReport> RunAsync(RetentionOptions options, CancellationToken cancellationToken)
    {
        var state = await table.Log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table.Name);
        Features.CheckWrite(table.Name, state.Protocol!, state.Schema);
        var predicate = Predicate(state, options);
        var holds = LegalHolds.In(name, state);
        if (holds.FirstOrDefault(hold => hold.Versions.Count == 0) is { } whole && !options.DryRun)
            throw new MaintenanceRefusedException(table.Name, $"{whole}: no row may be taken out; lift it first.");
        var held = state.Files.Values.Where(LegalHolds.IsHeld).ToList();
        var kept = holds.Select(hold => hold.ToString()).Concat(held.Select(file => $"legal hold on file {file.DecodedPath}")).ToList();
        var (rows, undated) = Count(state, predicate, options.Column, holds.Any(hold => hold.Versions.Count == 0) ? [] : [.. state.Files.Values.Except(held)], cancellationToken);
        var report = new RetentionReport(table.Name, state.Version, options.DryRun, options.Column, options.Before, rows, undated, kept);
        if (options.DryRun || rows == 0)
            return report;
        var outcome = await new OperationRun(new Retain(options, predicate, name), new() { Lineage = options.Lineage }, name, table, sql, time).RunAsync(cancellationToken);
        return report with { Version = outcome.RequireVersion(name), Rows = outcome is CommitOutcome.Committed committed ? committed.Rows : 0 };
    }

    private (long Rows, long Undated) Count(TableState state, string predicate, string column, IReadOnlyList<AddFile> files, CancellationToken cancellationToken)
    {
        using var lease = sql.Rent();
        var counted = lease.Connection.Rows($"SELECT count(*) FILTER ({predicate}), count(*) FILTER ({SqlText.Name(column)} IS NULL) FROM ({table.Scan.ToSql(state, [.. files.Select(file => new ScanFile(file))])})", null, cancellationToken)[0];
        return ((long)counted[0]!, (long)counted[1]!);
    }

    private string Predicate(TableState state, RetentionOptions options)
    {
        var column = state.Schema.Columns.FirstOrDefault(c => string.Equals(c.Name, options.Column, StringComparison.OrdinalIgnoreCase))
            ?? throw new MaintenanceRefusedException(table.Name, $"it has no column {options.Column} from which the time that rows are kept could count.");
        var before = options.Before.UtcDateTime;
        var limit = column.Type.ToString() switch
        {
            "timestamp" => $"TIMESTAMPTZ '{before.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00'",
            "timestamp_ntz" => $"TIMESTAMP '{before.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'",
            "date" => $"DATE '{before.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}'",
            var other => throw new MaintenanceRefusedException(table.Name, $"column {column.Name} is of type {other}; the time that rows are kept counts from a timestamp or a date."),
        };
        return $"({SqlText.Name(column.Name)} < {limit})";
    }
}
