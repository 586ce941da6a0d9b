using System.Globalization;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>What a log clean-up removed, or would remove.</summary>
/// <param name="OldestVersion">The oldest version that can be read afterwards.</param>
/// <param name="Files">Names in <c>_delta_log</c>, in order.</param>
public sealed record LogCleanUpReport(string Table, long Version, bool DryRun, TimeSpan Retention, long OldestVersion, IReadOnlyList<string> Files);

/// <summary>Removes the old end of a log.</summary>
/// <remarks>
/// 1. The oldest version to keep: the one that was newest when the retention began, or an older one that is pinned or adds a file on hold. 2. The newest complete checkpoint at or
/// before it that can be read. 3. Everything older than that checkpoint's version, oldest first; its own commit stays (it has the version's time).
/// </remarks>
internal sealed class LogCleanUp(OpenTable table, Pins pins, SqlPool sql, TimeProvider time)
{
    private static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(30);

    private readonly DeltaLog _log = table.Log;

    public async ValueTask<LogCleanUpReport> RunAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var state = await _log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table.Name);
        FileCommit.CheckWriter(state);
        var retention = Interval.Parse(state.Setting("delta.logRetentionDuration")) ?? DefaultRetention;
        var listing = await _log.ListAsync(cancellationToken);
        var nothing = new LogCleanUpReport(table.Name, state.Version, dryRun, retention, Oldest(listing), []);
        var pinned = await pins.ReadAsync(state, cancellationToken);
        if (pinned.WholeTable is not null || Features.Has(state.Protocol!, "checkpointProtection")
            || string.Equals(state.Setting("delta.enableExpiredLogCleanup"), "false", StringComparison.OrdinalIgnoreCase))
            return nothing;
        var before = time.GetUtcNow() - retention;
        var keepFrom = await KeepFromAsync(listing, pinned, before, cancellationToken); // 1
        if (await CheckpointAsync(listing, keepFrom, cancellationToken) is not { } checkpoint) // 2
            return nothing;
        var files = await _log.Store.ListAsync(LogNames.Folder, "", cancellationToken);
        var expired = files.Where(file => file.Modified < before && VersionOf(file.Name) is { } version && version < checkpoint).ToList();
        if (!dryRun)
            foreach (var file in expired) // 3
                await _log.Store.DeleteAsync($"{LogNames.Folder}/{file.Name}", cancellationToken);
        return nothing with { Files = [.. expired.Select(f => f.Name)], OldestVersion = expired.Count == 0 ? nothing.OldestVersion : checkpoint };
    }

    private async ValueTask<long> KeepFromAsync(LogListing listing, PinnedVersions pinned, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var keep = 0L;
        var held = long.MaxValue;
        var old = true;
        await foreach (var entry in LogHistory.ReadAsync(_log, listing, cancellationToken))
        {
            old &= entry.Time < before;
            keep = old ? entry.Version : keep;
            if (entry.Actions.OfType<AddFile>().Any(LegalHolds.IsHeld))
                held = Math.Min(held, entry.Version);
        }
        return pinned.Versions.Keys.Append(keep).Append(held).Min();
    }

    private async ValueTask<long?> CheckpointAsync(LogListing listing, long keepFrom, CancellationToken cancellationToken)
    {
        foreach (var checkpoint in listing.Checkpoints.Where(c => c.Version <= keepFrom).Reverse())
        {
            try
            {
                (await new CheckpointReader(table.Name, _log.Store, sql).ReadAsync(checkpoint, cancellationToken)).Checked();
                return checkpoint.Version;
            }
            catch (TableFormatException)
            {
                // One that cannot be read covers nothing: an earlier one may.
            }
        }
        return null;
    }

    private static long Oldest(LogListing listing) => listing.Commits is [(0, _), ..] ? 0
        : listing.Checkpoints is [var first, ..] ? first.Version : listing.Commits[0].Version;

    /// <summary>The last version that a log file tells of: commits, checkpoints, checksums, compacted commits. Null for what is not known here.</summary>
    internal static long? VersionOf(string name)
    {
        if (LogNames.CommitVersion(name) is { } commit)
            return commit;
        if (LogNames.CheckpointPart(name) is { } part)
            return part.Version;
        if (name.EndsWith(".crc", StringComparison.Ordinal) && name.Length == 24)
            return Number(name[..20]);
        return name.EndsWith(".compacted.json", StringComparison.Ordinal) && name.Split('.') is [_, { Length: 20 } to, _, _] ? Number(to) : null;

        static long? Number(string digits) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
