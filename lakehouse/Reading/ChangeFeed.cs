using System.Globalization;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Reading;

/// <summary>Rows that came and went, version by version.</summary>
/// <remarks>
/// A version's changes are its <c>cdc</c> files where it has any; else its added files are inserts and its removed files deletes, and a file both removed and added
/// has changed by the difference of its deletion vectors. Actions with <c>dataChange=false</c> (compaction) are no changes.
/// </remarks>
internal sealed class ChangeFeed(string table, DeltaLog log, Scan scan)
{
    private static readonly (string, string)[] Extra = [("_change_type", "VARCHAR"), ("_commit_version", "BIGINT"), ("_commit_timestamp", "TIMESTAMP WITH TIME ZONE")];

    /// <exception cref="TableFormatException">A version changed rows in a way that its files alone do not tell, and the feed was off.</exception>
    public async ValueTask<TableChanges?> ReadAsync(long from, long to, CancellationToken cancellationToken)
    {
        if (await log.AtAsync(from, cancellationToken) is not { } state || await log.AtAsync(to, cancellationToken) is not { } last)
            return null;
        var files = new List<ScanFile>();
        for (var version = from; version <= to; version++)
        {
            var key = LogNames.Commit(version);
            var content = await log.Store.ReadAsync(key, cancellationToken) ?? throw new TableFormatException(table, key, "the commit is no longer there, so what it changed cannot be told.");
            var before = state;
            if (version > from)
                state = await log.NextAsync(state, content, cancellationToken);
            else if (version > 0)
                before = await EarlierAsync(version - 1, cancellationToken) ?? state;
            Collect(files, state, before, key, [.. ActionReader.ReadLines(table, key, content)]);
        }
        return new(table, from, to, last.Schema, scan.ToSql(last, files, Extra));
    }

    private async ValueTask<TableState?> EarlierAsync(long version, CancellationToken cancellationToken)
    {
        try
        {
            return await log.AtAsync(version, cancellationToken);
        }
        catch (TableFormatException)
        {
            return null; // Only needed for removes that do not say their partition.
        }
    }

    private void Collect(List<ScanFile> files, TableState state, TableState before, string key, List<LogAction> actions)
    {
        var changes = actions.OfType<ChangeFile>().ToList();
        var adds = actions.OfType<AddFile>().Where(a => a.DataChange).ToList();
        var removes = actions.OfType<RemoveFile>().Where(r => r.DataChange).Select(r => WithPartition(r, before)).ToList();
        if (!state.Is("delta.enableChangeDataFeed") && changes.Count == 0 && removes.Count > 0 && adds.Count > 0
            && actions.OfType<CommitInfo>().FirstOrDefault()?.EngineInfo?.StartsWith("Plinth/", StringComparison.Ordinal) != true)
            throw new TableFormatException(table, key, "the change feed was off (delta.enableChangeDataFeed) and files were rewritten, so what changed in them cannot be told.");
        if (changes.Count > 0)
        {
            var stored = Constants("\"_change_type\"", state);
            files.AddRange(changes.Select(change => new ScanFile(change, null, stored)));
            return;
        }
        var (inserted, deleted) = (Constants("'insert'", state), Constants("'delete'", state));
        foreach (var add in adds)
        {
            if (removes.Find(r => r.DecodedPath == add.DecodedPath) is not { } old)
            {
                files.Add(new(add, null, inserted));
                continue;
            }
            removes.Remove(old);
            var (gone, was) = (scan.Deleted(add), scan.Deleted(old));
            Difference(files, add, gone.Except(was), deleted);
            Difference(files, add, was.Except(gone), inserted);
        }
        files.AddRange(removes.Select(remove => new ScanFile(remove, null, deleted)));
    }

    private static void Difference(List<ScanFile> files, AddFile file, IEnumerable<long> positions, IReadOnlyList<string> constants)
    {
        var rows = positions.Order().ToList();
        if (rows.Count > 0)
            files.Add(new(file, new(rows, Keep: true), constants));
    }

    private static RemoveFile WithPartition(RemoveFile remove, TableState before) =>
        remove.PartitionValues.IsEmpty && before.Files.TryGetValue(remove.Key, out var file) ? remove with { PartitionValues = file.PartitionValues } : remove;

    private static string[] Constants(string type, TableState state) =>
        [type, $"CAST({state.Version.ToString(CultureInfo.InvariantCulture)} AS BIGINT)", $"CAST('{state.Timestamp.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture)}Z' AS TIMESTAMP WITH TIME ZONE)"];
}
