using System.Diagnostics;
using System.Text.Json;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>The whole way of a submission where the service is an ordinary user: the same isolation, with softer limits, which each run's record names.</summary>
public sealed class SandboxNonRootTests
{
    private const string User = "54321";
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "plinth.dll");

    [Fact]
    public async Task A_service_that_is_not_root_isolates_and_scores_and_says_which_limits_are_soft()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed; tools/setup.sh installs it");
        Assert.SkipUnless(Environment.UserName == "root", "to become another user this test must start as root");
        using var folder = new TemporaryFolder();
        var csv = folder["requests.csv"];
        File.Copy(Repository.Sample("hotline", "311_Animals_2025_short.csv"), csv);
        Directory.CreateDirectory(folder["tmp"]);
        Directory.CreateDirectory(folder["code"]);
        foreach (var file in Directory.GetFiles(Directory.GetDirectories(Repository.Sample("submissions"), "agency-majority@*").Single()))
            File.Copy(file, folder["code", Path.GetFileName(file)]);
        (await RunAsync("/usr/bin/chown", "-R", $"{User}:{User}", folder.Path)).Code.Should().Be(0);
        Assert.SkipUnless((await AsUserAsync(folder, "/usr/bin/test", "-r", Program)).Code == 0, $"another user cannot read '{Program}': the checkout lies in a folder of root's alone");

        (await PlinthAsync(folder, "ingest", "hotline", csv)).Code.Should().Be(0);
        (await PlinthAsync(folder, "sandbox", "publish", "agency-of-request")).Code.Should().Be(0);
        var submitted = await PlinthAsync(folder, "sandbox", "submit", "agency-of-request", folder["code"], "--org", "acme");
        submitted.Code.Should().Be(0, submitted.Error);
        submitted.Output.Should().Contain("ScoredHidden");

        using var status = JsonDocument.Parse((await PlinthAsync(folder, "sandbox", "status", "--json")).Output);
        var run = status.RootElement.GetProperty("submissions")[0].GetProperty("runs")[0];
        var soft = run.GetProperty("softLimits").EnumerateArray().Select(limit => limit.GetString()).ToList();
        soft.Should().Contain("user: the run has the service's own user outside its namespace");
        run.GetProperty("verdict").GetString().Should().StartWith("passed ", "it runs nothing before the attacks were seen to fail inside");
        File.ReadAllText("/proc/self/mounts").Should().NotContain(folder.Path);
        Directory.GetDirectories(folder["tmp"], "plinth-run-*").Should().BeEmpty();
    }

    private static Task<CliProcess.Result> PlinthAsync(TemporaryFolder folder, params string[] arguments) => AsUserAsync(folder, ["/usr/bin/env", "dotnet", Program, .. arguments]);

    private static Task<CliProcess.Result> AsUserAsync(TemporaryFolder folder, params string[] command) => RunAsync("/usr/bin/setpriv",
        [$"--reuid={User}", $"--regid={User}", "--clear-groups", "/usr/bin/env", "-i", "-C", folder.Path, $"HOME={folder.Path}", $"TMPDIR={folder["tmp"]}", $"PATH={Environment.GetEnvironmentVariable("PATH")}", .. command]);

    private static async Task<CliProcess.Result> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }
}
