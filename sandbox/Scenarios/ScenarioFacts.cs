using System.Collections.Immutable;
using System.Text;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Scoring;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox.Scenarios;

/// <summary>What is computed once, when a scenario is published: its labels and the trivial baseline.</summary>
/// <param name="Labels">That occur in training rows; empty where no labels are asked for.</param>
/// <param name="Majority">What the trivial baseline gives each key, see <see cref="Trivial"/>.</param>
/// <param name="Baseline">Its scores.</param>
internal sealed record ScenarioFacts(ImmutableArray<string> Labels, string Majority, long TrainRows, ImmutableArray<Evaluation> Baseline)
{
    /// <exception cref="ScenarioException">A split is empty, there is nothing to choose from, a metric has no value, or the scenario's own scorer fails.</exception>
    public static async Task<ScenarioFacts> ComputeAsync(ScenarioDoor door, Scenario scenario, SandboxOptions options, IsolatedScorer scorer, CancellationToken cancellationToken)
    {
        using var folder = RunFolder.Create(options.ScratchFolder);
        async Task<byte[]> TruthAsync(string split, TimeSlice slice)
        {
            var file = Path.Combine(folder.In, split + ".csv");
            await door.WriteTruthAsync(scenario, split, slice, file, cancellationToken);
            return await File.ReadAllBytesAsync(file, cancellationToken);
        }
        var train = Records(await TruthAsync(ScenarioDoor.Train, scenario.Train));
        (string Split, byte[] Truth)[] splits = [(ScenarioDoor.Public, await TruthAsync(ScenarioDoor.Public, scenario.Public)), (ScenarioDoor.Hidden, await TruthAsync(ScenarioDoor.Hidden, scenario.Hidden))];

        var labelled = scenario.Kind is AnswerKind.Label or AnswerKind.Shape;
        ImmutableArray<string> labels = labelled ? [.. train.Select(fields => fields[1]).Distinct().Order(StringComparer.Ordinal)] : [];
        var faults = new List<string>();
        if (train.Count == 0 || scenario.Kind == AnswerKind.Label && labels.Length < 2)
            faults.Add($"split train has {train.Count} labelled rows with {labels.Length} labels in {scenario.Dataset} version {scenario.DatasetVersion}; {(scenario.Kind == AnswerKind.Label ? "two labels are" : "one row is")} needed");
        faults.AddRange(splits.Where(split => Records(split.Truth).Count == 0).Select(split => $"split {split.Split} has no labelled row"));
        if (faults.Count > 0)
            throw new ScenarioException(scenario.Id, faults);

        var value = Trivial.Value(scenario.Kind, [.. train.Select(fields => fields[1])]);
        var baseline = ImmutableArray.CreateBuilder<Evaluation>();
        foreach (var (split, truth) in splits)
        {
            var (spec, answers) = (ScoreSpec.Of(scenario, split), Trivial.Answers(scenario, truth, value));
            // SQL of a publisher is code too; named metrics over what we wrote ourselves are not
            var scores = scenario.Scorer is null ? Scorer.Score(spec, truth, answers)
                : await scorer.ScoreAsync(spec, (file, cancel) => File.WriteAllBytesAsync(file, truth, cancel), answers, cancellationToken);
            faults.AddRange(scores.Where(score => !double.IsFinite(score.Score)).Select(score => $"metric '{score.Metric}' has no value on split {split}"));
            baseline.AddRange(scores);
        }
        return faults.Count == 0 ? new(labels, value, train.Count, baseline.ToImmutable()) : throw new ScenarioException(scenario.Id, faults);
    }

    private static List<List<string>> Records(byte[] csv) => [.. CsvText.Read(Encoding.UTF8.GetString(csv)).Skip(1).Select(record => record.Fields)];
}
