using System.Collections.Immutable;
using System.Security.Cryptography;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Writing;

/// <summary>Puts one commit into a table's log and says what became of it; whatever makes commits goes through here.</summary>
internal sealed class LogAppender(DeltaLog log, SqlPool sql, TimeProvider time)
{
    private const string Engine = "Plinth/0.1.0";

    /// <summary>Tells this commit from others where an outcome is unknown.</summary>
    public string TxnId { get; } = Guid.CreateVersion7().ToString("D");

    /// <summary>Tries one version by put-if-absent.</summary>
    /// <returns>Whether this content is the version; or why that is unknown.</returns>
    public async ValueTask<(bool Won, string? Unknown)> PutAsync(long version, byte[] content, CancellationToken cancellationToken)
    {
        var key = LogNames.Commit(version);
        try
        {
            if (await log.Store.PutIfAbsentAsync(key, content, cancellationToken))
                return (true, null);
        }
        catch (IOException e)
        {
            // The store did not say what became of it: the version itself does.
            try
            {
                if (await log.Store.ReadAsync(key, CancellationToken.None) is not { } there)
                {
                    if (e is Stores.StoreUncertainException)
                        return (false, $"version {version}: {e.Message}");
                    throw;
                }
                return (there.AsSpan().SequenceEqual(content), null);
            }
            catch (IOException again) when (!ReferenceEquals(again, e))
            {
                return (false, $"version {version}: {e.Message}");
            }
        }
        // A store that repeats a request by itself can answer "taken" to its own success.
        return (await log.Store.ReadAsync(key, CancellationToken.None) is { } winner && winner.AsSpan().SequenceEqual(content), null);
    }

    /// <summary>The state one commit further and the commit itself, or null where there is none.</summary>
    public async ValueTask<(TableState State, IReadOnlyList<LogAction> Actions)?> WinnerAsync(TableState? state, CancellationToken cancellationToken)
    {
        var start = state ?? new TableState { Table = log.Table };
        var key = LogNames.Commit(start.Version + 1);
        if (await log.Store.ReadAsync(key, cancellationToken) is not { } content)
            return null;
        return (await log.NextAsync(start, content, cancellationToken), [.. ActionReader.ReadLines(log.Table, key, content)]);
    }

    /// <summary>The first action of a commit that follows <paramref name="state"/>.</summary>
    public async ValueTask<CommitInfo> InfoAsync(TableState? state, string operation, ImmutableSortedDictionary<string, string> parameters, ImmutableSortedDictionary<string, string> metrics,
        bool blind, Lineage? lineage, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new()
        {
            InCommitTimestamp = state is null || state.HasInCommitTimestamps ? Math.Max(now, (state?.Timestamp.ToUnixTimeMilliseconds() ?? 0) + 1) : null,
            Timestamp = now,
            Operation = operation,
            Parameters = parameters,
            Metrics = metrics,
            ReadVersion = state?.Version,
            IsBlindAppend = blind,
            EngineInfo = Engine,
            TxnId = TxnId,
            Lineage = lineage,
            PreviousSha256 = state is not null && await log.Store.ReadAsync(LogNames.Commit(state.Version), cancellationToken) is { } previous ? Convert.ToHexStringLower(SHA256.HashData(previous)) : null,
        };
    }

    /// <summary>What takes a live file out of a table.</summary>
    public static RemoveFile Remove(AddFile file, long now, bool dataChange = true) => new(file.Path, now)
    {
        DataChange = dataChange,
        ExtendedFileMetadata = true,
        PartitionValues = file.PartitionValues,
        Size = file.Size,
        DeletionVector = file.DeletionVector,
        BaseRowId = file.BaseRowId,
        DefaultRowCommitVersion = file.DefaultRowCommitVersion,
    };

    /// <summary>Keeps the new state. Nothing here may fail the commit, which has happened.</summary>
    public async ValueTask FinishAsync(TableState? state, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            var next = await log.NextAsync(state ?? new TableState { Table = log.Table }, content, CancellationToken.None);
            await log.RememberAsync(next, CancellationToken.None);
            await new CheckpointWriter(log, sql, time).WriteWhenDueAsync(next, cancellationToken);
        }
        catch (LakeException)
        {
            log.Forget(); // What was kept of the table no longer fits what is there.
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or UnauthorizedAccessException)
        {
            // The next reader finds the version in the log; the next tenth commit tries its checkpoint again.
        }
    }
}
