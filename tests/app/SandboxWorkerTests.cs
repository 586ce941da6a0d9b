using Plinth.App.Web;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Sandbox;
using Plinth.Tests;

namespace Plinth.App.Tests;

public sealed class SandboxWorkerTests
{
    [Fact]
    public async Task A_server_started_without_isolation_works_on_the_queue_by_itself_once_there_is_one()
    {
        const string real = "/usr/bin/bwrap";
        Assert.SkipUnless(File.Exists(real), "bubblewrap is not installed; tools/setup.sh installs it");
        using var folder = new TemporaryFolder();
        (await CliProcess.RunAsync(folder.Path, "ingest", "hotline", Repository.Sample("hotline", "311_Animals_2025_short.csv"))).Code.Should().Be(0);
        (await CliProcess.RunAsync(folder.Path, "sandbox", "publish", "agency-of-request")).Code.Should().Be(0);
        var code = Directory.GetDirectories(Repository.Sample("submissions"), "agency-majority@*").Single();
        (await CliProcess.RunAsync(folder.Path, "sandbox", "submit", "agency-of-request", code, "--org", "acme", "--no-run")).Code.Should().Be(0);

        using var lake = Lake.Open(new(folder["lake"]) { Time = new HastyClock() });
        using var catalog = CityCatalog.Open(lake);
        using var sandbox = SandboxService.Open(catalog, new() { RunId = "t", CodeVersion = "t", Bubblewrap = folder["bwrap"] });
        var id = sandbox.Submissions().Single().Id;
        await using SandboxWorker worker = new(sandbox, slots: 1, firstRetry: TimeSpan.FromMilliseconds(50));
        worker.Start();
        await UntilAsync(() => worker.Trouble is not null, () => "nobody said what is missing");
        worker.Trouble.Should().Contain("bubblewrap is not installed");
        sandbox.Status(id).State.Should().Be(SubmissionState.Submitted);

        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101); // the run's own user must come by it
        File.CreateSymbolicLink(folder["bwrap"], real); // nobody wakes the worker
        await UntilAsync(() => sandbox.Status(id).State is SubmissionState.ScoredHidden or SubmissionState.Failed, () => $"{sandbox.Status(id).State}: {worker.Trouble}");
        sandbox.Status(id).State.Should().Be(SubmissionState.ScoredHidden, sandbox.Status(id).Failure?.Message);
        await UntilAsync(() => worker.Trouble is null, () => worker.Trouble);
    }

    private static async Task UntilAsync(Func<bool> condition, Func<string?> state)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!condition())
        {
            limit.IsCancellationRequested.Should().BeFalse(state());
            await Task.Delay(50);
        }
    }

    /// <summary>Each second of it is a minute, so that what waits for seconds does not keep the test waiting.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private readonly DateTimeOffset _start = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => _start + (System.GetUtcNow() - _start) * 60;
    }
}
