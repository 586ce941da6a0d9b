using System.Collections.Immutable;
using Plinth.Sandbox.Scoring;

namespace Plinth.Sandbox.Scenarios;

/// <summary>What is computed once, when a scenario is published: its labels and the trivial baseline.</summary>
/// <param name="Labels">That occur in training rows.</param>
/// <param name="Majority">The most frequent of them.</param>
/// <param name="Baseline">Scores of always answering <paramref name="Majority"/>.</param>
internal sealed record ScenarioFacts(ImmutableArray<string> Labels, string Majority, long TrainRows, ImmutableArray<Evaluation> Baseline)
{
    /// <exception cref="ScenarioException">A split is empty, or there is nothing to choose from.</exception>
    public static async Task<ScenarioFacts> ComputeAsync(ScenarioDoor door, Scenario scenario, CancellationToken cancellationToken)
    {
        var train = await door.TruthAsync(scenario, ScenarioDoor.Train, scenario.Train, cancellationToken);
        var open = await door.TruthAsync(scenario, ScenarioDoor.Public, scenario.Public, cancellationToken);
        var hidden = await door.TruthAsync(scenario, ScenarioDoor.Hidden, scenario.Hidden, cancellationToken);
        var counts = train.Values.CountBy(label => label).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var faults = new List<string>();
        if (counts.Count < 2)
            faults.Add($"split train has {train.Count} labelled rows with {counts.Count} labels in {scenario.Dataset} version {scenario.DatasetVersion}; two labels are needed");
        if (open.Count == 0)
            faults.Add("split public has no labelled row");
        if (hidden.Count == 0)
            faults.Add("split hidden has no labelled row");
        if (faults.Count > 0)
            throw new ScenarioException(scenario.Id, faults);
        var majority = counts[0].Key;
        IEnumerable<Evaluation> Score(string split, IReadOnlyDictionary<string, string> truth) => Evaluations.Of(split, truth, _ => majority, scenario.Id);
        return new([.. counts.Select(pair => pair.Key).Order(StringComparer.Ordinal)], majority, train.Count, [.. Score(ScenarioDoor.Public, open), .. Score(ScenarioDoor.Hidden, hidden)]);
    }
}
