using System.Diagnostics;
using System.Globalization;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse;

public class CrashTests
{
    private const int Kills = 15;

    [Fact]
    public async Task A_writer_killed_at_any_moment_loses_no_acknowledged_row_and_doubles_none()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20240501);
        var acknowledged = 0L;
        for (var kill = 0; kill < Kills; kill++)
            acknowledged = Math.Max(acknowledged, await RunAndKillAsync(folder["lake"], commits: random.Next(1, 6), TimeSpan.FromMilliseconds(random.NextDouble() * 25)));

        using var lake = Given.Lake(folder);
        var snapshot = await lake.ReadAsync(Given.Readings);
        var batches = snapshot.Transactions["batches"];
        batches.Should().BeInRange(acknowledged, acknowledged + 1, "what was acknowledged is there, and at most the batch that was under way besides");
        (await lake.IdsAsync()).Should().Equal(Enumerable.Range(1, (int)batches * 2).Select(id => (long)id));
        acknowledged.Should().BeGreaterThan(Kills, "each process committed at least one batch");
        foreach (var record in await lake.HistoryAsync(Given.Readings))
            (await lake.ReadAsync(Given.Readings, TableVersion.At(record.Version))).Version.Should().Be(record.Version);
    }

    /// <summary>Starts a writer, lets it commit, waits a moment more and kills it.</summary>
    /// <returns>The last batch it said was committed.</returns>
    private static async Task<long> RunAndKillAsync(string lake, int commits, TimeSpan more)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Program.WriterMode, lake]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Insert(0, typeof(Program).Assembly.Location);
        using var writer = Process.Start(start)!;
        var errors = writer.StandardError.ReadToEndAsync();
        var last = 0L;
        while (commits > 0 && await writer.StandardOutput.ReadLineAsync() is { } line)
            if (Acknowledged(line, ref last))
                commits--;
        var until = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(until) < more)
            Thread.SpinWait(1000);
        writer.Kill();
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
            Acknowledged(line, ref last);
        await writer.WaitForExitAsync();
        commits.Should().Be(0, $"the writer should have run until it was killed, but said: {await errors}");
        return last;
    }

    private static bool Acknowledged(string line, ref long last)
    {
        if (!line.StartsWith('=') || !long.TryParse(line.AsSpan(1), CultureInfo.InvariantCulture, out var batch))
            return false;
        last = batch;
        return true;
    }
}
