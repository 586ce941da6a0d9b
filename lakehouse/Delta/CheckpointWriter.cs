using System.Globalization;
using System.Text;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Delta;

/// <summary>Writes classic checkpoints (one Parquet file), and <c>_last_checkpoint</c> that points at the newest.</summary>
internal sealed class CheckpointWriter(DeltaLog log, SqlPool sql, TimeProvider time)
{
    private const int DefaultInterval = 10;
    private static readonly TimeSpan DefaultRetention = TimeSpan.FromDays(7);

    private const string Vector = "STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, \"offset\" INTEGER, sizeInBytes INTEGER, cardinality BIGINT)";
    private const string Text = "MAP(VARCHAR, VARCHAR)";
    private const string Columns = $$"""
        {txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
         add: 'STRUCT(path VARCHAR, partitionValues {{Text}}, size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags {{Text}}, deletionVector {{Vector}}, baseRowId BIGINT, defaultRowCommitVersion BIGINT, clusteringProvider VARCHAR)',
         remove: 'STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues {{Text}}, size BIGINT, deletionVector {{Vector}}, baseRowId BIGINT, defaultRowCommitVersion BIGINT)',
         metaData: 'STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options {{Text}}), schemaString VARCHAR, partitionColumns VARCHAR[], configuration {{Text}}, createdTime BIGINT)',
         protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])',
         domainMetadata: 'STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)'}
        """;

    public async ValueTask WriteWhenDueAsync(TableState state, CancellationToken cancellationToken)
    {
        var interval = int.TryParse(state.Setting("delta.checkpointInterval"), CultureInfo.InvariantCulture, out var set) && set > 0 ? set : DefaultInterval;
        if (state.Version > 0 && state.Version % interval == 0)
            await WriteAsync(state, cancellationToken);
    }

    public async ValueTask WriteAsync(TableState state, CancellationToken cancellationToken)
    {
        var actions = Actions(state).ToList();
        var size = Write(state.Version, actions, cancellationToken);
        if (!log.Store.IsLocal)
            await log.Store.SealAsync(LogNames.Checkpoint(state.Version), cancellationToken);
        if (await NewestPointerAsync(cancellationToken) >= state.Version)
            return; // never backwards
        var pointer = string.Create(CultureInfo.InvariantCulture, $$"""{"version":{{state.Version}},"size":{{actions.Count}},"sizeInBytes":{{size}},"numOfAddFiles":{{state.Files.Count}}}""");
        await log.Store.PutAsync(LogNames.LastCheckpoint, Encoding.UTF8.GetBytes(pointer), cancellationToken);
    }

    private IEnumerable<LogAction> Actions(TableState state)
    {
        yield return state.Protocol!;
        yield return state.Metadata!;
        foreach (var transaction in state.Transactions.Values)
            yield return transaction;
        foreach (var domain in state.Domains.Values)
            yield return domain;
        var retention = Interval.Parse(state.Setting("delta.deletedFileRetentionDuration")) ?? DefaultRetention;
        var expired = (time.GetUtcNow() - retention).ToUnixTimeMilliseconds();
        foreach (var remove in state.Tombstones.Values)
            if (remove.DeletionTimestamp >= expired)
                yield return remove with { DataChange = false };
        foreach (var add in state.Files.Values)
            yield return add with { DataChange = false };
    }

    /// <summary>The actions as JSON lines, turned into Parquet by the engine under a temporary name, then moved to its own.</summary>
    private long Write(long version, List<LogAction> actions, CancellationToken cancellationToken)
    {
        var target = log.Store.LocalPath(LogNames.Checkpoint(version));
        var staging = log.Store.LocalPath(".staging");
        Posix.MakeFolder(staging);
        var name = Path.Combine(staging, Guid.CreateVersion7().ToString("n"));
        var (lines, parquet) = (name + ".json.tmp", name + ".parquet.tmp");
        try
        {
            var content = ActionWriter.WriteLines(actions);
            File.WriteAllBytes(lines, content);
            // The engine sets aside buffers of twice the longest line for each thread; its own default is 16 MiB.
            var longest = Math.Max(1 << 20, LongestLine(content) + 1);
            using (var lease = sql.Rent())
                lease.Connection.Execute($"""
                    COPY (FROM read_json({SqlText.Path(lines)}, format = 'newline_delimited', maximum_object_size = {longest}, columns = {Columns}))
                    TO {SqlText.Literal(parquet)} (FORMAT parquet, COMPRESSION snappy)
                    """, null, cancellationToken);
            using (var handle = File.OpenHandle(parquet, FileMode.Open, FileAccess.ReadWrite))
                RandomAccess.FlushToDisk(handle);
            var size = new FileInfo(parquet).Length;
            Posix.MakeFolder(Path.GetDirectoryName(target)!);
            File.Move(parquet, target, overwrite: true);
            Posix.SyncFolder(Path.GetDirectoryName(target)!);
            return size;
        }
        finally
        {
            File.Delete(lines);
            File.Delete(parquet);
        }
    }

    private static int LongestLine(ReadOnlySpan<byte> content)
    {
        var longest = 0;
        for (int end; (end = content.IndexOf((byte)'\n')) >= 0; content = content[(end + 1)..])
            longest = Math.Max(longest, end);
        return longest;
    }

    private async ValueTask<long> NewestPointerAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await log.Store.ReadAsync(LogNames.LastCheckpoint, cancellationToken) is not { } content)
                return -1;
            using var pointer = System.Text.Json.JsonDocument.Parse(content);
            return pointer.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object ? pointer.RootElement.Long("version") ?? -1 : -1;
        }
        catch (System.Text.Json.JsonException)
        {
            return -1;
        }
    }
}

/// <summary>Durations in table properties: <c>interval 7 days</c>.</summary>
internal static class Interval
{
    public static TimeSpan? Parse(string? text)
    {
        var words = text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (words is ["interval", ..])
            words = words[1..];
        if (words is not [var number, var unit] || !long.TryParse(number, CultureInfo.InvariantCulture, out var count))
            return null;
        return unit.TrimEnd('s').ToUpperInvariant() switch
        {
            "WEEK" => TimeSpan.FromDays(7 * count),
            "DAY" => TimeSpan.FromDays(count),
            "HOUR" => TimeSpan.FromHours(count),
            "MINUTE" => TimeSpan.FromMinutes(count),
            "SECOND" => TimeSpan.FromSeconds(count),
            "MILLISECOND" => TimeSpan.FromMilliseconds(count),
            _ => null,
        };
    }
}
