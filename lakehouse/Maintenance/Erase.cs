using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Takes rows out of a table in every version.</summary>
/// <remarks>
/// 1. Look into every Parquet file in the table's folder, live or not, rows behind deletion vectors included. 2. Rewrite the live ones without the rows and commit, with
/// <c>dataChange=false</c>: the change feed must not repeat what is erased. 3. Write the record. 4. Remove exactly the files that held the rows. Killed in between, the same
/// erasure asked for again finds these files and does the rest. Releases do not stop it (they are listed); a legal hold does.
/// </remarks>
internal sealed class Erase(TableName name, OpenTable table, Pins pins, Releases releases, IObjectStore lake, SqlPool sql, TimeProvider time)
{
    private const int Tries = 4;
    private readonly DeltaLog _log = table.Log;

    public async ValueTask<EraseReport> RunAsync(string condition, EraseOptions options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var state = await _log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table.Name);
            await CheckAsync(state, condition, cancellationToken);
            var search = await new EraseSearch(table, sql, time).RunAsync(state, condition, cancellationToken); // 1
            var history = await new EraseHistory(_log).RunAsync(search, cancellationToken);
            var gone = (await releases.AllAsync(cancellationToken)).Where(r => r.Versions.TryGetValue(name, out var version) && history.Gone.Contains(version)).Select(r => r.Number).ToList();
            var report = new EraseReport(table.Name, state.Version, options.DryRun, search.LiveRows, search.Removable, history.Gone, gone, history.LogFiles, search.Pending);
            if (options.DryRun || (search.Removable.Count == 0 && search.Live.Count == 0 && !(options.ForgetHistory && history.LogFiles.Count > 0)))
                return report;
            var writer = new DataWriter(name, state.Schema, state.Mapping, _log.Store, sql, time, state.Setting(RowGroups.Property));
            CommitOutcome outcome;
            try
            {
                var added = await RewriteAsync(state, search.Live, condition, writer, cancellationToken); // 2
                outcome = await new FileCommit(_log, sql, time).RunAsync(state, Info(report, options, search.Live.Count, added.Count), search.Live, added, cancellationToken);
            }
            catch (Exception e) when (e is LakeException or OperationCanceledException)
            {
                await writer.DiscardAsync();
                throw;
            }
            if (outcome is CommitOutcome.Conflict)
                await writer.DiscardAsync();
            if (outcome is CommitOutcome.Committed committed)
                return await FinishAsync(report with { Version = committed.Version }, options, cancellationToken);
            if (outcome is not CommitOutcome.Conflict || attempt == Tries)
                throw new CommitFailedException(name, outcome);
        }
    }

    private async ValueTask CheckAsync(TableState state, string condition, CancellationToken cancellationToken)
    {
        FileCommit.CheckWriter(state);
        var pinned = await pins.ReadAsync(state, cancellationToken);
        if (pinned.Holds.Count > 0 || state.Files.Values.Any(LegalHolds.IsHeld))
            throw new MaintenanceRefusedException(table.Name, $"a legal hold ({(pinned.Holds.Count > 0 ? string.Join("; ", pinned.Holds) : $"the tag {LegalHolds.Property} of a file")}) keeps its rows; lift it first.");
        if (state.Schema.Columns.FirstOrDefault(c => SchemaRules.Uses(c.Type, "void")) is { } unwritable)
            throw new MaintenanceRefusedException(table.Name, $"column {unwritable.Name} is of type void, which cannot be written.");
        using var lease = sql.Rent();
        try
        {
            lease.Connection.Rows($"SELECT 1 FROM ({table.Scan.ToSql(state, [])}) WHERE ({condition})", null, cancellationToken);
        }
        catch (SqlException)
        {
            // The engine's message would repeat the condition, and with it perhaps a person's name.
            throw new MaintenanceRefusedException(table.Name, $"the condition cannot be evaluated; write a SQL condition over its columns ({string.Join(", ", state.Schema.Columns.Select(c => c.Name))}).");
        }
    }

    private async ValueTask<List<AddFile>> RewriteAsync(TableState state, IReadOnlyList<AddFile> live, string condition, DataWriter writer, CancellationToken cancellationToken)
    {
        using var lease = sql.Rent();
        var added = new List<AddFile>();
        foreach (var file in live)
            if (await writer.WriteFileAsync(lease.Connection, $"SELECT * FROM ({table.Scan.ToSql(state, [new ScanFile(file)])}) WHERE ({condition}) IS NOT TRUE", file.PartitionValues, cancellationToken) is { } rest)
                added.Add(rest);
        return added;
    }

    private async ValueTask<EraseReport> FinishAsync(EraseReport report, EraseOptions options, CancellationToken cancellationToken)
    {
        if (options.ForgetHistory)
            report = report with { VersionsGone = await ForgetAsync(cancellationToken), LogFiles = [] };
        await RecordAsync(report, options, cancellationToken); // 3
        foreach (var file in report.Files) // 4
            await _log.Store.DeleteAsync(file, cancellationToken);
        return report;
    }

    private async ValueTask<IReadOnlyList<long>> ForgetAsync(CancellationToken cancellationToken)
    {
        var newest = await _log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table.Name);
        await new CheckpointWriter(_log, sql, time).WriteAsync(newest, cancellationToken);
        foreach (var file in await _log.Store.ListAsync(LogNames.Folder, "", cancellationToken))
            if (LogCleanUp.VersionOf(file.Name) < newest.Version)
                await _log.Store.DeleteAsync($"{LogNames.Folder}/{file.Name}", cancellationToken);
        return [.. Enumerable.Range(0, (int)newest.Version).Select(version => (long)version)];
    }

    /// <summary>A chain of records: each names the hash of the one before.</summary>
    private async ValueTask RecordAsync(EraseReport report, EraseOptions options, CancellationToken cancellationToken)
    {
        const string folder = "control/erasures";
        while (true)
        {
            var last = (await lake.ListAsync(folder, "", cancellationToken)).LastOrDefault(file => LogNames.CommitVersion(file.Name) is not null)?.Name;
            var previous = last is null ? null : await lake.ReadAsync($"{folder}/{last}", cancellationToken);
            var number = last is null ? 1 : LogNames.CommitVersion(last)!.Value + 1;
            var record = JsonSerializer.SerializeToUtf8Bytes(new
            {
                number,
                at = time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
                table = report.Table,
                version = report.Version,
                reason = options.Reason,
                principal = options.Principal,
                rows = report.Rows,
                files = report.Files,
                versionsGone = report.VersionsGone,
                releasesGone = report.ReleasesGone,
                logFiles = report.LogFiles,
                pending = report.Pending,
                previous = previous is null ? null : Convert.ToHexStringLower(SHA256.HashData(previous)),
            });
            if (await lake.PutIfAbsentAsync($"{folder}/{LogNames.CommitName(number)}", record, cancellationToken))
                return;
        }
    }

    /// <summary>The condition is not written down: it may be the very thing to forget.</summary>
    private static CommitInfo Info(EraseReport report, EraseOptions options, int removed, int added) => new()
    {
        Operation = "ERASE",
        Parameters = ImmutableSortedDictionary<string, string>.Empty.Add("reason", JsonSerializer.Serialize(options.Reason)),
        Metrics = ImmutableSortedDictionary<string, string>.Empty.Add("numErasedRows", report.Rows.ToString(CultureInfo.InvariantCulture))
            .Add("numRemovedFiles", removed.ToString(CultureInfo.InvariantCulture)).Add("numAddedFiles", added.ToString(CultureInfo.InvariantCulture)),
    };
}
