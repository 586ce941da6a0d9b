namespace Plinth.Sandbox.Scoring.Metrics;

/// <summary>Numbers answered beside true ones: MAE, RMSE, MAPE, as scikit-learn's <c>mean_absolute_error</c>, root of <c>mean_squared_error</c>, <c>mean_absolute_percentage_error</c>.</summary>
/// <remarks>Rows are kept as sums of at most 2,000 groups dealt out in turn: each of these metrics is a mean, so a group's sums say all. With fewer rows each is its own group.</remarks>
internal sealed class Numbers : ISample
{
    private const int MostGroups = 2000;
    private const double Smallest = 2.220446049250313e-16; // as scikit-learn divides where the truth is zero
    private readonly double[] _absolute, _squared, _relative;
    private readonly long[] _rows;

    public Numbers(ReadOnlySpan<double> truth, ReadOnlySpan<double> answers)
    {
        if (truth.Length != answers.Length)
            throw new ArgumentException("As many answers as true values are needed.", nameof(answers));
        Units = Math.Min(truth.Length, MostGroups);
        (_absolute, _squared, _relative, _rows) = (new double[Units], new double[Units], new double[Units], new long[Units]);
        for (int i = 0, group = 0; i < truth.Length; i++, group = group + 1 == Units ? 0 : group + 1)
        {
            var error = Math.Abs(truth[i] - answers[i]);
            _absolute[group] += error;
            _squared[group] += error * error;
            _relative[group] += error / Math.Max(Math.Abs(truth[i]), Smallest);
            _rows[group]++;
        }
        Rows = truth.Length;
    }

    public int Units { get; }
    public long Rows { get; }

    public double Score(MetricName metric, ReadOnlySpan<int> weights)
    {
        var of = metric.Family switch { "mae" => _absolute, "rmse" => _squared, "mape" => _relative, _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "not of numbers") };
        double sum = 0;
        long rows = 0;
        for (var i = 0; i < of.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            sum += weight * of[i];
            rows += weight * _rows[i];
        }
        return metric.Family == "rmse" ? Math.Sqrt(sum / rows) : sum / rows;
    }
}
