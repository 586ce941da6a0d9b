using System.Runtime.CompilerServices;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>One commit that is still in the log.</summary>
/// <param name="Time">The later of the time written in it and its file's: no clock can make it look older than it is.</param>
internal sealed record LogEntry(long Version, DateTimeOffset Time, IReadOnlyList<LogAction> Actions);

/// <summary>The commits of a log, oldest first.</summary>
internal static class LogHistory
{
    public static async IAsyncEnumerable<LogEntry> ReadAsync(DeltaLog log, LogListing listing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (version, file) in listing.Commits)
        {
            var key = LogNames.Commit(version);
            if (await log.Store.ReadAsync(key, cancellationToken) is not { } content)
                continue; // cleaned up since
            var actions = ActionReader.ReadLines(log.Table, key, content).ToList();
            var info = actions.OfType<CommitInfo>().FirstOrDefault();
            var written = DateTimeOffset.FromUnixTimeMilliseconds(info?.InCommitTimestamp ?? info?.Timestamp ?? 0);
            yield return new(version, written > file.Modified ? written : file.Modified, actions);
        }
    }

    /// <summary>Whether the log can still tell the state at a version.</summary>
    public static bool Reaches(this LogListing listing, long version) => version >= 0 && version <= listing.Newest
        && (listing.Checkpoints.Any(c => c.Version <= version) || listing.Commits is [(0, _), ..]);
}
