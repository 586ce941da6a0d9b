using System.Runtime.InteropServices;

namespace Plinth.Lakehouse.Benchmarks;

/// <summary>Runs the measurements and prints a Markdown table.</summary>
internal static class Report
{
    private static readonly (string Name, Func<string, Task<IReadOnlyList<string>>> Run)[] All =
    [
        ("open", OpenTable.RunAsync), ("commit", CommitSmall.RunAsync), ("append", AppendMany.RunAsync), ("query", QueryTable.RunAsync), ("prune", PruneFiles.RunAsync),
    ];

    public static Task<int> AllAsync() => SomeAsync([.. All.Select(one => one.Name)]);

    public static async Task<int> SomeAsync(string[] names)
    {
        var unknown = names.Except(All.Select(one => one.Name)).ToList();
        if (unknown.Count > 0)
        {
            Console.Error.WriteLine($"No measurement is called {string.Join(", ", unknown)}; there are {string.Join(", ", All.Select(one => one.Name))}.");
            return 2;
        }
        Console.Out.WriteLine($"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.FrameworkDescription}, DuckDB {Version()}, {RuntimeInformation.OSDescription}\n");
        Console.Out.WriteLine("| what | Plinth, median (min – max) | peer, median (min – max) | ratio | target |\n|---|---|---|---|---|");
        foreach (var (name, run) in All.Where(one => names.Contains(one.Name)))
        {
            var folder = Directory.CreateTempSubdirectory($"plinth-bench-{name}-").FullName;
            try
            {
                foreach (var line in await run(folder))
                    Console.Out.WriteLine(line);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        return 0;
    }

    private static string? Version()
    {
        using var database = Engine.SqlDatabase.Open();
        using var connection = database.Connect();
        return connection.Scalar<string>("SELECT version()");
    }
}
