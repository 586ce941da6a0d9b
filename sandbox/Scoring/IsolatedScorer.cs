using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Plinth.Lakehouse;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Runtime;
using Plinth.Sandbox.Scoring.Inside;

namespace Plinth.Sandbox.Scoring;

/// <summary>Scores in a process of its own, inside the isolation: it sees the truth and the checked answers read-only, has no network and no submission's code, and gives back one small file, which is parsed as if it came from a stranger.</summary>
/// <remarks>Fails closed: without isolation, or when the process ends in any other way than well, there is no score and the submission stays where it is.</remarks>
internal sealed class IsolatedScorer(SandboxOptions options, Func<CancellationToken, Task<IsolationVerdict>> isolation)
{
    private const int MostScores = 5000;

    private static readonly RunLimits Limits = new()
    {
        WallClock = TimeSpan.FromMinutes(10), Processor = TimeSpan.FromMinutes(10), Cores = 2, MemoryBytes = 4L << 30, Processes = 100, OutputBytes = 2 << 20, OutputFiles = 10, TextBytes = 64 << 10,
    };

    private static readonly ImmutableSortedDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["DOTNET_GCHeapHardLimit"] = "0xC0000000", // so that it reserves no more addresses than a limit on them allows
        ["DOTNET_EnableWriteXorExecute"] = "0", // would map a file larger than the run may write
        ["DOTNET_EnableDiagnostics"] = "0",
        ["DOTNET_TieredPGO"] = "0",
        ["PLINTH_DUCKDB"] = RuntimeTools.Folder + "/libduckdb.so",
    }.ToImmutableSortedDictionary();

    /// <param name="writeTruth">Writes the file of truth to the path given.</param>
    /// <exception cref="IsolationUnavailableException">There is no isolation here.</exception>
    /// <exception cref="ScoringFailedException">The process did not end well, or gave something else than the scores asked for.</exception>
    public async Task<ImmutableArray<Evaluation>> ScoreAsync(ScoreSpec spec, Func<string, CancellationToken, Task> writeTruth, byte[] answers, CancellationToken cancellationToken)
    {
        var verdict = await isolation(cancellationToken);
        if (!verdict.Available)
            throw new IsolationUnavailableException(verdict.Reason!);
        var result = await new IsolationDriver(options).RunAsync(new()
        {
            Command = [.. RuntimeTools.ScorerCommand, "/in", "/out"],
            Runtime = RuntimeView.Host(options.Python),
            Tools = RuntimeTools.Scorer(spec.Sql is not null),
            Environment = Environment,
            Limits = Limits,
            Outputs = [ScorerProgram.Scores],
            WriteInputs = async (folder, cancel) =>
            {
                await File.WriteAllBytesAsync(Path.Combine(folder, ScorerProgram.Specification), JsonSerializer.SerializeToUtf8Bytes(spec), cancel);
                await writeTruth(Path.Combine(folder, ScorerProgram.Truth), cancel);
                await File.WriteAllBytesAsync(Path.Combine(folder, ScorerProgram.Answers), answers, cancel);
            },
        }, cancellationToken);
        if (result.Outcome != IsolatedOutcome.Completed)
            throw new ScoringFailedException(spec, $"the scorer ended as {result.Outcome}, exit code {result.ExitCode}: {FirstLine(result.StandardError)}");
        if (result.Files.Single() is not { Content: { } scores })
            throw new ScoringFailedException(spec, $"its result {result.Files.Single().Refusal}");
        return Read(spec, scores);
    }

    internal static ImmutableArray<Evaluation> Read(ScoreSpec spec, byte[] json)
    {
        ImmutableArray<Evaluation> scores;
        try
        {
            scores = JsonSerializer.Deserialize<ImmutableArray<Evaluation>>(json, ScorerProgram.Json);
        }
        catch (JsonException)
        {
            throw new ScoringFailedException(spec, "its result is not the JSON of scores");
        }
        if (scores.IsDefaultOrEmpty || scores.Length > MostScores || scores.Any(score => score is null || score.Metric is null))
            throw new ScoringFailedException(spec, "its result holds no scores");
        foreach (var score in scores)
        {
            var name = score.Metric.Split('[')[0];
            if (score.Split != spec.Split || !(spec.Sql is null ? spec.Metrics.Contains(name) : Scenarios.AnswerRules.ColumnName().IsMatch(score.Metric)))
                throw new ScoringFailedException(spec, "its result holds a score that was not asked for");
            if (!double.IsFinite(score.Score))
                throw new ScoringFailedException(spec, $"metric '{name}' has no value on these rows");
        }
        if (spec.Metrics.FirstOrDefault(metric => scores.Count(score => score.Metric == metric) != 1) is { } missing)
            throw new ScoringFailedException(spec, $"its result does not hold '{missing}' once");
        return scores;
    }

    private static string FirstLine(byte[] text)
    {
        var line = Encoding.UTF8.GetString(text).Trim().Split('\n')[0].TrimEnd('.');
        return new([.. line[..Math.Min(line.Length, 300)].Select(c => char.IsControl(c) ? '?' : c)]);
    }
}

/// <summary>There is no score: a fault of ours or of the scenario's, never of the submission's. Its message is for operators and publishers, not for vendors.</summary>
internal sealed class ScoringFailedException(ScoreSpec spec, string reason) : LakeException($"Split '{spec.Split}' of scenario '{spec.Seed}' was not scored: {reason}.");
