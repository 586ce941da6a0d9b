using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Makes a version that puts files in place of others, or only tells of an operation.</summary>
/// <remarks>
/// It goes on behind other writers' versions unless one of them removed a file that this one removes, or changed protocol or metaData while this one adds files.
/// All its file actions have <c>dataChange=false</c>: streams and the change feed pass over them.
/// </remarks>
internal sealed class FileCommit(DeltaLog log, SqlPool sql, TimeProvider time)
{
    /// <exception cref="TableFormatException">The protocol asks more of a writer than there is here.</exception>
    /// <remarks>Constraints and the like do not matter: no row is written that was not there.</remarks>
    public static void CheckWriter(TableState state) =>
        Features.CheckWrite(state.Table, state.Protocol!, new TableSchema());

    /// <param name="state">The version at which the operation was planned.</param>
    public async ValueTask<CommitOutcome> RunAsync(TableState state, CommitInfo info, IReadOnlyList<AddFile> removed, IReadOnlyList<AddFile> added, CancellationToken cancellationToken)
    {
        LogAppender appender = new(log, sql, time);
        var planned = state;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var content = ActionWriter.WriteLines(await ActionsAsync(appender, state, info with { ReadVersion = planned.Version }, removed, added, cancellationToken));
            var (won, unknown) = await appender.PutAsync(state.Version + 1, content, cancellationToken);
            if (unknown is not null)
                return new CommitOutcome.Unknown(unknown);
            if (won)
            {
                await appender.FinishAsync(state, content, CancellationToken.None);
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

    private static async ValueTask<List<LogAction>> ActionsAsync(LogAppender appender, TableState state, CommitInfo info, IReadOnlyList<AddFile> removed, IReadOnlyList<AddFile> added, CancellationToken cancellationToken)
    {
        var stamped = await appender.InfoAsync(state, info.Operation, info.Parameters, info.Metrics, blind: false, info.Lineage, cancellationToken);
        return
        [
            stamped with { ReadVersion = info.ReadVersion },
            .. removed.Select(file => LogAppender.Remove(file, stamped.Timestamp!.Value, dataChange: false)),
            .. added.Select(file => file with { DataChange = false }),
        ];
    }
}
