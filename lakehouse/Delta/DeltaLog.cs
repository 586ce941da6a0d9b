using System.Collections.Concurrent;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Delta;

/// <summary>One table's log: the newest state, kept and brought up to date commit by commit, and older states on request.</summary>
internal sealed class DeltaLog(string table, IObjectStore store, SqlPool sql)
{
    private const int OlderKept = 8;
    private readonly ConcurrentDictionary<long, TableState> _older = new();
    private readonly Lock _lock = new();
    private TableState? _newest;
    private (long Size, DateTimeOffset Modified)? _newestFile;

    public string Table { get; } = table;
    public IObjectStore Store { get; } = store;

    /// <summary>The newest state, or null where there is no table.</summary>
    public async ValueTask<TableState?> NewestAsync(CancellationToken cancellationToken)
    {
        TableState? state;
        (long Size, DateTimeOffset Modified)? identity;
        lock (_lock)
            (state, identity) = (_newest, _newestFile);
        if (state is null || !await IsStillThereAsync(state.Version, identity, cancellationToken))
        {
            Forget();
            state = await LoadAsync(null, cancellationToken);
            if (state is not null)
                await RememberAsync(state, cancellationToken);
            return state;
        }
        return await AdvanceAsync(state, cancellationToken);
    }

    /// <summary>The state at a version, or null where the version is not there; the kept newest state when it is that one.</summary>
    /// <exception cref="TableFormatException">The log has a gap, or what is needed is no longer there.</exception>
    public async ValueTask<TableState?> AtAsync(long version, CancellationToken cancellationToken)
    {
        TableState? newest;
        (long, DateTimeOffset)? identity;
        lock (_lock)
            (newest, identity) = (_newest, _newestFile);
        if (newest?.Version == version && await IsStillThereAsync(version, identity, cancellationToken))
            return newest;
        if (_older.TryGetValue(version, out var known))
            return known;
        var state = await LoadAsync(version, cancellationToken);
        if (state is not null)
        {
            if (_older.Count >= OlderKept)
                _older.Clear();
            _older[version] = state;
        }
        return state;
    }

    /// <summary>Takes over the states of commits that came after <paramref name="state"/>.</summary>
    public async ValueTask<TableState> AdvanceAsync(TableState state, CancellationToken cancellationToken)
    {
        var advanced = state;
        while (await Store.ReadAsync(LogNames.Commit(advanced.Version + 1), cancellationToken) is { } content)
            advanced = await ApplyAsync(advanced, content, cancellationToken);
        advanced = advanced.Checked();
        if (advanced.Version > state.Version)
            await RememberAsync(advanced, cancellationToken);
        return advanced;
    }

    /// <summary>The state after the commit whose file is <paramref name="content"/>.</summary>
    public async ValueTask<TableState> NextAsync(TableState state, byte[] content, CancellationToken cancellationToken) =>
        (await ApplyAsync(state, content, cancellationToken)).Checked();

    private async ValueTask<TableState> ApplyAsync(TableState state, byte[] content, CancellationToken cancellationToken)
    {
        var key = LogNames.Commit(state.Version + 1);
        var file = await Store.FindAsync(key, cancellationToken);
        return state.Apply(state.Version + 1, Later(state.Timestamp, file?.Modified ?? default), ActionReader.ReadLines(Table, key, content));
    }

    public async ValueTask RememberAsync(TableState state, CancellationToken cancellationToken)
    {
        var file = await Store.FindAsync(LogNames.Commit(state.Version), cancellationToken);
        lock (_lock)
            if (_newest is null || state.Version > _newest.Version)
                (_newest, _newestFile) = (state, file is null ? null : (file.Size, file.Modified));
    }

    public ValueTask<LogListing> ListAsync(CancellationToken cancellationToken) => LogListing.ReadAsync(Store, 0, cancellationToken);

    /// <summary>Reads the table afresh the next time.</summary>
    public void Forget()
    {
        lock (_lock)
            (_newest, _newestFile) = (null, null);
        _older.Clear();
    }

    /// <summary>Whether the log still holds the commit that the kept state ends with: somebody may have removed the table, or the log's old end.</summary>
    private async ValueTask<bool> IsStillThereAsync(long version, (long, DateTimeOffset)? identity, CancellationToken cancellationToken) =>
        identity is not null && await Store.FindAsync(LogNames.Commit(version), cancellationToken) is { } file && (file.Size, file.Modified) == identity;

    private async ValueTask<TableState?> LoadAsync(long? version, CancellationToken cancellationToken)
    {
        var listing = await ListAsync(cancellationToken);
        if (listing.Newest is not { } newest || version > newest || version < 0)
            return null;
        var target = version ?? newest;
        TableFormatException? failure = null;
        // A checkpoint that cannot be read is no loss while an earlier one, or the whole log, is there.
        foreach (var checkpoint in listing.Checkpoints.Where(c => c.Version <= target).Reverse())
        {
            try
            {
                var start = await new CheckpointReader(Table, Store, sql).ReadAsync(checkpoint, cancellationToken);
                return await ReplayAsync(start, listing, target, cancellationToken);
            }
            catch (TableFormatException e) when (e.File.Contains(".checkpoint", StringComparison.Ordinal) || e.File.Contains("_sidecars", StringComparison.Ordinal))
            {
                failure ??= e;
            }
        }
        if (failure is not null && (listing.Commits is [] || listing.Commits[0].Version > 0))
            throw failure;
        return await ReplayAsync(new TableState { Table = Table }, listing, target, cancellationToken);
    }

    private async ValueTask<TableState> ReplayAsync(TableState state, LogListing listing, long target, CancellationToken cancellationToken)
    {
        // The checkpoint's own commit, where it is still there, gives the version its time.
        var from = state.Version;
        var time = DateTimeOffset.MinValue;
        foreach (var (version, file) in listing.Commits)
        {
            time = Later(time, file.Modified);
            if (version < from || version > target)
                continue;
            if (version > state.Version + 1)
                throw Gap(state.Version + 1, version);
            var key = LogNames.Commit(version);
            var content = await Store.ReadAsync(key, cancellationToken) ?? throw new TableFormatException(Table, key, "the commit is gone.");
            var actions = ActionReader.ReadLines(Table, key, content);
            state = state.Apply(version, time, version == from ? actions.OfType<CommitInfo>() : actions);
        }
        if (state.Version < target)
            throw Gap(state.Version + 1, target);
        return state.Checked();
    }

    /// <summary>File times made to grow with the versions, as the protocol says.</summary>
    private static DateTimeOffset Later(DateTimeOffset previous, DateTimeOffset modified) => modified > previous ? modified : previous.AddMilliseconds(1);

    private TableFormatException Gap(long missing, long next) => missing == 0
        ? new(Table, LogNames.Commit(0), $"the log begins at version {next} and no checkpoint covers what came before; older versions are no longer available.")
        : new(Table, LogNames.Commit(missing), $"the log has a gap: version {missing} is missing and a later one is there.");
}
