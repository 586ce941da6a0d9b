namespace Plinth.Lakehouse.Benchmarks;

/// <summary>Appending 10 M rows as one commit, against a bare COPY of the same rows with the same compression.</summary>
internal static class AppendMany
{
    public const string Rows = "SELECT i AS id, TIMESTAMPTZ '2024-01-01 00:00:00+00' + i * INTERVAL 1 SECOND AS seen_at, (i % 1000)::INTEGER AS device, 'kind ' || (i % 7) AS kind, sin(i) * 100 AS result, (i % 4)::INTEGER AS quality FROM range(10_000_000) r(i)";

    public static readonly TableName Table = new("bench", "observation");

    public static readonly TableSchema Schema = new(new Column("id", DataType.Long), new Column("seen_at", DataType.Timestamp), new Column("device", DataType.Integer),
        new Column("kind", DataType.String), new Column("result", DataType.Double), new Column("quality", DataType.Integer));

    public static async Task<IReadOnlyList<string>> RunAsync(string folder)
    {
        using var lake = Lake.Open(new(Path.Combine(folder, "lake")));
        using var database = lake.OpenSql();
        using var sql = database.Connect();
        sql.Execute($"CREATE TABLE rows AS {Rows}");
        var (ours, peer) = await Measure.PairAsync(5, async _ => (await lake.CommitAsync(new() { Table = Table, Schema = Schema, Rows = new RowSource.Query(sql, "SELECT * FROM rows") })).RequireVersion(Table), round =>
        {
            sql.Execute($"COPY rows TO '{Path.Combine(folder, $"{round}.parquet")}' (FORMAT parquet, COMPRESSION zstd)");
            return Task.CompletedTask;
        });
        return [$"| append of 10 M rows × 6 columns, ms | {ours} | {peer} bare `COPY`, no fsync | {peer.Median / ours.Median:0.00} of its speed | ≥ 0.85 |"];
    }
}
