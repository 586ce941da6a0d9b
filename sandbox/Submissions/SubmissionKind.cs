using System.Collections.Immutable;
using Plinth.Sandbox.Intake;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Runtime;

namespace Plinth.Sandbox.Submissions;

/// <summary>Kinds of submission: what its entry must be, and what is started inside.</summary>
/// <remarks>
/// <c>python</c>: a .py file on the runtime's Python; pure wheels in <c>vendor/</c> are on its path.
/// <c>executable</c>: any Linux program or script with an interpreter of the runtime.
/// <c>sql</c>: DuckDB's SQL over the views <c>train</c> and <c>test</c>, which leaves a table or view <c>predictions</c>.
/// <c>onnx</c>: a model alone, run by a runner of ours; each of its inputs is named after a feature, its first output is the prediction, its second, if any, the confidence.
/// </remarks>
internal static class SubmissionKind
{
    public const string Python = "python", Executable = "executable", Sql = "sql", Onnx = "onnx";

    /// <summary>What may stand in a manifest.</summary>
    public static ImmutableArray<string> All { get; } = [Python, Executable, Sql, Onnx];

    /// <summary>What is wrong with an entry or the files beside it; nothing when it can be started.</summary>
    public static IEnumerable<string> Faults(string kind, string entry, IReadOnlyCollection<string> files)
    {
        if (!All.Contains(kind))
        {
            yield return $"kind '{kind}' is not known; known are {string.Join(", ", All)}";
            yield break;
        }
        var ending = kind switch { Python => ".py", Sql => ".sql", Onnx => ".onnx", _ => "" };
        if (!files.Contains(entry) || !entry.EndsWith(ending, StringComparison.Ordinal))
            yield return ending.Length == 0 ? $"entry '{entry}' is not a file of the submission" : $"entry '{entry}' is not a {ending} file of the submission";
        foreach (var wheel in Wheels(files).Where(wheel => !wheel.EndsWith("-none-any.whl", StringComparison.Ordinal)))
            yield return $"'{wheel}' is not a pure wheel (its name ends in -none-any.whl); code for a machine goes into the runtime image, not into a submission";
    }

    /// <summary>The job that runs a submission; the same on a vendor's own machine as here.</summary>
    /// <param name="writeInputs">Writes train.csv and test.csv.</param>
    public static IsolatedJob Job(Manifest manifest, Scenario scenario, IReadOnlyDictionary<string, byte[]> code, RuntimeView runtime, Func<string, CancellationToken, ValueTask> writeInputs)
    {
        var limits = manifest.Limits(scenario.Limits);
        var tools = manifest.Kind switch { Sql => RuntimeTools.Sql(), Onnx => RuntimeTools.Onnx(), _ => [] };
        return new()
        {
            Command = manifest.Kind switch
            {
                Python => [runtime.Python, "-s", "-B", "/app/" + manifest.Entry],
                Executable => ["/app/" + manifest.Entry],
                _ => [runtime.Python, "-s", "-B", RuntimeTools.Folder + "/" + manifest.Kind + ".py", "/app/" + manifest.Entry],
            },
            Runtime = runtime,
            Tools = tools,
            WriteApp = (folder, cancel) => WriteAsync(manifest, code, folder, cancel),
            WriteInputs = writeInputs,
            Outputs = [scenario.Output],
            Limits = limits,
            Environment = Environment(manifest, scenario, code.Keys, limits),
        };
    }

    private static ImmutableSortedDictionary<string, string> Environment(Manifest manifest, Scenario scenario, IEnumerable<string> files, RunLimits limits)
    {
        var seed = FormattableString.Invariant($"{manifest.Seed}");
        var threads = FormattableString.Invariant($"{Math.Max(1, (int)limits.Cores)}");
        var environment = new Dictionary<string, string>
        {
            ["PYTHONHASHSEED"] = seed, ["PLINTH_SEED"] = seed, ["PLINTH_SCENARIO"] = scenario.Id, ["PLINTH_OUTPUT"] = scenario.Output, ["PLINTH_KEY"] = scenario.Key, ["PLINTH_LABEL"] = scenario.Label,
            // more threads than cores only wait for each other
            ["PLINTH_THREADS"] = threads, ["OMP_NUM_THREADS"] = threads, ["OPENBLAS_NUM_THREADS"] = threads,
            ["PLINTH_MEMORY"] = FormattableString.Invariant($"{limits.MemoryBytes >> 20}"),
        };
        if (manifest.Kind == Python && Wheels(files).ToList() is { Count: > 0 } wheels)
            environment["PYTHONPATH"] = string.Join(':', wheels.Select(wheel => "/app/" + wheel));
        if (manifest.Labels.Length > 0)
            environment["PLINTH_LABELS"] = string.Join('\n', manifest.Labels);
        return environment.ToImmutableSortedDictionary();
    }

    private static async ValueTask WriteAsync(Manifest manifest, IReadOnlyDictionary<string, byte[]> code, string folder, CancellationToken cancellationToken)
    {
        foreach (var (path, bytes) in code)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, bytes, cancellationToken);
            if (manifest.Kind == Executable && path == manifest.Entry)
                File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
        }
    }

    private static IEnumerable<string> Wheels(IEnumerable<string> files) => files.Where(file => file.StartsWith("vendor/", StringComparison.Ordinal) && file.EndsWith(".whl", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
