using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox.Scoring;

/// <summary>What to score by. Goes to the scorer beside the truth and the answers, as JSON.</summary>
/// <param name="Seed">Text that the bootstrap's random numbers begin from: the same one gives the same interval.</param>
internal sealed record ScoreSpec(string Split, AnswerKind Kind, ImmutableArray<string> Metrics, string Seed)
{
    /// <summary>The scenario's own scorer instead: DuckDB SQL over <c>truth</c> and <c>answer</c> that gives one row of numbers, each column a metric.</summary>
    public string? Sql { get; init; }

    /// <summary>What a scenario is scored by on a split.</summary>
    public static ScoreSpec Of(Scenario scenario, string split) =>
        new(split, scenario.Kind, scenario.Scorer is null ? [.. MetricName.Usual(scenario.Kind).Append(scenario.Metric).Concat(scenario.MoreMetrics).Distinct()] : [scenario.Metric], scenario.Id) { Sql = scenario.Scorer };

    public int SeedOf(string metric) => BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{Seed}:{Split}:{metric}"))) & int.MaxValue;
}
