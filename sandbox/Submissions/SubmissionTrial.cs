using System.Text;
using Plinth.Sandbox.Intake;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Runtime;
using Plinth.Sandbox.Scoring;

namespace Plinth.Sandbox.Submissions;

/// <summary>Runs a submission on a vendor's own machine with the sample data: the same intake, kinds, runtime, isolation and limits as the real run, and nothing of a lake.</summary>
internal static class SubmissionTrial
{
    /// <param name="sample">Folder with train.csv and test.csv as <c>plinth sandbox sample</c> writes them.</param>
    /// <exception cref="SubmissionRefusedException">Archive or manifest have faults, or the sample is not there.</exception>
    public static async Task<TrialResult> RunAsync(string path, Scenario scenario, string sample, RuntimeStore runtimes, SandboxOptions options, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { "train.csv", "test.csv" })
            if (!File.Exists(Path.Combine(sample, name)))
                throw new SubmissionRefusedException(path, [$"'{Path.Combine(sample, name)}' is not there; 'plinth sandbox sample {scenario.Id} FOLDER' writes it"]);
        var verdict = await ConformanceCache.VerdictAsync(options, fresh: false, cancellationToken);
        if (!verdict.Available)
            throw new IsolationUnavailableException(verdict.Reason!);
        var (code, content) = await TakeAsync(path, cancellationToken);
        var faults = new List<string>();
        var manifest = Manifest.Read(code[Manifest.FileName], scenario, code.Keys, faults) ?? throw new SubmissionRefusedException(path, faults);
        var runtime = runtimes.View(manifest.Runtime);
        var job = SubmissionKind.Job(manifest, scenario, code, runtime, (folder, _) =>
        {
            foreach (var name in new[] { "train.csv", "test.csv" })
                File.Copy(Path.Combine(sample, name), Path.Combine(folder, name));
            return ValueTask.CompletedTask;
        });
        var result = await new IsolationDriver(options).RunAsync(job, cancellationToken);
        var (rows, fault) = result.Outcome == IsolatedOutcome.Completed ? Check(result.Files.Single(), scenario, sample) : (0, null);
        return new(content, result.Outcome.ToString(), result.ExitCode, result.Duration, verdict.Backend, runtime.Identity, result.ArgumentsSha256, result.LimitsReached, result.SoftLimits,
            Encoding.UTF8.GetString(result.StandardOutput), Encoding.UTF8.GetString(result.StandardError), rows, fault, result.Files is [{ Content: { } bytes }] ? bytes : null);
    }

    public static async Task<string> ContentHashAsync(string path, CancellationToken cancellationToken) => (await TakeAsync(path, cancellationToken)).Content;

    private static async Task<(SortedDictionary<string, byte[]> Code, string Content)> TakeAsync(string path, CancellationToken cancellationToken)
    {
        var staging = Directory.CreateTempSubdirectory("plinth-try-").FullName;
        try
        {
            var faults = await SubmissionIntake.CopyAsync(path, staging, cancellationToken);
            if (faults.Count > 0)
                throw new SubmissionRefusedException(path, faults);
            var files = await SubmissionIntake.FilesAsync(staging, cancellationToken);
            var code = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            foreach (var file in files.Keys)
                code.Add(file, await File.ReadAllBytesAsync(Path.Combine(staging, file), cancellationToken));
            return (code, SubmissionIntake.ContentHash(files));
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    private static (int Rows, string? Fault) Check(CollectedFile file, Scenario scenario, string sample)
    {
        if (file.Content is null)
            return (0, $"/out/{file.Name} {file.Refusal}");
        var keys = CsvText.Read(File.ReadAllText(Path.Combine(sample, "test.csv"))).Skip(1).Select(record => record.Fields[0]).ToHashSet(StringComparer.Ordinal);
        var train = CsvText.Read(File.ReadAllText(Path.Combine(sample, "train.csv"))).ToList();
        var label = Array.IndexOf([.. train[0].Fields], scenario.Label);
        var labels = train.Skip(1).Select(record => record.Fields[label]).ToHashSet(StringComparer.Ordinal);
        var (predictions, fault) = Predictions.Check(file.Content, scenario, keys, labels, explain: true);
        return (predictions?.Count ?? 0, fault is null ? null : $"{file.Name}: {fault}");
    }
}
