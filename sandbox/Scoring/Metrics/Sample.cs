namespace Plinth.Sandbox.Scoring.Metrics;

/// <summary>Answers beside the truth, in units that are drawn anew by the bootstrap: rows, pictures or events.</summary>
internal interface ISample
{
    /// <summary>Units in it.</summary>
    int Units { get; }

    /// <summary>Rows, for the record.</summary>
    long Rows { get; }

    /// <summary>The metric where unit i counts <paramref name="weights"/>[i] times; each once when empty. NaN where it has no value.</summary>
    double Score(MetricName metric, ReadOnlySpan<int> weights);
}

/// <summary>95 % percentile intervals under resampling of units with replacement.</summary>
internal static class Bootstrap
{
    internal const int Replicates = 1000;
    private const long Work = 400_000_000;

    /// <summary>The same seed gives the same interval. Large samples are drawn fewer times (never below 50), as their intervals are narrow anyway.</summary>
    public static (double Low, double High) Interval(ISample sample, MetricName metric, int seed)
    {
        if (sample.Units == 0)
            return (double.NaN, double.NaN);
        var replicates = (int)Math.Clamp(Work / sample.Units, 50, Replicates);
        var random = new SeededRandom((ulong)seed);
        var scores = new List<double>(replicates);
        var weights = new int[sample.Units];
        for (var replicate = 0; replicate < replicates; replicate++)
        {
            Array.Clear(weights);
            for (var draw = 0; draw < weights.Length; draw++)
                weights[random.Below(weights.Length)]++;
            if (sample.Score(metric, weights) is var score && !double.IsNaN(score))
                scores.Add(score);
        }
        return Percentiles(scores);
    }

    internal static (double Low, double High) Percentiles(List<double> scores)
    {
        if (scores.Count == 0)
            return (double.NaN, double.NaN);
        scores.Sort();
        return (scores[(int)(0.025 * (scores.Count - 1))], scores[(int)Math.Ceiling(0.975 * (scores.Count - 1))]);
    }
}
