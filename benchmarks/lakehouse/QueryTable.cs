namespace Plinth.Lakehouse.Benchmarks;

/// <summary>Queries over a table of ten files, against <c>read_parquet</c> on the very same files.</summary>
internal static class QueryTable
{
    private static readonly (string What, string Sql)[] Queries =
    [
        ("grouped by device", "SELECT device, count(*), avg(result) FROM {0} GROUP BY ALL"),
        ("filtered, summed", "SELECT sum(result), max(seen_at) FROM {0} WHERE quality = 3 AND kind = 'kind 2'"),
        ("distinct texts", "SELECT kind, count(DISTINCT device) FROM {0} GROUP BY ALL"),
    ];

    public static async Task<IReadOnlyList<string>> RunAsync(string folder)
    {
        using var lake = Lake.Open(new(Path.Combine(folder, "lake")));
        using var database = lake.OpenSql();
        using var sql = database.Connect();
        for (var part = 0; part < 10; part++)
            (await lake.CommitAsync(new() { Table = AppendMany.Table, Schema = AppendMany.Schema, Rows = new RowSource.Query(sql, $"SELECT * FROM ({AppendMany.Rows}) WHERE id >= {part}000000 AND id < {part + 1}000000") })).RequireVersion(AppendMany.Table);
        using var session = LakeSession.Open(lake);
        var snapshot = await lake.ReadAsync(AppendMany.Table);
        session.Add(snapshot);
        var files = $"read_parquet([{string.Join(", ", snapshot.Files.Select(file => $"'{file.Path}'"))}])";
        var lines = new List<string>();
        foreach (var (what, text) in Queries)
        {
            var query = string.Format(System.Globalization.CultureInfo.InvariantCulture, text, AppendMany.Table);
            var (ours, peer) = await Measure.PairAsync(15, _ =>
            {
                using var prepared = session.Prepare(query);
                session.Connection.Rows(query);
                return Task.CompletedTask;
            }, _ =>
            {
                sql.Rows(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, files));
                return Task.CompletedTask;
            });
            lines.Add($"| query of 10 M rows in 10 files, {what}, planning included, ms | {ours} | {peer} `read_parquet` | {ours.Median / peer.Median:0.00} | ≤ 1.10 |");
        }
        return lines;
    }
}
