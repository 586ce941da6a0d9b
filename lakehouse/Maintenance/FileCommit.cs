using System.Collections.Immutable;
using System.Security.Cryptography;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Makes a version that puts files in place of others, or only tells of an operation.</summary>
/// <remarks>
/// It goes on behind other writers' versions unless one of them removed a file that this one removes, or changed protocol or metaData while this one adds files.
/// All its file actions have <c>dataChange=false</c>: streams and the change feed pass over them.
/// </remarks>
internal sealed class FileCommit(DeltaLog log, SqlPool sql, TimeProvider time)
{
    private const string Engine = "Plinth/0.1.0";

    /// <exception cref="TableFormatException">The protocol asks more of a writer than there is here.</exception>
    /// <remarks>Constraints and the like do not matter: no row is written that was not there.</remarks>
    public static void CheckWriter(TableState state) =>
        Features.CheckWrite(state.Table, state.Protocol!, new TableSchema());

    /// <param name="state">The version at which the operation was planned.</param>
    public async ValueTask<CommitOutcome> RunAsync(TableState state, CommitInfo info, IReadOnlyList<AddFile> removed, IReadOnlyList<AddFile> added, CancellationToken cancellationToken)
    {
        var (planned, txnId) = (state, Guid.CreateVersion7().ToString("D"));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var content = ActionWriter.WriteLines(await ActionsAsync(state, info with { ReadVersion = planned.Version, TxnId = txnId }, removed, added, cancellationToken));
            var (won, unknown) = await PutAsync(state.Version + 1, content, cancellationToken);
            if (unknown is not null)
                return new CommitOutcome.Unknown(unknown);
            if (won)
            {
                await FinishAsync(state, content);
                return new CommitOutcome.Committed(state.Version + 1, 0);
            }
            var taken = state.Version;
            while (await log.Store.ReadAsync(LogNames.Commit(state.Version + 1), cancellationToken) is { } winner)
                state = await log.NextAsync(state, winner, cancellationToken);
            if (state.Version == taken)
                return new CommitOutcome.Unknown($"version {taken + 1} was taken and is gone");
            CheckWriter(state);
            if (added.Count > 0 && (!ReferenceEquals(state.Metadata, planned.Metadata) || !ReferenceEquals(state.Protocol, planned.Protocol)))
                return new CommitOutcome.Conflict(state.Version, "it changed the table's schema, properties or protocol");
            if (removed.FirstOrDefault(file => !state.Files.ContainsKey(file.Key)) is { } gone)
                return new CommitOutcome.Conflict(state.Version, $"it removed or changed {gone.Path}, which this operation was rewriting");
        }
    }

    private async ValueTask<List<LogAction>> ActionsAsync(TableState state, CommitInfo info, IReadOnlyList<AddFile> removed, IReadOnlyList<AddFile> added, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var previous = await log.Store.ReadAsync(LogNames.Commit(state.Version), cancellationToken);
        var actions = new List<LogAction>
        {
            info with
            {
                InCommitTimestamp = state.HasInCommitTimestamps ? Math.Max(now, state.Timestamp.ToUnixTimeMilliseconds() + 1) : null,
                Timestamp = now,
                IsBlindAppend = false,
                EngineInfo = Engine,
                PreviousSha256 = previous is null ? null : Convert.ToHexStringLower(SHA256.HashData(previous)),
            },
        };
        actions.AddRange(removed.Select(file => new RemoveFile(file.Path, now)
        {
            DataChange = false,
            ExtendedFileMetadata = true,
            PartitionValues = file.PartitionValues,
            Size = file.Size,
            DeletionVector = file.DeletionVector,
            BaseRowId = file.BaseRowId,
            DefaultRowCommitVersion = file.DefaultRowCommitVersion,
        }));
        actions.AddRange(added.Select(file => file with { DataChange = false }));
        return actions;
    }

    private async ValueTask<(bool Won, string? Unknown)> PutAsync(long version, byte[] content, CancellationToken cancellationToken)
    {
        var key = LogNames.Commit(version);
        try
        {
            if (await log.Store.PutIfAbsentAsync(key, content, cancellationToken))
                return (true, null);
        }
        catch (IOException e)
        {
            // The store did not say what became of it: the version itself may.
            try
            {
                if (await log.Store.ReadAsync(key, CancellationToken.None) is { } there)
                    return (there.AsSpan().SequenceEqual(content), null);
            }
            catch (IOException)
            {
                // nor does it now
            }
            return (false, $"version {version}: {e.Message}");
        }
        // A store that repeats a request by itself can answer "taken" to its own success.
        return (await log.Store.ReadAsync(key, CancellationToken.None) is { } winner && winner.AsSpan().SequenceEqual(content), null);
    }

    /// <summary>Keeps the new state. Nothing here may fail the commit, which has happened.</summary>
    private async ValueTask FinishAsync(TableState state, byte[] content)
    {
        try
        {
            var next = await log.NextAsync(state, content, CancellationToken.None);
            await log.RememberAsync(next, CancellationToken.None);
            await new CheckpointWriter(log, sql, time).WriteWhenDueAsync(next, CancellationToken.None);
        }
        catch (Exception e) when (e is LakeException or IOException or UnauthorizedAccessException)
        {
            // The next reader finds the version in the log; the next tenth commit tries its checkpoint again.
        }
    }
}
