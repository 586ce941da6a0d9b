using System.Diagnostics;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Sandbox;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary><c>plinth serve</c>, really killed (SIGKILL) while it works on a queue and while a release is written.</summary>
public sealed class SandboxServeKillTests
{
    [Fact]
    public async Task A_server_killed_while_runs_go_on_and_a_review_killed_while_it_writes_lose_nothing_double_nothing_and_leave_nothing()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed; tools/setup.sh installs it");
        using var lake = new TemporaryFolder();
        var code = Directory.GetDirectories(Repository.Sample("submissions"), "agency-majority@*").Single();
        await DoneAsync(lake, "ingest", "hotline", Repository.Sample("hotline", "311_Animals_2025_short.csv"));
        await DoneAsync(lake, "sandbox", "publish", "agency-of-request");
        using var opened = Lake.Open(new(lake["lake"]));
        using var catalog = CityCatalog.Open(opened);
        using var sandbox = SandboxService.Open(catalog, new() { RunId = "t", CodeVersion = "t" });
        string[] organisations = ["acme", "linnan", "beijiang"];
        foreach (var organisation in organisations)
            await sandbox.SubmitAsync("agency-of-request", organisation, code);

        // 1. the server dies with the audit's next lines: somewhere in a run, in scoring, between two states
        var killed = new List<int>();
        while (killed.Count < 5)
        {
            var before = Lines(lake);
            using var server = Serve(lake);
            await UntilAsync(() => Lines(lake) >= before + 2 || Scored());
            if (Scored())
                killed.Add(Kill(server));
            else
            {
                await Task.Delay(15 * killed.Count);
                killed.Add(Kill(server));
            }
            await server.WaitForExitAsync();
        }

        // 2. the next one finishes what is left
        using (var server = Serve(lake))
        {
            await UntilAsync(Scored);
            killed.Add(Kill(server));
            await server.WaitForExitAsync();
        }
        sandbox.Submissions().Should().HaveCount(3).And.OnlyContain(s => s.State == SubmissionState.ScoredHidden);

        // 3. a second approval dies while the release is written; the server writes it
        var id = sandbox.Submissions().Single(s => s.Organisation == "acme").Id;
        foreach (var name in new[] { "person:li", "person:wang" })
            catalog.Access.AddPrincipal(new(name, "city", ["reviewer"]));
        await sandbox.ReleaseAsync(id, catalog.Access.Find("person:li")!, "advice:service");
        using (var review = CliProcess.Start(lake.Path, "sandbox", "release", id))
        {
            await UntilAsync(() => sandbox.Status(id).State is SubmissionState.UnderReview or SubmissionState.Released || review.HasExited);
            killed.Add(Kill(review));
            await review.WaitForExitAsync();
        }
        sandbox.Status(id).State.Should().BeOneOf(SubmissionState.UnderReview, SubmissionState.Released);
        using (var server = Serve(lake))
        {
            await UntilAsync(() => sandbox.Status(id).State == SubmissionState.Released);
            killed.Add(Kill(server));
            await server.WaitForExitAsync();
        }
        await DoneAsync(lake, "sandbox", "work"); // opening sweeps; nothing is open any more

        sandbox.Status(id).Approvals.Should().HaveCount(2);
        (await CliProcess.RunAsync(lake.Path, "sql", "SELECT count(*) AS n, count(DISTINCT (submission_id, split, metric)) AS m FROM sandbox.evaluation", "--format", "csv")).Output.Should().Contain("12,12");
        (await CliProcess.RunAsync(lake.Path, "sql", "SELECT count(*) AS n FROM sandbox.release", "--format", "csv")).Output.Should().Contain("1");
        catalog.Audit.Verify().BrokenAt.Should().BeNull();
        await UntilAsync(() => !killed.Any(process => Left(process).Any()));

        bool Scored() => sandbox.Submissions().All(s => s.State == SubmissionState.ScoredHidden);
    }

    /// <summary>What a killed service's runs may leave: processes that have its folder mounted, the folder, control groups.</summary>
    private static IEnumerable<string> Left(int service)
    {
        var name = $"plinth-run-{service}-";
        foreach (var process in Process.GetProcesses())
            if (Text($"/proc/{process.Id}/mountinfo").Contains(name) || Text($"/proc/{process.Id}/cmdline").Contains(name))
                yield return $"process {process.Id}";
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), name + "*"))
            yield return folder;
        foreach (var root in Text("/proc/self/mounts").Split('\n').Select(line => line.Split(' ')).Where(parts => parts.Length > 2 && parts[2] is "cgroup" or "cgroup2").Select(parts => parts[1]))
            foreach (var folder in Directory.GetDirectories(root, name + "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
                yield return folder;
    }

    private static Process Serve(TemporaryFolder lake)
    {
        var server = CliProcess.Start(lake.Path, "serve", "--port", "0");
        _ = server.StandardOutput.ReadToEndAsync();
        _ = server.StandardError.ReadToEndAsync();
        return server;
    }

    private static int Kill(Process process)
    {
        if (!process.HasExited)
            process.Kill(); // it alone: what it started must end by itself
        return process.Id;
    }

    private static int Lines(TemporaryFolder lake) => File.ReadLines(lake["lake", "control", "audit.jsonl"]).Count();

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // gone meanwhile
        }
    }

    private static async Task DoneAsync(TemporaryFolder lake, params string[] arguments)
    {
        var result = await CliProcess.RunAsync(lake.Path, arguments);
        result.Code.Should().Be(0, result.Error);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!condition())
            await Task.Delay(10, limit.Token);
    }
}
