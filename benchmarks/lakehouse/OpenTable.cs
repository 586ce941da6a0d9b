using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Plinth.Lakehouse.Benchmarks;

/// <summary>Opening a table of 300,000 files from its checkpoint, in a process of its own each time; the peer reads the same paths and sizes bare.</summary>
internal static class OpenTable
{
    public const int Files = 300_000;
    private static readonly TableName Table = new("bench", "wide");

    public static async Task<IReadOnlyList<string>> RunAsync(string folder)
    {
        var checkpoint = await MakeAsync(folder, Files);
        var (ours, memory, peer) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < 5; round++)
        {
            using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["open-once", folder]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var words = (await process.StandardOutput.ReadToEndAsync()).Split(' ');
            await process.WaitForExitAsync();
            ours.Add(double.Parse(words[0], CultureInfo.InvariantCulture));
            memory.Add(double.Parse(words[1], CultureInfo.InvariantCulture));
            using var database = Engine.SqlDatabase.Open();
            using var connection = database.Connect();
            peer.Add(Measure.Once(() => connection.Rows($"SELECT count(*), sum(add.size), max(add.path), max(add.modificationTime) FROM read_parquet('{checkpoint}') WHERE add IS NOT NULL")));
        }
        var (a, b) = (new Times(ours), new Times(peer));
        return
        [
            $"| open a table of {Files:N0} files from its checkpoint, ms | {a} | {b} `SELECT max(add.path), …` of the checkpoint | {a.Median / b.Median:0.0} | ≤ 300 ms |",
            $"| … peak memory of the whole process, MB | {new Times(memory)} | | | ≤ 400 MB |",
        ];
    }

    /// <summary>Prints milliseconds and the process's peak memory.</summary>
    public static async Task<int> OnceAsync(string folder)
    {
        var watch = Stopwatch.StartNew();
        using var lake = Lake.Open(new(folder));
        var snapshot = await lake.ReadAsync(Table);
        var took = watch.Elapsed.TotalMilliseconds;
        if (snapshot.FileCount != Files)
            throw new InvalidOperationException($"{snapshot.FileCount} files");
        var peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        Console.Out.Write(string.Create(CultureInfo.InvariantCulture, $"{took} {double.Parse(peak, CultureInfo.InvariantCulture) / 1024}"));
        return 0;
    }

    /// <summary>A log that names so many files (which are not there), with ids in order; its only checkpoint's path.</summary>
    public static async Task<string> MakeAsync(string folder, int files)
    {
        using var lake = Lake.Open(new(folder));
        (await lake.CommitAsync(new() { Table = Table, Schema = new(new Column("id", DataType.Long), new Column("at", DataType.Timestamp), new Column("name", DataType.String), new Column("value", DataType.Double)) })).RequireVersion(Table);
        var log = Path.Combine(folder, "tables", "bench", "wide", "_delta_log");
        var lines = new StringBuilder();
        for (var i = 0; i < files; i++)
            lines.Append(CultureInfo.InvariantCulture, $$$"""{"add":{"path":"part-{{{Guid.CreateVersion7()}}}.parquet","partitionValues":{},"size":{{{1_000_000 + i}}},"modificationTime":{{{1_700_000_000_000 + i}}},"dataChange":true,"stats":"{\"numRecords\":1000,\"minValues\":{\"id\":{{{i * 1000}}},\"at\":\"2024-01-01T00:00:00.000Z\",\"name\":\"aaa\",\"value\":0.5},\"maxValues\":{\"id\":{{{(i * 1000) + 999}}},\"at\":\"2024-01-02T00:00:00.000Z\",\"name\":\"zzz\",\"value\":99.5},\"nullCount\":{\"id\":0,\"at\":0,\"name\":3,\"value\":0}}"}}""").Append('\n');
        await File.WriteAllTextAsync(Path.Combine(log, "00000000000000000001.json"), lines.ToString());
        await File.WriteAllTextAsync(Path.Combine(log, "00000000000000000002.json"), """{"commitInfo":{"operation":"WRITE","timestamp":1}}""" + "\n");
        await lake.CheckpointAsync(Table);
        File.Delete(Path.Combine(log, "00000000000000000001.json"));
        return Path.Combine(log, "00000000000000000002.checkpoint.parquet");
    }
}
