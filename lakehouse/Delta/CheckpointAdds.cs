using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Delta;

/// <summary>Reads the <c>add</c> actions of one Parquet file of a checkpoint, column by column: a table may have hundreds of thousands of them.</summary>
internal sealed class CheckpointAdds(string table, string key, IObjectStore store, SqlPool sql)
{
    private readonly Dictionary<string, ImmutableSortedDictionary<string, string?>> _maps = new(StringComparer.Ordinal) { ["{}"] = FileAction.NoValues };

    /// <param name="fields">The fields that the file's <c>add</c> has; they differ by writer.</param>
    public void Read(SqlConnection connection, IReadOnlySet<string> fields, List<LogAction> actions, CancellationToken cancellationToken)
    {
        var statistics = fields.Contains("stats") ? "add.stats" : fields.Contains("stats_parsed") ? "CAST(to_json(add.stats_parsed) AS VARCHAR)" : null;
        if (fields.Contains("stats") && fields.Contains("stats_parsed"))
            statistics = "coalesce(add.stats, CAST(to_json(add.stats_parsed) AS VARCHAR))";
        var source = statistics is null ? null : new CheckpointStatistics(table, key, statistics, store, sql);
        string[] columns =
        [
            "add.path", Of("partitionValues", "CAST(to_json(add.partitionValues) AS VARCHAR)", "VARCHAR"), Of("size", "CAST(add.size AS BIGINT)", "BIGINT"),
            Of("modificationTime", "CAST(add.modificationTime AS BIGINT)", "BIGINT"), Of("dataChange", "add.dataChange", "BOOLEAN"), Of("tags", "CAST(to_json(add.tags) AS VARCHAR)", "VARCHAR"),
            Of("deletionVector", "CAST(to_json(add.deletionVector) AS VARCHAR)", "VARCHAR"), Of("baseRowId", "CAST(add.baseRowId AS BIGINT)", "BIGINT"),
            Of("defaultRowCommitVersion", "CAST(add.defaultRowCommitVersion AS BIGINT)", "BIGINT"), Of("clusteringProvider", "add.clusteringProvider", "VARCHAR"),
        ];
        using var result = connection.Query($"SELECT {string.Join(", ", columns)} FROM read_parquet({SqlText.Path(store.LocalPath(key))}, hive_partitioning = false) WHERE add.path IS NOT NULL", null, cancellationToken);
        var number = 0;
        while (result.NextChunk())
            number = ReadChunk(result.Chunk, source, number, actions);

        string Of(string field, string expression, string type) => fields.Contains(field) ? expression : $"CAST(NULL AS {type})";
    }

    private int ReadChunk(DataChunk chunk, CheckpointStatistics? source, int number, List<LogAction> actions)
    {
        Vector paths = chunk[0], partitions = chunk[1], sizes = chunk[2], times = chunk[3], changes = chunk[4];
        Vector tags = chunk[5], vectors = chunk[6], rowIds = chunk[7], commits = chunk[8], clustering = chunk[9];
        for (var row = 0; row < chunk.Count; row++, number++)
            actions.Add(new AddFile(Encoding.UTF8.GetString(paths.Bytes(row)), Number(sizes, row) ?? 0, Number(times, row) ?? 0)
            {
                PartitionValues = Map(partitions, row) ?? FileAction.NoValues,
                DataChange = changes.IsNull(row) || changes.Values<bool>()[row],
                Tags = Map(tags, row),
                DeletionVector = vectors.IsNull(row) ? null : Deletions(vectors.Bytes(row)),
                BaseRowId = Number(rowIds, row),
                DefaultRowCommitVersion = Number(commits, row),
                ClusteringProvider = clustering.IsNull(row) ? null : Encoding.UTF8.GetString(clustering.Bytes(row)),
                StatisticsSource = source,
                StatisticsRow = number,
            });
        return number;
    }

    private static long? Number(Vector vector, int row) => vector.IsNull(row) ? null : vector.Values<long>()[row];

    /// <summary>The same few maps come again and again: they are made once.</summary>
    private ImmutableSortedDictionary<string, string?>? Map(Vector vector, int row)
    {
        if (vector.IsNull(row))
            return null;
        var text = Encoding.UTF8.GetString(vector.Bytes(row));
        if (!_maps.TryGetValue(text, out var map))
        {
            using var document = JsonDocument.Parse(text);
            _maps[text] = map = ActionReader.Map(document.RootElement);
        }
        return map;
    }

    private static DeletionVector Deletions(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        return ActionReader.Vector(document.RootElement);
    }
}
