using System.Diagnostics;
using Plinth.Lakehouse.Pruning;

namespace Plinth.Lakehouse.Benchmarks;

/// <summary>Choosing the files of a query out of 10,000: the first query on a version reads the statistics of its columns, later ones have them.</summary>
internal static class PruneFiles
{
    private static readonly TableName Table = new("bench", "wide");

    public static async Task<IReadOnlyList<string>> RunAsync(string folder) =>
        [.. await RunAsync(Path.Combine(folder, "few"), 10_000, " < 10 ms"), .. await RunAsync(Path.Combine(folder, "many"), OpenTable.Files, "")];

    private static async Task<IReadOnlyList<string>> RunAsync(string folder, int files, string target)
    {
        var checkpoint = await OpenTable.MakeAsync(folder, files);
        var (first, later, peer) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= 10; round++)
        {
            using var lake = Lake.Open(new(folder));
            var snapshot = await lake.ReadAsync(Table);
            var from = 1000L * (round + 50);
            var once = Measure.Once(() => Check(snapshot, from, from + 5));
            var again = new Times(Enumerable.Range(1, 50).Select(i => Measure.Once(() => Check(snapshot, (from + (i * 1000)) % (files * 1000L), ((from + (i * 1000)) % (files * 1000L)) + 5))));
            using var database = lake.OpenSql();
            using var connection = database.Connect();
            var bare = Measure.Once(() => connection.Rows($"SELECT add.path FROM read_parquet('{checkpoint}') WHERE (add.stats::JSON->'minValues'->>'id')::BIGINT <= {from + 5} AND (add.stats::JSON->'maxValues'->>'id')::BIGINT >= {from}"));
            if (round == 0)
                continue;
            first.Add(once);
            later.Add(again.Median);
            peer.Add(bare);
        }
        var (a, b, c) = (new Times(later), new Times(first), new Times(peer));
        return
        [
            $"| pruning {files:N0} files to 1, statistics known, ms | {a} | {c} the same in SQL on the checkpoint | {c.Median / a.Median:0.0}× faster |{target} |",
            $"| … the first time on a version, statistics read from the checkpoint, ms | {b} | {c} | {c.Median / b.Median:0.0}× faster |{target} |",
        ];
    }

    private static void Check(Snapshot snapshot, long from, long to)
    {
        var id = new ColumnPath(["id"]);
        var kept = snapshot.Matching(FileFilter.And([new FileFilter.Compare(id, Comparison.GreaterOrEqual, new(ValueKind.Whole, "BIGINT", from)), new FileFilter.Compare(id, Comparison.LessOrEqual, new(ValueKind.Whole, "BIGINT", to))]));
        if (kept is not [var file] || file.Size != 1_000_000 + (from / 1000))
            throw new UnreachableException($"{kept.Count} files, or another file's statistics");
    }
}
