using System.Security.Cryptography;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>Runs an operation until it is a version, or is known not to be one.</summary>
/// <remarks>
/// 1. Read the newest state; skip a transaction that is there. 2. Plan: write files, make actions. 3. Try the next version by put-if-absent.
/// 4. Lost: read the winners; without conflict try the version after them. 5. With it throw the plan away and plan again on the newest state, a bounded number of times.
/// Files of a plan whose outcome is unknown stay.
/// </remarks>
internal sealed class OperationRun(Operation operation, WriteOptions options, TableName table, OpenTable open, SqlPool sql, TimeProvider time)
{
    private const int PlansAtMost = 30;
    private readonly DeltaLog _log = open.Log;
    private readonly LogAppender _appender = new(open.Log, sql, time);

    public async ValueTask<CommitOutcome> RunAsync(CancellationToken cancellationToken)
    {
        using var lease = sql.Rent();
        var connection = operation.Source is RowSource.Query query ? query.Connection : lease.Connection;
        var bench = new Workbench(table, _log, open.Scan, sql, connection, time);
        try
        {
            return await PlansAsync(bench, cancellationToken);
        }
        finally
        {
            operation.Finish(bench);
        }
    }

    private async ValueTask<CommitOutcome> PlansAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var state = await NewestAsync(cancellationToken);
        await operation.PrepareAsync(bench, state, cancellationToken);
        for (var plan = 1; ; plan++)
        {
            if (options.Transaction is { } asked && state.Transactions.GetValueOrDefault(asked.AppId) is { } done && done.Version >= asked.Version)
                return new CommitOutcome.AlreadyApplied(state.Version);
            var (outcome, reason) = await TryAsync(bench, state, cancellationToken);
            if (outcome is not null)
                return outcome;
            state = await NewestAsync(cancellationToken);
            if (plan == PlansAtMost)
                return new CommitOutcome.Conflict(state.Version, $"another writer was faster {PlansAtMost} times; the last time {reason}");
            await Task.Delay(RandomNumberGenerator.GetInt32(1, 10 * plan), cancellationToken);
        }
    }

    private async ValueTask<TableState> NewestAsync(CancellationToken cancellationToken)
    {
        var state = await _log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table.ToString());
        Features.CheckWrite(_log.Table, state.Protocol!, state.Schema);
        return state;
    }

    /// <summary>One plan, up to its version or to the reason why it no longer holds.</summary>
    private async ValueTask<(CommitOutcome? Outcome, string? Reason)> TryAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        bench.Written.Clear();
        try
        {
            var change = await operation.PlanAsync(bench, state, cancellationToken); // 2
            if (change is null && options.Transaction is null)
                return (new CommitOutcome.AlreadyApplied(state.Version), null);
            change ??= new() { Actions = [], Reads = PartitionFilter.Whole(state) };
            CheckAppendOnly(state, change);
            var (outcome, reason) = await RaceAsync(bench, state, change, cancellationToken);
            if (outcome is null)
                await DiscardAsync(bench);
            return (outcome, reason);
        }
        catch (Exception e) when (e is LakeException or OperationCanceledException)
        {
            await DiscardAsync(bench); // Neither comes after an attempt whose outcome is unknown.
            throw;
        }
    }

    private async ValueTask<(CommitOutcome? Outcome, string? Reason)> RaceAsync(Workbench bench, TableState state, Change change, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var version = state.Version + 1;
            var info = await _appender.InfoAsync(state, operation.Name, operation.Parameters, change.Metrics, blind: false, options.Lineage, cancellationToken);
            var actions = new List<LogAction> { info };
            if (options.Transaction is { } transaction)
                actions.Add(new Transaction(transaction.AppId, transaction.Version, bench.Now));
            var content = ActionWriter.WriteLines(actions.Concat(change.Actions));
            var (won, unknown) = await _appender.PutAsync(version, content, cancellationToken); // 3
            if (unknown is not null)
                return (new CommitOutcome.Unknown(unknown), null);
            if (won)
            {
                await _appender.FinishAsync(state, content, cancellationToken);
                return (new CommitOutcome.Committed(version, change.Rows), null);
            }
            var behind = state;
            while (await _appender.WinnerAsync(state, cancellationToken) is { } winner) // 4
            {
                if (Conflicts.Reason(change, state, winner.Actions, options.Transaction, bench) is { } reason)
                    return (null, reason); // 5
                state = winner.State;
            }
            if (ReferenceEquals(behind, state))
                return (new CommitOutcome.Unknown($"version {version} was taken and is gone"), null);
        }
    }

    private void CheckAppendOnly(TableState state, Change change)
    {
        if (state.Is("delta.appendOnly") && change.Removes.Any(remove => remove.DataChange))
            throw new WriteRefusedException(_log.Table, $"it only takes appends (delta.appendOnly=true), so {operation.Name} cannot take rows out of it.");
    }

    private async ValueTask DiscardAsync(Workbench bench)
    {
        foreach (var key in bench.Written)
            await _log.Store.DeleteAsync(key, CancellationToken.None);
        bench.Written.Clear();
    }
}
