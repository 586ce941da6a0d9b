using System.Globalization;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Soak;

/// <summary>What the killed process does: every kind of change of a table's folder, in random order, each announced before (<c>&gt; kind</c>) and acknowledged after it (<c>= kind</c>).</summary>
internal static class KilledWorker
{
    public const string Mode = "--work-until-killed";

    /// <summary>A change of the table, and how often it is done.</summary>
    private static readonly (string Kind, int Weight)[] Kinds = [("commit", 5), ("update", 2), ("checkpoint", 3), ("optimize", 3), ("vacuum", 3), ("clean-log", 1)];

    public static async Task<int> RunAsync(string root, int seed)
    {
        using var lake = Lake.Open(new(root) { Sql = new() { Threads = 1, MemoryLimit = "256MB" } });
        var random = new Random(seed);
        var bag = Kinds.SelectMany(kind => Enumerable.Repeat(kind.Kind, kind.Weight)).ToArray();
        if (!lake.Exists(Given.Readings))
            await DoAsync("commit", () => CommitAsync(lake));
        while (true)
        {
            var kind = bag[random.Next(bag.Length)];
            await DoAsync(kind, kind switch
            {
                "commit" => () => CommitAsync(lake),
                "update" => () => UpdateAsync(lake, random),
                "checkpoint" => async () => await lake.CheckpointAsync(Given.Readings),
                "optimize" => async () => (await lake.OptimizeAsync(Given.Readings, new() { DryRun = false })).Version,
                "vacuum" => async () => (await lake.VacuumAsync(Given.Readings, new() { DryRun = false, Force = true, Retention = TimeSpan.Zero })).Version, // nobody else is at work
                _ => async () => (await lake.CleanLogAsync(Given.Readings, dryRun: false)).Version,
            });
        }
    }

    private static async Task DoAsync(string kind, Func<Task<long>> work)
    {
        await Console.Out.WriteLineAsync($"> {kind}");
        var result = await work();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"= {kind} {result}"));
    }

    /// <summary>Two rows more, as the next batch; acknowledged with the batch's number.</summary>
    private static async Task<long> CommitAsync(Lake lake)
    {
        var batch = lake.Exists(Given.Readings) ? (await lake.ReadAsync(Given.Readings)).Transactions.GetValueOrDefault("batches", 0) + 1 : 1;
        var commit = Given.Rows(Given.Row((batch * 2) - 1), Given.Row(batch * 2)) with { Transaction = new("batches", batch) };
        if (batch == 1) // the log's retention is nothing, so that it is cleaned up too
            commit = commit with { Properties = commit.Properties.Add("delta.checkpointInterval", "4").Add("delta.logRetentionDuration", "interval 0 days").Add("delta.enableDeletionVectors", "true") };
        (await lake.CommitAsync(commit)).RequireVersion(Given.Readings);
        return batch;
    }

    private static async Task<long> UpdateAsync(Lake lake, Random random)
    {
        var outcome = await lake.Writer(Given.Readings).UpdateAsync(new Dictionary<string, string> { ["name"] = "name || 'u'" }, string.Create(CultureInfo.InvariantCulture, $"id % 7 = {random.Next(7)}"));
        return outcome.RequireVersion(Given.Readings);
    }
}
