using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Plinth.Sandbox.Intake;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Runtime;
using Plinth.Sandbox.Scenarios;
using Plinth.Sandbox.Scoring;
using Plinth.Sandbox.Submissions;

namespace Plinth.Sandbox.Lifecycle;

/// <summary>Runs a submission once on one split and stores what may be kept: its output written anew, the run's record, and what it printed.</summary>
internal sealed class SubmissionRunner(SandboxOptions options, SubmissionFolder folders, IsolationGate isolation)
{
    private static readonly SemaphoreSlim Slots = new(Math.Max(1, Environment.ProcessorCount));

    /// <summary>Runs, unless the run is stored already.</summary>
    /// <param name="writeInputs">Writes train.csv and test.csv, and gives the version of the dataset that the rows of test.csv are of.</param>
    /// <param name="name">The run's folder: <c>public, hidden, production-…</c></param>
    /// <returns>What went wrong, fit for the vendor; null when the output is stored.</returns>
    public async Task<(RunSummary Summary, SubmissionFailure? Failure)> RunAsync(SubmissionRecord submission, Scenario scenario, ScenarioFacts facts, string split, string name,
        Func<string, CancellationToken, Task<long>> writeInputs, CancellationToken cancellationToken)
    {
        if (folders.ReadRun(submission.Id, name) is { } done)
            return (done, null);
        var verdict = await isolation.VerdictAsync(cancellationToken);
        if (!verdict.Available)
            throw new IsolationUnavailableException(verdict.Reason!);

        var code = await Task.Run(() => folders.Vault.Open(submission.ContentSha256), cancellationToken);
        var manifest = Manifest.Read(code[Manifest.FileName], scenario, code.Keys, [])!;
        var runtime = await Task.Run(() => new RuntimeStore(folders.Runtimes, options.Python).View(manifest.Runtime), cancellationToken);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        long version = 0;
        var job = SubmissionKind.Job(manifest, scenario, code, runtime, async (target, cancel) =>
        {
            version = await writeInputs(target, cancel);
            foreach (var (_, fields) in CsvText.Read(await File.ReadAllTextAsync(Path.Combine(target, "test.csv"), cancel)).Skip(1))
                keys.Add(fields[0]);
        });
        var driver = new IsolationDriver(options);
        IsolatedResult result;
        await Slots.WaitAsync(cancellationToken);
        isolation.Ran();
        try
        {
            result = await driver.RunAsync(job, cancellationToken);
        }
        finally
        {
            Slots.Release();
        }
        var summary = new RunSummary(split, Word(result.Outcome), result.ExitCode, result.Duration, verdict.Backend, driver.FilterSha256, result.ArgumentsSha256, $"passed {verdict.Hash}", result.SoftLimits)
        {
            LimitsReached = result.LimitsReached,
            Runtime = runtime.Identity,
            Input = $"{scenario.Dataset}@{version.ToString(CultureInfo.InvariantCulture)}",
        };
        var open = split == ScenarioDoor.Public;
        if (Ended(result, job.Limits, open) is { } ended)
            return (summary, ended);
        var file = result.Files.Single();
        if (file.Content is null)
            return (summary, new("output", $"/out/{file.Name} {file.Refusal}"));
        var (predictions, fault) = Predictions.Check(file.Content, scenario, keys, facts.Labels.ToHashSet(StringComparer.Ordinal), explain: open);
        if (predictions is null)
            return (summary, new("output", $"{scenario.Output}: {fault}"));
        await StoreAsync(submission.Id, name, summary, predictions.ToCsv(scenario), result, cancellationToken);
        return (summary, null);
    }

    /// <summary>The stored output of a run, parsed again from what we wrote.</summary>
    public async Task<(Predictions Predictions, string Sha256)> OutputAsync(string submission, string name, Scenario scenario, ScenarioFacts facts, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(folders.Run(submission, name), "predictions.csv"), cancellationToken);
        var keys = CsvText.Read(Encoding.UTF8.GetString(bytes)).Skip(1).Select(record => record.Fields[0]).ToHashSet(StringComparer.Ordinal);
        var (predictions, fault) = Predictions.Check(bytes, scenario, keys, facts.Labels.ToHashSet(StringComparer.Ordinal), explain: false);
        return (predictions ?? throw new InvalidDataException($"The stored output of run {name} of submission {submission} was changed: {fault}."), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private async Task StoreAsync(string submission, string name, RunSummary summary, byte[] csv, IsolatedResult result, CancellationToken cancellationToken)
    {
        var staging = folders.Staging();
        await File.WriteAllBytesAsync(Path.Combine(staging, "predictions.csv"), csv, cancellationToken);
        // for reviewers only: what a run prints may carry the rows that it read
        await File.WriteAllBytesAsync(Path.Combine(staging, "stdout.txt"), result.StandardOutput, cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(staging, "stderr.txt"), result.StandardError, cancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(staging, "run.json"), JsonSerializer.SerializeToUtf8Bytes(summary), cancellationToken);
        SubmissionFolder.Publish(staging, folders.Run(submission, name));
    }

    /// <summary>Why a run has no output. What it printed is shown only for the split that the vendor has itself.</summary>
    private static SubmissionFailure? Ended(IsolatedResult result, RunLimits limits, bool open) => result.Outcome switch
    {
        IsolatedOutcome.Completed => null,
        IsolatedOutcome.WallClock => new("limit", $"it ran longer than {Text((long)limits.WallClock.TotalSeconds)} s"),
        IsolatedOutcome.Processor => new("limit", $"a process used more than {Text((long)limits.Processor.TotalSeconds)} s of processor time"),
        IsolatedOutcome.Memory => new("limit", $"it used more than {Text(limits.MemoryBytes >> 20)} MiB of memory"),
        IsolatedOutcome.Text => new("limit", $"it printed more than {Text(limits.TextBytes >> 10)} KiB"),
        _ when open => new("crash", $"it ended with exit code {result.ExitCode}: {Tail(result.StandardError)}"),
        _ => new("crash", "it ended with an error"),
    };

    private static string Tail(byte[] text)
    {
        var lines = Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var tail = string.Join(" | ", lines.TakeLast(4));
        return new([.. tail[..Math.Min(tail.Length, 600)].Select(c => char.IsControl(c) ? '?' : c)]);
    }

    private static string Word(IsolatedOutcome outcome) => outcome switch
    {
        IsolatedOutcome.WallClock => "wall_clock",
        _ => outcome.ToString().ToLowerInvariant(),
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
