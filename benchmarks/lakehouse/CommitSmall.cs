namespace Plinth.Lakehouse.Benchmarks;

/// <summary>Committing one small file on local disk, each durable; the peer writes the same rows as a bare Parquet file and makes it durable.</summary>
internal static class CommitSmall
{
    public static async Task<IReadOnlyList<string>> RunAsync(string folder)
    {
        using var lake = Lake.Open(new(Path.Combine(folder, "lake")));
        using var database = lake.OpenSql();
        using var sql = database.Connect();
        sql.Execute("CREATE TABLE rows AS SELECT i AS id, 'name ' || i AS name, i / 7 AS value FROM range(1000) r(i)");
        var table = new TableName("bench", "small");
        var schema = new TableSchema(new Column("id", DataType.Long), new Column("name", DataType.String), new Column("value", DataType.Double));
        var (ours, peer) = await Measure.PairAsync(100, async _ => (await lake.CommitAsync(new() { Table = table, Schema = schema, Rows = new RowSource.Query(sql, "SELECT * FROM rows") })).RequireVersion(table), round =>
        {
            var path = Path.Combine(folder, $"{round}.parquet");
            sql.Execute($"COPY (SELECT id::BIGINT AS id, name, value::DOUBLE AS value FROM rows) TO '{path}' (FORMAT parquet, COMPRESSION zstd)");
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
            return Task.CompletedTask;
        });
        return [$"| commit of one file of 1,000 rows, local disk, fsync included, ms (p50; p95 {ours.At(0.95):0.#}) | {ours} | {peer} `COPY`, fsync | {ours.Median / peer.Median:0.0} | p50 ≤ 20 ms |"];
    }
}
