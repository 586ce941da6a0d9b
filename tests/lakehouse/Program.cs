using System.Globalization;
using Plinth.Lakehouse;
using Plinth.Tests.Lakehouse.Disk;
using Plinth.Tests.Lakehouse.Soak;

namespace Plinth.Tests.Lakehouse;

/// <summary>The tests' entry point, the soak (<c>soak kills</c>), and what tests start as processes of their own.</summary>
internal static class Program
{
    public const string AppendMode = "--append";

    public static async Task<int> Main(string[] args) => args switch
    {
        ["soak", .. var rest] => await SoakCommand.RunAsync(rest),
        [KilledWorker.Mode, var root, var seed] => await KilledWorker.RunAsync(root, int.Parse(seed, CultureInfo.InvariantCulture)),
        [AppendMode, var root, var first, var count, var writers] => await AppendAsync(root, Number(first), Number(count), Number(writers)),
        [DiskWorker.FullMode, var disk] => await DiskWorker.FullAsync(disk),
        [DiskWorker.ReadOnlyMode, var disk] => await DiskWorker.ReadOnlyAsync(disk),
        _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
    };

    /// <summary>Writers that begin together when told so; each commits rows one by one and says which version each became.</summary>
    private static async Task<int> AppendAsync(string root, int first, int count, int writers)
    {
        using var lake = Lake.Open(new(root) { Sql = new() { Threads = 1, MemoryLimit = "512MB" } });
        lake.Exists(Given.Readings);
        await Console.Out.WriteLineAsync("ready");
        await Console.In.ReadLineAsync();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (var id = first + (writer * count); id < first + ((writer + 1) * count); id++)
            {
                var version = await lake.CommitRowsAsync(Given.Row(id));
                await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{id} {version}"));
            }
        })));
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
