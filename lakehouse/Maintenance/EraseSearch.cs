using System.Collections.Immutable;
using System.Globalization;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Maintenance;

/// <param name="Live">Files of the newest version that hold matching rows, hidden ones included.</param>
/// <param name="LiveRows">Matching rows that readers of the newest version see.</param>
/// <param name="Removable">Keys of all files that hold matching rows and may go.</param>
/// <param name="Pending">Files that may hold matching rows and cannot go now, with the reason.</param>
internal sealed record EraseFindings(IReadOnlyList<AddFile> Live, long LiveRows, IReadOnlyList<string> Removable, IReadOnlyList<string> Pending);

/// <summary>Looks for rows in every Parquet file of a table's folder, whether a version names it or not.</summary>
internal sealed class EraseSearch(OpenTable table, SqlPool sql, TimeProvider time)
{
    private const int Batch = 100;
    private static readonly TimeSpan UnderWay = TimeSpan.FromDays(1);

    private readonly List<string> _pending = [];

    public async ValueTask<EraseFindings> RunAsync(TableState state, string condition, CancellationToken cancellationToken)
    {
        var (known, live) = (await KnownAsync(state, cancellationToken), state.Files.Values.ToLookup(file => TableFolder.Key(table.Log.Store, file.DecodedPath), StringComparer.Ordinal));
        foreach (var file in live[null])
            _pending.Add($"{file.DecodedPath}: lies outside the table's folder and was not looked into");
        var partitions = state.Schema.Columns.SelectMany(c => new[] { c.Name, Projection.PhysicalName(c, state.Mapping) }).ToImmutableHashSet(StringComparer.OrdinalIgnoreCase);
        var files = new List<(string Key, DateTimeOffset Modified, FileAction File)>();
        await foreach (var file in table.Log.Store.WalkAsync(cancellationToken))
            if (file.Name.EndsWith(".parquet", StringComparison.Ordinal) && !TableFolder.IsHidden(file.Name, partitions))
                files.Add((file.Name, file.Modified, known.GetValueOrDefault(file.Name) ?? new AddFile(Uri.EscapeDataString(file.Name), file.Size, 0)));
        var matching = new List<string>();
        foreach (var batch in files.Chunk(Batch))
            matching.AddRange(Matching(state, condition, batch, cancellationToken).Where(file => MayGo(file, known.ContainsKey(file.Key))).Select(file => file.Key));
        var touched = matching.SelectMany(key => live[key]).ToList();
        return new(touched, Count(state, condition, touched, cancellationToken), matching, _pending);
    }

    /// <summary>What the log says of files: it has their partition values. Deletion vectors are left out, so that hidden rows are looked at too.</summary>
    private async ValueTask<Dictionary<string, FileAction>> KnownAsync(TableState state, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, FileAction>(StringComparer.Ordinal);
        await foreach (var entry in LogHistory.ReadAsync(table.Log, await table.Log.ListAsync(cancellationToken), cancellationToken))
            foreach (var file in entry.Actions.OfType<FileAction>())
                Add(file);
        foreach (var file in state.Tombstones.Values.Concat<FileAction>(state.Files.Values))
            Add(file);
        return known;

        void Add(FileAction file)
        {
            if (TableFolder.Key(table.Log.Store, file.DecodedPath) is { } key && (file is not RemoveFile { ExtendedFileMetadata: false } || !known.ContainsKey(key)))
                known[key] = file with { DeletionVector = null };
        }
    }

    /// <summary>A young file that no version names belongs to a commit under way, which would miss it.</summary>
    private bool MayGo((string Key, DateTimeOffset Modified, FileAction File) file, bool isKnown)
    {
        if (isKnown || file.Modified < time.GetUtcNow() - UnderWay)
            return true;
        _pending.Add($"{file.Key}: perhaps of a commit under way; erase again when it is done");
        return false;
    }

    private List<(string Key, DateTimeOffset Modified, FileAction File)> Matching(TableState state, string condition, (string Key, DateTimeOffset Modified, FileAction File)[] files, CancellationToken cancellationToken)
    {
        try
        {
            using var lease = sql.Rent();
            var scan = files.Select((file, i) => new ScanFile(file.File, null, [string.Create(CultureInfo.InvariantCulture, $"CAST({i} AS BIGINT)")])).ToList();
            return [.. lease.Connection.Rows($"SELECT DISTINCT \"plinth file\" FROM ({table.Scan.ToSql(state, scan, [("plinth file", "BIGINT")])}) WHERE ({condition})", null, cancellationToken).Select(row => files[(long)row[0]!])];
        }
        catch (LakeException) when (files.Length > 1)
        {
            return [.. files.SelectMany(file => Matching(state, condition, [file], cancellationToken))];
        }
        catch (LakeException)
        {
            _pending.Add($"{files[0].Key}: cannot be read, so what it holds is not known");
            return [];
        }
    }

    private long Count(TableState state, string condition, List<AddFile> files, CancellationToken cancellationToken)
    {
        using var lease = sql.Rent();
        return lease.Connection.Scalar<long>($"SELECT count(*) FROM ({table.Scan.ToSql(state, [.. files.Select(file => new ScanFile(file))])}) WHERE ({condition})", null, cancellationToken);
    }
}

/// <summary>Which versions an erasure makes unreadable.</summary>
internal sealed class EraseHistory(DeltaLog log)
{
    public async ValueTask<(IReadOnlyList<long> Gone, IReadOnlyList<string> LogFiles)> RunAsync(EraseFindings found, CancellationToken cancellationToken)
    {
        var keys = found.Removable.ToHashSet(StringComparer.Ordinal);
        var (live, gone, files) = (new HashSet<string>(StringComparer.Ordinal), new List<long>(), new List<string>());
        var listing = await log.ListAsync(cancellationToken);
        var start = -1L;
        if (listing.Commits is not [(0, _), ..] && listing.Checkpoints is [var first, ..] && await log.AtAsync(first.Version, cancellationToken) is { } oldest)
        {
            start = oldest.Version;
            live.UnionWith(oldest.Files.Values.Select(Key).Where(keys.Contains));
            if (live.Count > 0)
                gone.Add(start);
        }
        await foreach (var entry in LogHistory.ReadAsync(log, listing, cancellationToken))
        {
            if (entry.Actions.OfType<AddFile>().Any(add => add.Stats is not null && keys.Contains(Key(add))))
                files.Add(LogNames.CommitName(entry.Version));
            if (entry.Version <= start)
                continue;
            live.ExceptWith(entry.Actions.OfType<RemoveFile>().Select(Key));
            live.UnionWith(entry.Actions.OfType<AddFile>().Select(Key).Where(keys.Contains));
            if (live.Count > 0)
                gone.Add(entry.Version);
        }
        files.AddRange(listing.Checkpoints.Where(c => gone.Contains(c.Version)).SelectMany(c => c.Names));
        return (gone, files);
    }

    private string Key(FileAction file) => TableFolder.Key(log.Store, file.DecodedPath) ?? file.DecodedPath;
}
