using System.Globalization;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse;

/// <summary>The tests' entry point, and a writer that tests start as a process of its own in order to kill it.</summary>
internal static class Program
{
    public const string WriterMode = "--write-until-killed";

    public const string AppendMode = "--append";
    public const string MaintainerMode = "--maintain-until-killed";

    public static async Task<int> Main(string[] args)
    {
        if (args is [WriterMode, var root])
            return await WriteUntilKilledAsync(root);
        if (args is [AppendMode, var place, var first, var count])
            return await AppendAsync(place, int.Parse(first, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture));
        if (args is [MaintainerMode, var maintained])
            return await MaintainUntilKilledAsync(maintained);
        return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }

    /// <summary>Goes on behind the last batch that the table has; says which batch it begins (<c>&gt;</c>) and which is committed (<c>=</c>).</summary>
    private static async Task<int> WriteUntilKilledAsync(string root)
    {
        using var lake = Lake.Open(new(root) { Sql = new() { Threads = 1, MemoryLimit = "512MB" } });
        var done = lake.Exists(Given.Readings) ? (await lake.ReadAsync(Given.Readings)).Transactions.GetValueOrDefault("batches", 0) : 0;
        for (var batch = done + 1; ; batch++)
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $">{batch}"));
            var outcome = await lake.CommitAsync(Given.Rows(Given.Row((batch * 2) - 1), Given.Row(batch * 2)) with { Transaction = new("batches", batch) });
            outcome.RequireVersion(Given.Readings);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"={batch}"));
        }
    }

    /// <summary>Commits rows one by one and says which version each became.</summary>
    private static async Task<int> AppendAsync(string root, int first, int count)
    {
        using var lake = Lake.Open(new(root) { Sql = new() { Threads = 1, MemoryLimit = "512MB" } });
        for (var id = first; id < first + count; id++)
            await Console.Out.WriteLineAsync((await lake.CommitRowsAsync(Given.Row(id))).ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>Appends, joins files, removes the old ones at once, writes checkpoints; says when a round begins.</summary>
    private static async Task<int> MaintainUntilKilledAsync(string root)
    {
        using var lake = Lake.Open(new(root) { Sql = new() { Threads = 1, MemoryLimit = "512MB" } });
        while (true)
        {
            await Console.Out.WriteLineAsync("round");
            for (var i = 0; i < 2; i++)
            {
                var next = lake.Exists(Given.Readings) ? (await lake.ReadAsync(Given.Readings)).Transactions.GetValueOrDefault("batches", 0) + 1 : 1;
                (await lake.CommitAsync(Given.Rows(Given.Row(next)) with { Transaction = new("batches", next) })).RequireVersion(Given.Readings);
            }
            await lake.OptimizeAsync(Given.Readings, new() { DryRun = false });
            await lake.VacuumAsync(Given.Readings, new() { DryRun = false, Force = true, Retention = TimeSpan.Zero }); // nobody else is at work
            await lake.CheckpointAsync(Given.Readings);
        }
    }
}
