using System.Collections.Concurrent;
using System.Globalization;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Reading;

/// <summary>A table in use: its log and how its files are read.</summary>
internal sealed class OpenTable(string table, IObjectStore store, SqlPool sql, FileLayouts layouts)
{
    private readonly ConcurrentDictionary<(string Name, long Size, DateTimeOffset Modified), CommitInfo> _commits = new();
    private Snapshot? _newest;

    public string Name => table;

    public Scan Scan { get; } = new(table, store, layouts);

    public DeltaLog Log { get; } = new(table, store, sql);

    /// <exception cref="TableNotFoundException">No such table, or no such version of it.</exception>
    public async ValueTask<Snapshot> ReadAsync(TableVersion at, CancellationToken cancellationToken)
    {
        var number = at.Time is { } time ? await VersionAsync(time, cancellationToken) : at.Number;
        if (number is { } version)
        {
            if (_newest is { } kept && kept.Version == version && ReferenceEquals(kept.State, await Log.AtAsync(version, cancellationToken)))
                return kept;
            return new(await Log.AtAsync(version, cancellationToken) ?? throw await NotFoundAsync(string.Create(CultureInfo.InvariantCulture, $"version {version}"), cancellationToken), Scan);
        }
        var state = await Log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table);
        // One snapshot a version, so that its file list and its SQL are made once.
        return _newest is { } same && ReferenceEquals(same.State, state) ? same : _newest = new(state, Scan);
    }

    public async ValueTask<IReadOnlyList<CommitRecord>> HistoryAsync(CancellationToken cancellationToken)
    {
        var listing = await Log.ListAsync(cancellationToken);
        if (listing.Newest is null)
            throw new TableNotFoundException(table);
        var history = new List<CommitRecord>();
        foreach (var (version, time, info) in await TimesAsync(listing, cancellationToken))
            history.Add(new(version, time, info.Operation, info.Parameters, info.Metrics, info.Lineage, info.EngineInfo));
        history.Reverse();
        return history;
    }

    public async ValueTask<TableChanges> ChangesAsync(long from, long? to, CancellationToken cancellationToken)
    {
        var newest = await Log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table);
        var last = to ?? newest.Version;
        foreach (var version in new[] { from, last })
            if (version < 0 || version > newest.Version)
                throw new TableNotFoundException(table, string.Create(CultureInfo.InvariantCulture, $"version {version}"), newest.Version);
        return await new ChangeFeed(table, Log, Scan).ReadAsync(from, last, cancellationToken) ?? throw new TableNotFoundException(table);
    }

    private async ValueTask<long> VersionAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var listing = await Log.ListAsync(cancellationToken);
        if (listing.Newest is null)
            throw new TableNotFoundException(table);
        long? found = null;
        foreach (var commit in await TimesAsync(listing, cancellationToken))
            if (commit.Time <= time)
                found = commit.Version;
        return found ?? throw await NotFoundAsync(string.Create(CultureInfo.InvariantCulture, $"version as of {time:yyyy-MM-ddTHH:mm:ss.fffzzz}"), cancellationToken);
    }

    /// <summary>All commits that are there, oldest first, each with its time: the one written in it, or else its file's, made to grow.</summary>
    private async ValueTask<List<(long Version, DateTimeOffset Time, CommitInfo Info)>> TimesAsync(LogListing listing, CancellationToken cancellationToken)
    {
        var newest = await Log.NewestAsync(cancellationToken) ?? throw new TableNotFoundException(table);
        var from = newest.HasInCommitTimestamps
            ? long.TryParse(newest.Setting("delta.inCommitTimestampEnablementVersion"), CultureInfo.InvariantCulture, out var enabled) ? enabled : 0
            : long.MaxValue;
        var commits = new List<(long, DateTimeOffset, CommitInfo)>();
        var time = DateTimeOffset.MinValue;
        foreach (var (version, file) in listing.Commits)
        {
            var info = await InfoAsync(version, file, cancellationToken);
            time = file.Modified > time ? file.Modified : time.AddMilliseconds(1);
            commits.Add((version, version >= from && info.InCommitTimestamp is { } written ? DateTimeOffset.FromUnixTimeMilliseconds(written) : time, info));
        }
        return commits;
    }

    private async ValueTask<CommitInfo> InfoAsync(long version, StoredObject file, CancellationToken cancellationToken)
    {
        var identity = (file.Name, file.Size, file.Modified);
        if (_commits.TryGetValue(identity, out var known))
            return known;
        var key = LogNames.Commit(version);
        var content = await store.ReadAsync(key, cancellationToken) ?? throw new TableFormatException(table, key, "the commit is gone.");
        return _commits[identity] = ActionReader.ReadLines(table, key, content).OfType<CommitInfo>().FirstOrDefault() ?? new();
    }

    private async ValueTask<Exception> NotFoundAsync(string asked, CancellationToken cancellationToken) =>
        (await Log.ListAsync(cancellationToken)).Newest is { } newest ? new TableNotFoundException(table, asked, newest) : new TableNotFoundException(table);
}
