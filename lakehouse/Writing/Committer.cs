using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Writing;

/// <summary>Makes one new version of a table.</summary>
/// <remarks>
/// 1. Read the newest state; skip a transaction that is there. 2. Write the data files. 3. Try the next version by put-if-absent.
/// 4. Lost: read the winners; without conflict try the version after them, with it give up. 5. Unknown: read the version and compare the commit's own id.
/// </remarks>
internal sealed class Committer(Commit commit, DeltaLog log, SqlPool sql, TimeProvider time)
{
    private readonly LogAppender _log = new(log, sql, time);

    /// <exception cref="SchemaMismatchException">The rows or the schema do not fit the table.</exception>
    /// <exception cref="TableFormatException">The table cannot be read, or not be written here.</exception>
    public async ValueTask<CommitOutcome> RunAsync(CancellationToken cancellationToken)
    {
        SchemaRules.Check(commit.Table, commit.Schema);
        var state = await log.NewestAsync(cancellationToken); // 1
        if (IsApplied(state))
            return new CommitOutcome.AlreadyApplied(state!.Version);
        if (PartlyApplied(state) is { } partly)
            return partly;
        var plan = Plan(state);
        if (state is not null && commit.Rows is null && Asked.IsEmpty && plan.Metadata is null)
            return new CommitOutcome.AlreadyApplied(state.Version);
        var writer = new DataWriter(commit.Table, plan.Schema, state?.Mapping ?? ColumnMapping.None, log.Store, sql, time, state?.Setting(RowGroups.Property) ?? commit.Properties.GetValueOrDefault(RowGroups.Property)) { Checks = Checks(state, plan) };
        var files = commit.Rows is null ? [] : await writer.WriteAsync(commit.Rows, cancellationToken); // 2
        try
        {
            var outcome = await RaceAsync(state, plan, files, cancellationToken);
            if (outcome is CommitOutcome.Conflict or CommitOutcome.AlreadyApplied)
                await writer.DiscardAsync();
            return outcome;
        }
        catch (Exception e) when (e is LakeException or OperationCanceledException)
        {
            await writer.DiscardAsync(); // Neither comes after an attempt whose outcome is unknown.
            throw;
        }
    }

    /// <summary>The batches that the commit carries, one an application.</summary>
    private ImmutableArray<AppTransaction> Asked => commit.Transaction is { } one ? commit.Transactions.Add(one) : commit.Transactions;

    private bool IsApplied(TableState? state) => !Asked.IsEmpty && Asked.All(transaction => IsApplied(state, transaction));

    private static bool IsApplied(TableState? state, AppTransaction asked) =>
        state?.Transactions.GetValueOrDefault(asked.AppId) is { } done && done.Version >= asked.Version;

    /// <summary>What to answer where the table has some of several batches but not all: their rows cannot be told apart any more.</summary>
    private CommitOutcome.Conflict? PartlyApplied(TableState? state) =>
        state is not null && Asked.FirstOrDefault(transaction => IsApplied(state, transaction)) is { } done
            ? new(state.Version, $"the table has batch '{done.AppId}' already, but not all of the commit's batches")
            : null;

    private async ValueTask<CommitOutcome> RaceAsync(TableState? state, CommitPlan plan, IReadOnlyList<AddFile> files, CancellationToken cancellationToken)
    {
        var layout = Layout(state, plan);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var version = (state?.Version ?? -1) + 1;
            var content = ActionWriter.WriteLines(await ActionsAsync(state, plan, files, cancellationToken));
            var (won, unknown) = await _log.PutAsync(version, content, cancellationToken); // 3, 5
            if (unknown is not null)
                return new CommitOutcome.Unknown(unknown);
            if (won)
            {
                await _log.FinishAsync(state, content, cancellationToken);
                return new CommitOutcome.Committed(version, files.Sum(Rows));
            }
            for (TableState? next; (next = (await _log.WinnerAsync(state, cancellationToken))?.State) is not null; state = next) // 4
            {
                if (commit.Mode == WriteMode.Overwrite && state is not null && !ReferenceEquals(state.Files, next.Files))
                    return new CommitOutcome.Conflict(next.Version, "it changed the rows that this commit would replace");
                if (IsApplied(next))
                    return new CommitOutcome.AlreadyApplied(next.Version);
                if (PartlyApplied(next) is { } partly)
                    return partly;
            }
            if (state is null)
                return new CommitOutcome.Unknown($"version {version} was taken and is gone");
            try
            {
                plan = Plan(state);
            }
            catch (SchemaMismatchException e)
            {
                return new CommitOutcome.Conflict(state.Version, $"it changed the table's schema ({e.Message})");
            }
            if (Layout(state, plan) != layout)
                return new CommitOutcome.Conflict(state.Version, "it changed the table's schema");
        }
    }

    /// <summary>Names what the data files hold and what their rows were held against, so that a change of it by another writer is seen.</summary>
    private string Layout(TableState? state, CommitPlan plan) => LayoutTag.Of(PhysicalSchema.Of(plan.Schema, state?.Mapping ?? ColumnMapping.None)) + Checks(state, plan).Id;

    private RowChecks Checks(TableState? state, CommitPlan plan) =>
        RowChecks.Of(log.Table, plan.Schema, (plan.Metadata ?? state!.Metadata!).Configuration, state?.Mapping ?? ColumnMapping.None);

    private CommitPlan Plan(TableState? state)
    {
        if (state is null)
        {
            var (protocol, metadata) = NewTable.Of(commit, time.GetUtcNow());
            return new(commit.Schema, protocol, metadata, IsNew: true);
        }
        Features.CheckWrite(log.Table, state.Protocol!, state.Schema);
        if (commit.Mode == WriteMode.Overwrite && commit.Rows is not null && state.Is("delta.appendOnly"))
            throw new TableFormatException(log.Table, "delta.appendOnly", "the table only takes appends; rows cannot be overwritten.");
        var (schema, added) = SchemaRules.Follow(commit.Table, state.Schema, commit.Schema);
        if (added.IsEmpty)
            return new(schema, null, null);
        if (added.Any(c => SchemaRules.Uses(c.Type, "timestamp_ntz")) && !Features.Has(state.Protocol!, Features.TimestampNtz))
            throw new SchemaMismatchException(commit.Table, "a column of type timestamp_ntz cannot be added to a table that was made without one; use timestamp.");
        var wider = MappedColumns.Append(state, added);
        return new(SchemaJson.Read(log.Table, wider), null, wider);
    }

    private async ValueTask<List<LogAction>> ActionsAsync(TableState? state, CommitPlan plan, IReadOnlyList<AddFile> files, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var removed = commit.Mode == WriteMode.Overwrite && commit.Rows is not null && state is not null ? state.Files.Values.ToList() : [];
        var operation = commit.Rows is not null ? "WRITE" : plan.IsNew ? "CREATE TABLE" : plan.Metadata is not null ? "ADD COLUMNS" : "WRITE";
        var parameters = ImmutableSortedDictionary<string, string>.Empty.Add("mode", commit.Mode.ToString()).Add("partitionBy", JsonSerializer.Serialize(plan.Schema.PartitionColumns));
        var actions = new List<LogAction>
        {
            await _log.InfoAsync(state, operation, parameters, Metrics(files, removed), commit.Mode == WriteMode.Append, commit.Lineage, cancellationToken),
        };
        if (plan.Protocol is not null)
            actions.Add(plan.Protocol);
        if (plan.Metadata is not null)
            actions.Add(plan.Metadata);
        actions.AddRange(Asked.Select(transaction => new Transaction(transaction.AppId, transaction.Version, now)));
        actions.AddRange(removed.Select(file => LogAppender.Remove(file, now)));
        actions.AddRange(files);
        return actions;
    }

    private static ImmutableSortedDictionary<string, string> Metrics(IReadOnlyList<AddFile> files, List<AddFile> removed)
    {
        var metrics = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        metrics["numFiles"] = files.Count.ToString(CultureInfo.InvariantCulture);
        metrics["numOutputRows"] = files.Sum(Rows).ToString(CultureInfo.InvariantCulture);
        metrics["numOutputBytes"] = files.Sum(f => f.Size).ToString(CultureInfo.InvariantCulture);
        if (removed.Count > 0)
            metrics["numRemovedFiles"] = removed.Count.ToString(CultureInfo.InvariantCulture);
        return metrics.ToImmutable();
    }

    private static long Rows(AddFile file)
    {
        using var stats = JsonDocument.Parse(file.Stats!);
        return stats.RootElement.Long("numRecords") ?? 0;
    }
}

/// <summary>What a commit does to a table's schema.</summary>
/// <param name="Schema">The table's after it.</param>
internal sealed record CommitPlan(TableSchema Schema, Protocol? Protocol, Metadata? Metadata, bool IsNew = false);
