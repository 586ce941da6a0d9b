using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Delta;

/// <summary>Reads the <c>add</c> actions of one Parquet file of a checkpoint, column by column: a table may have hundreds of thousands of them.</summary>
internal sealed class CheckpointAdds(string table, string key, IObjectStore store, SqlPool sql, FileColumns files)
{
    /// <param name="fields">The fields that the file's <c>add</c> has; they differ by writer.</param>
    public void Read(SqlConnection connection, IReadOnlySet<string> fields, CancellationToken cancellationToken)
    {
        var statistics = fields.Contains("stats") ? "add.stats" : fields.Contains("stats_parsed") ? "CAST(to_json(add.stats_parsed) AS VARCHAR)" : null;
        if (fields.Contains("stats") && fields.Contains("stats_parsed"))
            statistics = "coalesce(add.stats, CAST(to_json(add.stats_parsed) AS VARCHAR))";
        files.From(statistics is null ? null : new(table, key, statistics, store, sql));
        string[] columns =
        [
            "add.path", Of("partitionValues", "CAST(to_json(add.partitionValues) AS VARCHAR)", "VARCHAR"), Of("size", "CAST(add.size AS BIGINT)", "BIGINT"),
            Of("modificationTime", "CAST(add.modificationTime AS BIGINT)", "BIGINT"), Of("tags", "CAST(to_json(add.tags) AS VARCHAR)", "VARCHAR"),
            Of("deletionVector", "CAST(to_json(add.deletionVector) AS VARCHAR)", "VARCHAR"), Of("baseRowId", "CAST(add.baseRowId AS BIGINT)", "BIGINT"),
            Of("defaultRowCommitVersion", "CAST(add.defaultRowCommitVersion AS BIGINT)", "BIGINT"), Of("clusteringProvider", "add.clusteringProvider", "VARCHAR"),
        ];
        using var result = connection.Query($"SELECT {string.Join(", ", columns)} FROM read_parquet({SqlText.Path(store.LocalPath(key))}, hive_partitioning = false) WHERE add.path IS NOT NULL", null, cancellationToken);
        var number = 0;
        while (result.NextChunk())
            number = ReadChunk(result.Chunk, number);

        string Of(string field, string expression, string type) => fields.Contains(field) ? expression : $"CAST(NULL AS {type})";
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // Run once, but hundreds of thousands of rows long: there is no time for it to be compiled better later.
    private int ReadChunk(DataChunk chunk, int number)
    {
        Vector paths = chunk[0], partitions = chunk[1], sizes = chunk[2], times = chunk[3], tags = chunk[4], vectors = chunk[5], rowIds = chunk[6], commits = chunk[7], clustering = chunk[8];
        for (var row = 0; row < chunk.Count; row++, number++)
            files.Add(paths.Bytes(row), Number(sizes, row) ?? 0, Number(times, row) ?? 0, Map(partitions, row) ?? 0, Map(tags, row) ?? -1, vectors.IsNull(row) ? null : Deletions(vectors.Bytes(row)),
                (Number(rowIds, row), Number(commits, row), clustering.IsNull(row) ? null : Encoding.UTF8.GetString(clustering.Bytes(row))), number);
        return number;
    }

    private static long? Number(Vector vector, int row) => vector.IsNull(row) ? null : vector.Values<long>()[row];

    private int? Map(Vector vector, int row) => vector.IsNull(row) ? null : files.MapNumber(Encoding.UTF8.GetString(vector.Bytes(row)), Parse);

    private static ImmutableSortedDictionary<string, string?> Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ActionReader.Map(document.RootElement);
    }

    private static DeletionVector Deletions(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        return ActionReader.Vector(document.RootElement);
    }
}
