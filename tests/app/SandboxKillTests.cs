using System.Diagnostics;
using System.Text.Json;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>The sandbox's worker, really killed (SIGKILL) in each state of a submission.</summary>
public sealed class SandboxKillTests
{
    private static readonly string[] States = ["Submitted", "Screened", "RanPublic", "ScoredPublic", "RanHidden"];

    [Fact]
    public async Task A_worker_killed_in_every_state_loses_no_run_and_doubles_none_and_leaves_no_process()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed; tools/setup.sh installs it");
        using var lake = new TemporaryFolder();
        (await CliProcess.RunAsync(lake.Path, "ingest", "hotline", Repository.Sample("hotline", "311_Animals_2025_short.csv"))).Code.Should().Be(0);
        (await CliProcess.RunAsync(lake.Path, "sandbox", "publish", "agency-of-request")).Code.Should().Be(0);
        var folder = Directory.GetDirectories(Repository.Sample("submissions"), "agency-naive-bayes@*").Single();
        (await CliProcess.RunAsync(lake.Path, "sandbox", "submit", "agency-of-request", folder, "--org", "acme", "--no-run")).Code.Should().Be(0);

        var killed = new List<string>();
        foreach (var state in States)
        {
            // The worker says the state that it works in; it is killed some moments later, so that it dies at another place each time.
            using var worker = CliProcess.Start(lake.Path, "sandbox", "work");
            while (await worker.StandardError.ReadLineAsync() is { } line)
                if (line.Contains($" {state}: "))
                {
                    await Task.Delay(20 + 40 * killed.Count);
                    worker.Kill();
                    killed.Add(state);
                    break;
                }
            await worker.WaitForExitAsync();
        }
        killed.Should().Equal(States);
        (await CliProcess.RunAsync(lake.Path, "sandbox", "work")).Code.Should().Be(0);

        var status = JsonDocument.Parse((await CliProcess.RunAsync(lake.Path, "sandbox", "status", "--json")).Output).RootElement.GetProperty("submissions");
        status.GetArrayLength().Should().Be(1);
        status[0].GetProperty("state").GetString()!.ToLowerInvariant().Should().Be("scoredhidden");
        var rows = await CliProcess.RunAsync(lake.Path, "sql", "SELECT count(*) AS n, count(DISTINCT (split, metric)) AS m FROM sandbox.evaluation", "--format", "csv");
        rows.Output.Should().Contain("4,4");
        (await CliProcess.RunAsync(lake.Path, "audit", "verify")).Code.Should().Be(0);
        var left = Process.GetProcesses().Where(p => p.ProcessName is "bwrap").Count(p => Owns(p, lake.Path));
        left.Should().Be(0);
        File.ReadAllText("/proc/self/mounts").Should().NotContain(lake.Path);
    }

    private static bool Owns(Process process, string path)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/mountinfo").Contains(path);
        }
        catch (IOException)
        {
            return false; // gone meanwhile
        }
    }
}
