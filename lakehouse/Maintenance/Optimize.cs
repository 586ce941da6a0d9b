using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Rewrites files into larger ones or into an order.</summary>
/// <remarks>
/// 1. Plan on the newest version. 2. Write each bin: one file in the order in which its files came, or, sorted, one file a range of the order. 3. Commit with
/// <c>dataChange=false</c>. 4. Another writer changed one of the files: remove what was written and begin again, a few times.
/// </remarks>
internal sealed class Optimize(TableName name, OpenTable table, SqlPool sql, TimeProvider time)
{
    private const int Tries = 4;
    private readonly string _run = Guid.CreateVersion7().ToString("n");

    public async ValueTask<OptimizeReport> RunAsync(OptimizeOptions options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var state = await table.Log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table.Name);
            FileCommit.CheckWriter(state);
            var plan = OptimizePlan.Of(state, options); // 1
            var removed = plan.Bins.SelectMany(bin => bin.Files).ToList();
            var report = new OptimizeReport(table.Name, state.Version, options.DryRun, state.Files.Count, removed.Count, 0, removed.Sum(f => f.Size), 0);
            if (options.DryRun || removed.Count == 0)
                return report;
            var writer = new DataWriter(name, state.Schema, state.Mapping, table.Log.Store, sql, time, state.Setting(RowGroups.Property));
            CommitOutcome outcome;
            List<AddFile> added;
            try
            {
                added = await WriteAsync(state, plan, writer, cancellationToken); // 2
                outcome = await new FileCommit(table.Log, sql, time).RunAsync(state, Info(plan, removed, added), removed, added, cancellationToken); // 3
            }
            catch (Exception e) when (e is LakeException or OperationCanceledException)
            {
                await writer.DiscardAsync(); // Neither comes after an attempt whose outcome is unknown.
                throw;
            }
            if (outcome is CommitOutcome.Committed committed)
                return report with { Version = committed.Version, FilesAdded = added.Count, BytesAdded = added.Sum(f => f.Size) };
            if (outcome is CommitOutcome.Conflict)
                await writer.DiscardAsync(); // 4
            if (outcome is not CommitOutcome.Conflict || attempt == Tries)
                throw new CommitFailedException(name, outcome);
        }
    }

    private async ValueTask<List<AddFile>> WriteAsync(TableState state, OptimizePlan plan, DataWriter writer, CancellationToken cancellationToken)
    {
        using var lease = sql.Rent();
        var added = new List<AddFile>();
        foreach (var bin in plan.Bins)
        {
            var rows = table.Scan.ToSql(state, [.. bin.Files.Select(file => new ScanFile(file))]);
            if (plan.Order is null)
            {
                if (await writer.WriteFileAsync(lease.Connection, rows, bin.Partition, cancellationToken) is { } file)
                    added.Add(file);
            }
            else
                await WriteOrderedAsync(lease.Connection, state, plan, bin, rows, writer, added, cancellationToken);
        }
        return added;
    }

    /// <summary>Sorts once, cuts where the order's key changes, and writes each range by a statement of its own: files of one statement could overlap.</summary>
    private async ValueTask WriteOrderedAsync(SqlConnection connection, TableState state, OptimizePlan plan, OptimizeBin bin, string rows, DataWriter writer, List<AddFile> added, CancellationToken cancellationToken)
    {
        var total = connection.Scalar<long>($"SELECT count(*) FROM ({rows})", null, cancellationToken);
        var perFile = Math.Max(1, (long)(total * ((double)plan.TargetBytes / Math.Max(1, bin.Files.Sum(f => f.Size)))));
        var key = Key(connection, state, plan.Order!, rows, cancellationToken);
        var (sorted, range, position) = ($"rows_{Guid.CreateVersion7():n}", SqlText.Name("plinth range"), SqlText.Name("plinth position"));
        connection.Execute($"""
            CREATE TABLE {sorted} AS
            SELECT *, (rank() OVER (ORDER BY {key}) - 1) // {perFile.ToString(CultureInfo.InvariantCulture)} AS {range}, row_number() OVER (ORDER BY {key}) AS {position}
            FROM ({rows})
            """, null, cancellationToken);
        try
        {
            var columns = string.Join(", ", state.Schema.Columns.Select(c => SqlText.Name(c.Name)));
            foreach (var row in connection.Rows($"SELECT DISTINCT {range} FROM {sorted} ORDER BY 1", null, cancellationToken))
            {
                var select = $"SELECT {columns} FROM {sorted} WHERE {range} = {Convert.ToString(row[0], CultureInfo.InvariantCulture)} ORDER BY {position}";
                if (await writer.WriteFileAsync(connection, select, bin.Partition, cancellationToken) is { } file)
                    added.Add(file with { Tags = (file.Tags ?? FileAction.NoValues).SetItem(OptimizePlan.OrderTag, $"{plan.Order}#{_run}") });
            }
        }
        finally
        {
            connection.Execute($"DROP TABLE {sorted}", null, CancellationToken.None);
        }
    }

    private static string Key(SqlConnection connection, TableState state, string order, string rows, CancellationToken cancellationToken)
    {
        if (!order.StartsWith("hilbert(", StringComparison.Ordinal))
            return string.Join(", ", order.Split(',').Select(c => $"{SqlText.Name(state.Schema.Columns[state.Schema.IndexOf(c)].Name)} NULLS LAST"));
        Hilbert.Register(connection);
        var box = SqlText.Name(order["hilbert(".Length..^1]);
        var (x, y) = ($"({box}.xmin / 2 + {box}.xmax / 2)", $"({box}.ymin / 2 + {box}.ymax / 2)");
        var extent = connection.Rows($"SELECT min({x}), max({x}), min({y}), max({y}) FROM ({rows}) WHERE isfinite({x}) AND isfinite({y})", null, cancellationToken)[0];
        return $"{Hilbert.Function}({Share(x, extent[0], extent[1])}, {Share(y, extent[2], extent[3])}) NULLS LAST";
    }

    private static string Share(string value, object? from, object? to) => from is double low && to is double high && high > low
        ? string.Create(CultureInfo.InvariantCulture, $"(({value}) - CAST('{low:R}' AS DOUBLE)) / CAST('{high - low:R}' AS DOUBLE)")
        : $"({value}) * 0";

    private static CommitInfo Info(OptimizePlan plan, List<AddFile> removed, List<AddFile> added) => new()
    {
        Operation = "OPTIMIZE",
        Parameters = ImmutableSortedDictionary<string, string>.Empty.Add("predicate", "[]").Add("auto", "false").Add("clusterBy", JsonSerializer.Serialize(plan.Order is null ? [] : new[] { plan.Order })),
        Metrics = ImmutableSortedDictionary<string, string>.Empty
            .Add("numRemovedFiles", Text(removed.Count)).Add("numAddedFiles", Text(added.Count))
            .Add("numRemovedBytes", Text(removed.Sum(f => f.Size))).Add("numAddedBytes", Text(added.Sum(f => f.Size))),
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
