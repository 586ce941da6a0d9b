using Plinth.Lakehouse.Maintenance;

namespace Plinth.Lakehouse;

/// <content>Keeping tables in shape.</content>
public sealed partial class Lake
{
    /// <summary>Removes files that no version still to be read needs; by default only says which.</summary>
    /// <remarks>
    /// A file goes when neither the newest version, nor a release, nor a legal hold (table property <c>plinth.legalHold</c>, or a tag of that name on the file) names it,
    /// it was removed from the table longer ago than the retention (or never was in it), and its own time is older than that too.
    /// </remarks>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    /// <exception cref="MaintenanceRefusedException">The retention asked for is shorter than the table's, and not forced.</exception>
    /// <exception cref="TableFormatException">The table's protocol asks more of a writer than there is here.</exception>
    public ValueTask<VacuumReport> VacuumAsync(TableName table, VacuumOptions? options = null, CancellationToken cancellationToken = default) =>
        new Vacuum(Open(table), new Pins(table, _releases), _sql, Time).RunAsync(options ?? new(), cancellationToken);

    /// <summary>Removes commits that are older than the table keeps its log (<c>delta.logRetentionDuration</c>, 30 days) and that a kept checkpoint covers; by default only says which.</summary>
    /// <remarks>Versions that a release or a legal hold names stay readable, and so do all versions younger than that.</remarks>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    /// <exception cref="TableFormatException">The table's protocol asks more of a writer than there is here.</exception>
    public ValueTask<LogCleanUpReport> CleanLogAsync(TableName table, bool dryRun = true, CancellationToken cancellationToken = default) =>
        new LogCleanUp(Open(table), new Pins(table, _releases), _sql, Time).RunAsync(dryRun, cancellationToken);

    /// <summary>Writes a checkpoint of the newest version, so that readers need not replay the log; returns that version.</summary>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    /// <exception cref="TableFormatException">The table's protocol asks more of a writer than there is here.</exception>
    public async ValueTask<long> CheckpointAsync(TableName table, CancellationToken cancellationToken = default)
    {
        var log = Open(table).Log;
        var state = await log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table.ToString());
        FileCommit.CheckWriter(state);
        await new Delta.CheckpointWriter(log, _sql, Time).WriteAsync(state, cancellationToken);
        return state.Version;
    }

    /// <summary>Rewrites small files into larger ones, or all files into an order; rows stay the same, and so do older versions. By default only says what it would do.</summary>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    /// <exception cref="MaintenanceRefusedException">The order names a column that cannot be sorted by.</exception>
    /// <exception cref="CommitFailedException">Others kept changing the same files, or the store did not answer.</exception>
    /// <exception cref="TableFormatException">The table's protocol asks more of a writer than there is here.</exception>
    public ValueTask<OptimizeReport> OptimizeAsync(TableName table, OptimizeOptions? options = null, CancellationToken cancellationToken = default) =>
        new Optimize(table, Open(table), _sql, Time).RunAsync(options ?? new(), cancellationToken);

    /// <summary>Takes the rows for which a SQL condition over the table's columns holds out of every version: live files are rewritten, all files that held them removed, versions that can no longer be read listed, a record written under <c>control/erasures</c>. By default only says what it would do.</summary>
    /// <remarks>Rows that others commit while it runs are not looked at: ask again. Each table that is derived from this one needs an erasure of its own.</remarks>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    /// <exception cref="MaintenanceRefusedException">A legal hold keeps the table's rows, or the condition cannot be evaluated (the message does not repeat it).</exception>
    /// <exception cref="CommitFailedException">Others kept changing the same files, or the store did not answer.</exception>
    /// <exception cref="TableFormatException">The table's protocol asks more of a writer than there is here.</exception>
    public async ValueTask<EraseReport> EraseAsync(TableName table, string condition, EraseOptions options, CancellationToken cancellationToken = default)
    {
        var report = await new Erase(table, Open(table), new Pins(table, _releases), _releases, _store, _sql, Time).RunAsync(condition, options, cancellationToken);
        // Rows laid out once more to be read faster; made anew when next asked for.
        var copies = Path.Combine(Root, "cache", "twin");
        if (!options.DryRun && Directory.Exists(copies))
            foreach (var file in Directory.EnumerateFiles(copies, "*.duckdb"))
                File.Delete(file);
        return report;
    }

    /// <summary>Takes rows that are past their time out of the newest version, as a commit that says why; by default only counts them. Files on legal hold keep theirs.</summary>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    /// <exception cref="MaintenanceRefusedException">The whole table is on legal hold, or the column cannot tell a row's time.</exception>
    /// <exception cref="WriteRefusedException">The table only takes appends.</exception>
    /// <exception cref="CommitFailedException">Others kept changing the same rows, or the store did not answer.</exception>
    public ValueTask<RetentionReport> RetainAsync(TableName table, RetentionOptions options, CancellationToken cancellationToken = default) =>
        new Retention(table, Open(table), _sql, Time).RunAsync(options, cancellationToken);

    /// <summary>Puts a table, or some of its versions, on legal hold: vacuum, log clean-up, retention and erasure then leave their files in place until it is lifted.</summary>
    /// <param name="name">The case: letters, digits, '-', '_', '.'. Placed again it holds what it is given last.</param>
    /// <param name="versions">None for the whole table.</param>
    /// <exception cref="TableNotFoundException">No such table, or no such version of it.</exception>
    /// <exception cref="MaintenanceRefusedException">The case has another character, or more than 100.</exception>
    public async ValueTask HoldAsync(TableName table, string name, IReadOnlyCollection<long>? versions = null, Lineage? lineage = null, CancellationToken cancellationToken = default)
    {
        var (key, value) = LegalHolds.Of(table, name, versions ?? []);
        foreach (var version in versions ?? [])
            await ReadAsync(table, TableVersion.At(version), cancellationToken);
        (await Writer(table).SetPropertiesAsync(new Dictionary<string, string?> { [key] = value }, new() { Lineage = lineage }, cancellationToken)).RequireVersion(table);
    }

    /// <summary>Lifts a legal hold; others on the same table stay.</summary>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    /// <exception cref="MaintenanceRefusedException">No such hold on it.</exception>
    public async ValueTask LiftHoldAsync(TableName table, string name, Lineage? lineage = null, CancellationToken cancellationToken = default)
    {
        var state = (await ReadAsync(table, default, cancellationToken)).State;
        var key = LegalHolds.Key(table, state, name) ?? throw new MaintenanceRefusedException(table.ToString(), $"there is no legal hold '{name}' on it; 'plinth lake holds' lists those there are.");
        (await Writer(table).SetPropertiesAsync(new Dictionary<string, string?> { [key] = null }, new() { Lineage = lineage }, cancellationToken)).RequireVersion(table);
    }

    /// <summary>All legal holds, in order of table.</summary>
    public async ValueTask<IReadOnlyList<LegalHold>> HoldsAsync(CancellationToken cancellationToken = default)
    {
        var holds = new List<LegalHold>();
        foreach (var table in Tables())
            holds.AddRange(LegalHolds.In(table, (await ReadAsync(table, default, cancellationToken)).State));
        return holds;
    }

    /// <summary>What a consumer has not seen of a table; null where there is nothing new.</summary>
    /// <param name="consumer">Its name: lower-case letters, digits, '-', '_'. One process at a time reads as a consumer.</param>
    /// <param name="into">
    /// The table that the consumer derives: how far it has read is then what that table's commits say (<see cref="TableTail.Transaction"/>), exact whatever is killed when.
    /// Null: it is what <see cref="ConfirmAsync"/> was last told; a consumer killed before that sees the same changes again.
    /// </param>
    /// <exception cref="TableNotFoundException">No such table.</exception>
    /// <exception cref="TableFormatException">The changes can no longer be told: their commits or files are gone.</exception>
    public ValueTask<TableTail?> TailAsync(string consumer, TableName table, TableName? into = null, CancellationToken cancellationToken = default) =>
        new Tail(this, _store).NextAsync(consumer, table, into, cancellationToken);

    /// <summary>Keeps that a consumer has dealt with these changes, for one that commits nothing to a table.</summary>
    public ValueTask ConfirmAsync(TableTail tail, CancellationToken cancellationToken = default) => new Tail(this, _store).ConfirmAsync(tail, cancellationToken);
}
