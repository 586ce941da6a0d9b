using System.Diagnostics;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Maintenance;

public class KillTests
{
    private const int Kills = 12;

    [Fact]
    public async Task Maintenance_killed_at_any_moment_leaves_every_row_once_and_goes_on_afterwards()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20240502);
        for (var kill = 0; kill < Kills; kill++)
        {
            await RunAndKillAsync(folder["lake"], rounds: random.Next(1, 4), TimeSpan.FromMilliseconds(random.NextDouble() * 120));
            using var lake = Given.Lake(folder);
            if (!lake.Exists(Given.Readings))
                continue;
            var batches = (await lake.ReadAsync(Given.Readings)).Transactions["batches"];
            (await lake.IdsAsync()).Should().Equal(Enumerable.Range(1, (int)batches).Select(id => (long)id), $"kill {kill}");
        }

        using var after = Given.Lake(folder);
        await after.OptimizeAsync(Given.Readings, new() { DryRun = false });
        await after.VacuumAsync(Given.Readings, new() { DryRun = false, Force = true, Retention = TimeSpan.Zero });
        TableFiles.Of(folder).Should().HaveCount((await after.ReadAsync(Given.Readings)).Files.Count, "what killed runs left behind is gone");
        (await after.IdsAsync()).Should().HaveCountGreaterThan(Kills * 2);
    }

    private static async Task RunAndKillAsync(string lake, int rounds, TimeSpan more)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Program.MaintainerMode, lake]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Insert(0, typeof(Program).Assembly.Location);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        while (rounds >= 0 && await process.StandardOutput.ReadLineAsync() is not null)
            rounds--;
        var until = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(until) < more)
            Thread.SpinWait(1000);
        process.Kill();
        await process.WaitForExitAsync();
        rounds.Should().Be(-1, $"it should have run until it was killed, but said: {await errors}");
    }
}
