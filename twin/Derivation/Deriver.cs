using System.Collections.Immutable;
using System.Globalization;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Model;

namespace Plinth.Twin.Derivation;

/// <summary>Runs the steps: what each has not seen yet of its source becomes rows of its target; a table takes all of them in one commit.</summary>
/// <remarks>
/// A step's memory is the transaction in its target, so a run that was killed anywhere is finished by the next one. What a row says follows from the
/// source's rows and the times of their commits alone; only <c>run_id</c> tells runs apart.
/// </remarks>
internal sealed class Deriver(CityCatalog catalog, string runId, string codeVersion, IProgress<string>? progress)
{
    /// <summary>Rows are sorted by entity and mostly looked up by it.</summary>
    private static readonly ImmutableSortedDictionary<string, string> s_properties = ImmutableSortedDictionary<string, string>.Empty.Add("plinth.rowGroupRows", "16384");

    private readonly Dictionary<TableName, long> _added = [];
    private readonly Dictionary<TableName, Snapshot> _targets = [];
    private readonly Dictionary<TableName, FreshRows> _sources = [];

    public async Task<DeriveReport> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var table in TwinTables.All)
            await OpenTargetAsync(table, cancellationToken);
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        await PrepareAsync(connection, cancellationToken);
        foreach (var target in TwinTables.All)
            await FillAsync(target, connection, cancellationToken);
        return new(_added.Where(a => a.Value > 0).ToImmutableSortedDictionary(a => a.Key.ToString(), a => a.Value, StringComparer.Ordinal),
            _targets.ToImmutableSortedDictionary(t => t.Key.ToString(), t => t.Value.Version, StringComparer.Ordinal));
    }

    /// <summary>Makes one commit of all that a table's steps derive, with the transaction of each.</summary>
    private async Task FillAsync(TableName target, SqlConnection connection, CancellationToken cancellationToken)
    {
        await catalog.Lake.CreateViewsAsync(connection, [.. _targets.Values], cancellationToken);
        connection.Execute(DeriverSql.NoPending(target), cancellationToken: cancellationToken);
        var done = new List<AppTransaction>();
        var inputs = new List<string>();
        foreach (var step in Step.All.Where(s => s.Target == target && catalog.Lake.Exists(s.Source)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var seen = Seen(step);
            var source = await SourceAsync(step.Source, connection, cancellationToken);
            long rows = 0;
            foreach (var batch in source.Batches(seen))
                rows += Derive(step, batch, connection, cancellationToken);
            if (source.Newest <= seen)
                continue;
            done.Add(new(step.AppId, source.Newest));
            inputs.Add(string.Create(CultureInfo.InvariantCulture, $"table:{step.Source}@{source.Newest}"));
            if (rows > 0)
                progress?.Report(string.Create(CultureInfo.InvariantCulture, $"{step.Name}: {rows} rows from {step.Source}@{source.Newest}"));
        }
        if (done.Count > 0)
            await CommitAsync(target, done, inputs, connection, cancellationToken);
    }

    private async Task CommitAsync(TableName target, List<AppTransaction> done, List<string> inputs, SqlConnection connection, CancellationToken cancellationToken)
    {
        var outcome = await catalog.Lake.CommitAsync(new Commit
        {
            Table = target,
            Schema = catalog.Datasets[target].ToSchema(),
            Rows = new RowSource.Query(connection, DeriverSql.InOrder(target)),
            Transactions = [.. done],
            Lineage = new Lineage([.. inputs.Distinct()], runId, codeVersion, Step: "twin"),
        }, cancellationToken);
        outcome.RequireVersion(target);
        if (outcome is CommitOutcome.Committed { Rows: var rows })
            _added[target] = rows;
        _targets[target] = await catalog.Lake.ReadAsync(target, cancellationToken: cancellationToken);
    }

    /// <summary>Adds what a batch says to <c>fresh.pending</c>; returns its number of rows.</summary>
    private static long Derive(Step step, Batch batch, SqlConnection connection, CancellationToken cancellationToken)
    {
        connection.Execute("DELETE FROM fresh.batch", cancellationToken: cancellationToken);
        connection.Execute("INSERT INTO fresh.batch VALUES ($1, $2)", [batch.After, batch.UpTo], cancellationToken);
        if (step.Views is { } views)
            connection.Execute(views, cancellationToken: cancellationToken);
        connection.Execute("CREATE OR REPLACE TABLE fresh.derived AS\n" + step.Sql, cancellationToken: cancellationToken);
        if (step.Replaces || batch.Rewritten is not null && step.Target != TwinTables.Fact && step.Source.Schema != "twin")
        {
            connection.Execute(ClosingSql.Rows(step.Target), cancellationToken: cancellationToken);
            connection.Execute(ClosingSql.NoTurns, cancellationToken: cancellationToken);
            if (batch.Rewritten is { } whole)
                connection.Execute(ClosingSql.TurnsOfTable, [step.Source.ToString(), step.SourceId, whole.Version, whole.RecordedAt.UtcDateTime], cancellationToken);
            if (step.Replaces)
                connection.Execute(ClosingSql.TurnsOfOwners, [step.Source.ToString(), batch.Rewritten?.Version ?? -1], cancellationToken);
            connection.Execute(ClosingSql.Close, cancellationToken: cancellationToken);
        }
        return connection.Execute("INSERT INTO fresh.pending BY NAME SELECT * FROM fresh.derived", cancellationToken: cancellationToken);
    }

    /// <summary>The newest version of its source that a step's target has, or -1.</summary>
    private long Seen(Step step) => _targets[step.Target].Transactions.TryGetValue(step.AppId, out var version) ? version : -1;

    /// <summary>Loads a source once a run, from the oldest version that any of its steps has not seen.</summary>
    private async Task<FreshRows> SourceAsync(TableName table, SqlConnection connection, CancellationToken cancellationToken)
    {
        if (_sources.TryGetValue(table, out var source))
            return source;
        var steps = Step.All.Where(s => s.Source == table).ToList();
        var newest = await catalog.Lake.ReadAsync(table, cancellationToken: cancellationToken);
        var seen = steps.Min(Seen);
        // Flight areas are hulls over all photos known so far.
        var from = table == TwinTables.Photo && seen < newest.Version ? -1 : seen;
        source = await FreshRows.LoadAsync(catalog, connection, table, from, cancellationToken);
        return _sources[table] = source;
    }

    private async Task OpenTargetAsync(TableName table, CancellationToken cancellationToken)
    {
        if (!catalog.Lake.Exists(table))
        {
            var made = await catalog.Lake.CommitAsync(new Commit { Table = table, Schema = catalog.Datasets[table].ToSchema(), Properties = s_properties }, cancellationToken);
            made.RequireVersion(table);
        }
        _targets[table] = await catalog.Lake.ReadAsync(table, cancellationToken: cancellationToken);
    }

    private async Task PrepareAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        SpatialSql.Register(connection);
        TwinFunctions.Register(connection);
        connection.Execute(DeriverSql.Prepare, cancellationToken: cancellationToken);
        connection.Execute("INSERT INTO fresh.run VALUES ($1)", [runId], cancellationToken);
        ReferenceData.Load(connection);
        if (catalog.Lake.Exists(TwinTables.Photo))
            await catalog.Lake.CreateViewsAsync(connection, [await catalog.Lake.ReadAsync(TwinTables.Photo, cancellationToken: cancellationToken)], cancellationToken);
        else
            connection.Execute(SqlNames.CreateEmptyView(TwinTables.Photo, catalog.Datasets[TwinTables.Photo].ToSchema()), cancellationToken: cancellationToken);
        connection.Execute(SqlNames.CreateLoaded(TwinTables.Photo, catalog.Datasets[TwinTables.Photo].ToSchema()), cancellationToken: cancellationToken);
        connection.Execute(DeriverSql.PhotoViews, cancellationToken: cancellationToken);
    }
}
