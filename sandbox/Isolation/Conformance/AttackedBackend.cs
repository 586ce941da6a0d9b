using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Plinth.Sandbox.Runtime;

namespace Plinth.Sandbox.Isolation;

/// <summary>The attacks inside one back end.</summary>
internal sealed class AttackedBackend(SandboxOptions options, IBackend backend, ConformanceFacts facts, RuntimeView runtime)
{
    private readonly ConcurrentDictionary<string, string> _results = [];
    private readonly IsolationDriver _driver = new(options, backend);

    public string ArgumentsSha256 { get; private set; } = "";
    public ImmutableArray<string> SoftLimits { get; private set; } = [];

    /// <summary>Result of each attack.</summary>
    public async Task<Dictionary<string, string>> RunAsync(CancellationToken cancellationToken)
    {
        var reach = await JobAsync("reach", ConformanceFacts.Limits with { MemoryBytes = 512L << 20 }, cancellationToken);
        (ArgumentsSha256, SoftLimits) = (reach.ArgumentsSha256, reach.SoftLimits);
        Take(reach);
        var limits = ConformanceFacts.Limits;
        await Task.WhenAll(
            FillAsync(limits, cancellationToken),
            LinkAsync(limits, cancellationToken),
            EndsAsync("memory", limits, IsolatedOutcome.Memory, cancellationToken),
            EndsAsync("text", limits, IsolatedOutcome.Text, cancellationToken),
            EndsAsync("wall_clock", limits with { WallClock = TimeSpan.FromSeconds(1) }, IsolatedOutcome.WallClock, cancellationToken),
            EndsAsync("processor", limits with { Processor = TimeSpan.FromSeconds(1) }, IsolatedOutcome.Processor, cancellationToken),
            CoresAsync(limits with { Cores = 0.1 }, cancellationToken),
            LauncherAsync(limits, cancellationToken));
        return _results.ToDictionary();
    }

    private void Take(IsolatedResult result)
    {
        if (result.Files is not [{ Content: { } report }, ..])
            throw new IsolationUnavailableException($"the conformance job did not finish inside ({result.Outcome}, exit code {result.ExitCode}): {Encoding.UTF8.GetString(result.StandardError).Trim().Split('\n')[^1]}");
        foreach (var (attack, outcome) in Conformance.Parse(Encoding.UTF8.GetString(report)))
            _results[attack] = outcome;
    }

    private async Task FillAsync(RunLimits limits, CancellationToken cancellationToken) => Take(await JobAsync("fill", limits with { MemoryBytes = 512L << 20 }, cancellationToken));

    private async Task LinkAsync(RunLimits limits, CancellationToken cancellationToken)
    {
        var result = await JobAsync("link", limits, cancellationToken, "link.csv");
        Take(result); // the link itself may be made: the collector is what must not follow it
        _results["link_in_output"] = result.Files[1].Content is null ? $"blocked: it {result.Files[1].Refusal}" : "reached";
    }

    private async Task EndsAsync(string attack, RunLimits limits, IsolatedOutcome expected, CancellationToken cancellationToken)
    {
        var result = await JobAsync(attack, limits, cancellationToken);
        var ended = result.Outcome == expected || attack == "memory" && result.Outcome == IsolatedOutcome.Crashed;
        _results[attack] = ended && result.StandardError.Length <= limits.TextBytes ? $"blocked: ended as {result.Outcome}" : $"reached: {result.Outcome}";
    }

    /// <summary>Work for so long on a tenth of a core. Either it had to wait for its share, or the machine was so busy that it never came by more: both times it took ten times as long.</summary>
    private async Task CoresAsync(RunLimits limits, CancellationToken cancellationToken)
    {
        var result = await JobAsync("cores", limits, cancellationToken);
        var throttled = result.LimitsReached.FirstOrDefault(limit => limit.StartsWith("cores", StringComparison.Ordinal));
        var soft = result.SoftLimits.FirstOrDefault(limit => limit.StartsWith("cores", StringComparison.Ordinal));
        _results["cores"] = throttled is not null ? $"blocked: {throttled}" : soft is not null ? $"blocked: not claimed here ({soft})" : Cores(result.Duration, limits.Cores);
    }

    /// <summary>Where nothing was throttled: whether the work took as long as its share of the cores allows, less a fifth for what the kernel's periods of 0.1 s round.</summary>
    internal static string Cores(TimeSpan took, double cores) =>
        took.TotalSeconds >= 0.8 * ConformanceFacts.CoresWork / cores
            ? FormattableString.Invariant($"blocked: {ConformanceFacts.CoresWork} s of work took {took.TotalSeconds:0.0} s")
            : FormattableString.Invariant($"reached: {ConformanceFacts.CoresWork} s of work took {took.TotalSeconds:0.0} s");

    /// <summary>Kills the launcher in the middle of a run: nothing that it started may go on.</summary>
    private async Task LauncherAsync(RunLimits limits, CancellationToken cancellationToken)
    {
        var launcher = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = JobAsync("processes_left_behind", limits with { WallClock = TimeSpan.FromSeconds(30) }, cancellationToken, started: launcher.SetResult);
        if (await Task.WhenAny(launcher.Task, run) == run)
            await run;
        var tree = await ProcessTree.GrownAsync(await launcher.Task, run, cancellationToken);
        Signals.Kill(await launcher.Task);
        try
        {
            await run;
        }
        catch (IsolationUnavailableException)
        {
            // what a killed launcher looks like
        }
        var left = await tree.LeftAsync(cancellationToken);
        _results["processes_left_behind"] = tree.Count < 3 ? "reached: the run did not start its processes" : left == 0 ? $"blocked: {tree.Count} processes ended" : $"reached: {left} of {tree.Count} processes go on";
    }

    private Task<IsolatedResult> JobAsync(string group, RunLimits limits, CancellationToken cancellationToken, string? output = null, Action<int>? started = null) => _driver.RunAsync(new()
    {
        Command = [runtime.Python, "-s", "-B", "/app/attacks.py", group, "/in", "/out", "/tmp"],
        Runtime = runtime,
        WriteApp = async (folder, cancel) => await File.WriteAllTextAsync(Path.Combine(folder, "attacks.py"), Conformance.Attacks, cancel),
        WriteInputs = async (folder, cancel) =>
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "facts.txt"), facts.Facts, cancel);
            await File.WriteAllTextAsync(Path.Combine(folder, "victim"), "", cancel);
        },
        Outputs = output is null ? ["report.txt"] : ["report.txt", output],
        Limits = limits,
        Started = started,
    }, cancellationToken);
}
