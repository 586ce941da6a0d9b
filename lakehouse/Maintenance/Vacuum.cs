using System.Collections.Immutable;
using System.Globalization;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>What to remove.</summary>
public sealed record VacuumOptions
{
    /// <value>True: nothing is removed, only listed.</value>
    public bool DryRun { get; init; } = true;

    /// <summary>How long a file is kept after it was removed from the table.</summary>
    /// <value>The table's <c>delta.deletedFileRetentionDuration</c>, else 7 days.</value>
    public TimeSpan? Retention { get; init; }

    /// <summary>Allows a retention shorter than the table's. Readers of older versions, and commits that take longer than it, then lose files.</summary>
    public bool Force { get; init; }
}

/// <summary>What a vacuum removed, or would remove.</summary>
/// <param name="Version">The version at which it looked.</param>
/// <param name="Files">Paths relative to the table's folder, in order.</param>
/// <param name="Kept">What keeps older files in place: releases and legal holds, one line each.</param>
public sealed record VacuumReport(string Table, long Version, bool DryRun, TimeSpan Retention, IReadOnlyList<string> Files, long Bytes, IReadOnlyList<string> Kept);

/// <summary>Removes files that no version still to be read needs.</summary>
/// <remarks>
/// 1. Read the newest version, and check that its protocol can be written here. 2. Gather the files to keep: of that version, of pinned versions, of removes younger than the
/// retention. 3. List the folder: whatever is not kept, is no hidden file and has itself reached the age is a candidate. 4. Commit VACUUM START. 5. Delete in batches, before
/// each looking again whether a newer version names one of them. 6. Commit VACUUM END. Killed at any moment, the next vacuum goes on.
/// </remarks>
internal sealed class Vacuum(OpenTable table, Pins pins, SqlPool sql, TimeProvider time)
{
    private const int Batch = 64;
    private static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(7);

    private readonly DeltaLog _log = table.Log;

    public async ValueTask<VacuumReport> RunAsync(VacuumOptions options, CancellationToken cancellationToken)
    {
        var state = await _log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table.Name); // 1
        FileCommit.CheckWriter(state);
        var floor = Interval.Parse(state.Setting("delta.deletedFileRetentionDuration")) ?? DefaultRetention;
        var retention = options.Retention ?? floor;
        if (retention < floor && !options.Force)
            throw new MaintenanceRefusedException(table.Name, string.Create(CultureInfo.InvariantCulture,
                $"a retention of {retention.TotalHours:0.##} h is shorter than the table's {floor.TotalHours:0.##} h: readers of older versions and commits under way could lose files. Ask for at least that, or force it when nobody else uses the table."));
        var now = time.GetUtcNow();
        var pinned = await pins.ReadAsync(state, cancellationToken);
        if (pinned.WholeTable is { } why)
            return new(table.Name, state.Version, options.DryRun, retention, [], 0, [$"the whole table: legal hold {why}"]);
        var keep = new KeptFiles(_log.Store); // 2
        keep.Add(state);
        var kept = await KeepPinnedAsync(keep, state, pinned, cancellationToken);
        await KeepYoungAsync(keep, state, now - retention, cancellationToken);
        var candidates = await CandidatesAsync(keep, state, now - retention, cancellationToken); // 3
        var report = new VacuumReport(table.Name, state.Version, options.DryRun, retention, [.. candidates.Select(c => c.Name)], candidates.Sum(c => c.Size), kept);
        return options.DryRun || candidates.Count == 0 ? report : await DeleteAsync(report, state, options, candidates, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<string>> KeepPinnedAsync(KeptFiles keep, TableState state, PinnedVersions pinned, CancellationToken cancellationToken)
    {
        var listing = await _log.ListAsync(cancellationToken);
        var kept = new List<string>();
        foreach (var (version, why) in pinned.Versions)
        {
            // A version of which the log is gone can be read by nobody; one that should be readable and is not stops the vacuum.
            if (!listing.Reaches(version))
            {
                kept.Add(string.Create(CultureInfo.InvariantCulture, $"version {version}: {why}, but the log no longer tells its files"));
                continue;
            }
            keep.Add(version == state.Version ? state : await _log.AtAsync(version, cancellationToken) ?? throw new TableFormatException(table.Name, LogNames.Commit(version), $"version {version} ({why}) cannot be read."));
            kept.Add(string.Create(CultureInfo.InvariantCulture, $"version {version}: {why}"));
        }
        return kept;
    }

    /// <summary>Removes count by when they happened, not by the file's age. A checkpoint may have forgotten some that the log still has.</summary>
    private async ValueTask KeepYoungAsync(KeptFiles keep, TableState state, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var limit = before.ToUnixTimeMilliseconds();
        foreach (var remove in state.Tombstones.Values.Where(r => r.DeletionTimestamp >= limit))
            keep.Add(remove);
        await foreach (var entry in LogHistory.ReadAsync(_log, await _log.ListAsync(cancellationToken), cancellationToken))
            foreach (var action in entry.Actions)
                if (action is AddFile add ? entry.Time >= before || LegalHolds.IsHeld(add) : action is FileAction && (entry.Time >= before || (action is RemoveFile r && r.DeletionTimestamp >= limit)))
                    keep.Add((FileAction)action);
        foreach (var file in state.Files.Values.Where(LegalHolds.IsHeld))
            keep.Add(file);
    }

    private async ValueTask<List<Stores.StoredObject>> CandidatesAsync(KeptFiles keep, TableState state, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var partitions = state.Schema.Columns.Where(c => state.Schema.PartitionColumns.Contains(c.Name, StringComparer.OrdinalIgnoreCase))
            .SelectMany(c => new[] { c.Name, Projection.PhysicalName(c, state.Mapping) }).ToImmutableHashSet(StringComparer.OrdinalIgnoreCase);
        var (found, inner) = (new List<Stores.StoredObject>(), new HashSet<string>(StringComparer.Ordinal));
        await foreach (var file in _log.Store.WalkAsync(cancellationToken))
        {
            if (file.Name.IndexOf($"/{LogNames.Folder}/", StringComparison.Ordinal) is var at and > 0)
                inner.Add(file.Name[..(at + 1)]); // another table inside this one's folder
            else if (!TableFolder.IsHidden(file.Name, partitions) && !keep.Contains(file.Name) && file.Modified < before)
                found.Add(file);
        }
        found.RemoveAll(file => inner.Any(folder => file.Name.StartsWith(folder, StringComparison.Ordinal)));
        found.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return found;
    }

    private async ValueTask<VacuumReport> DeleteAsync(VacuumReport report, TableState state, VacuumOptions options, List<Stores.StoredObject> candidates, CancellationToken cancellationToken)
    {
        var parameters = ImmutableSortedDictionary<string, string>.Empty
            .Add("retentionCheckEnabled", options.Force ? "false" : "true")
            .Add("specifiedRetentionMillis", ((long)report.Retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        await CommitAsync(state, "VACUUM START", parameters, ("numFilesToDelete", candidates.Count), ("sizeOfDataToDelete", report.Bytes), cancellationToken); // 4
        var deleted = new List<Stores.StoredObject>();
        foreach (var batch in candidates.Chunk(Batch)) // 5
        {
            cancellationToken.ThrowIfCancellationRequested();
            state = await _log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table.Name);
            var live = new KeptFiles(_log.Store);
            live.Add(state);
            foreach (var file in batch.Where(file => !live.Contains(file.Name)))
            {
                await _log.Store.DeleteAsync(file.Name, cancellationToken);
                deleted.Add(file);
            }
        }
        await CommitAsync(state, "VACUUM END", ImmutableSortedDictionary<string, string>.Empty.Add("status", "COMPLETED"), ("numDeletedFiles", deleted.Count), ("sizeOfDeletedFiles", deleted.Sum(f => f.Size)), cancellationToken); // 6
        return report with { Files = [.. deleted.Select(f => f.Name)], Bytes = deleted.Sum(f => f.Size) };
    }

    private async ValueTask CommitAsync(TableState state, string operation, ImmutableSortedDictionary<string, string> parameters, (string Name, long Value) first, (string Name, long Value) second, CancellationToken cancellationToken)
    {
        var metrics = ImmutableSortedDictionary<string, string>.Empty
            .Add(first.Name, first.Value.ToString(CultureInfo.InvariantCulture)).Add(second.Name, second.Value.ToString(CultureInfo.InvariantCulture));
        var outcome = await new FileCommit(_log, sql, time).RunAsync(state, new() { Operation = operation, Parameters = parameters, Metrics = metrics }, [], [], cancellationToken);
        if (outcome is not CommitOutcome.Committed)
            throw new MaintenanceRefusedException(table.Name, $"{operation} could not be committed ({outcome}); run the vacuum again.");
    }
}
