namespace Plinth.Sandbox.Scoring.Metrics;

/// <summary>Rows ranked by a score, some of them positive: AUC as scikit-learn's <c>roc_auc_score</c>; precision and recall among the k best.</summary>
/// <remarks>Equal scores: AUC counts half a pair; at the edge of k they count by their share, so that the order of rows does not matter.</remarks>
internal sealed class Ranking : ISample
{
    private readonly double[] _scores;
    private readonly bool[] _positive;
    private readonly int[] _unit;

    public Ranking(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores)
    {
        _scores = scores.ToArray();
        _unit = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort(_scores, _unit);
        Array.Reverse(_scores);
        Array.Reverse(_unit);
        _positive = new bool[scores.Length];
        for (var i = 0; i < _unit.Length; i++)
            _positive[i] = positive[_unit[i]];
    }

    public int Units => _scores.Length;
    public long Rows => _scores.Length;

    public double Score(MetricName metric, ReadOnlySpan<int> weights)
    {
        double positives = 0, negatives = 0, pairs = 0, taken = 0, hits = 0;
        for (var begin = 0; begin < _scores.Length;)
        {
            double inGroup = 0, positiveInGroup = 0;
            var end = begin;
            for (; end < _scores.Length && _scores[end] == _scores[begin]; end++)
            {
                var weight = weights.IsEmpty ? 1 : weights[_unit[end]];
                inGroup += weight;
                positiveInGroup += _positive[end] ? weight : 0;
            }
            begin = end;
            // each negative of this group stands below all positives before it and half of those beside it
            pairs += (inGroup - positiveInGroup) * (positives + positiveInGroup / 2);
            positives += positiveInGroup;
            negatives += inGroup - positiveInGroup;
            if (taken < metric.Parameter && inGroup > 0)
            {
                var share = Math.Min(1, (metric.Parameter - taken) / inGroup);
                taken += inGroup * share;
                hits += positiveInGroup * share;
            }
        }
        return metric.Family switch
        {
            "auc" => pairs / (positives * negatives),
            "precision_at_" => hits / Math.Min(metric.Parameter, positives + negatives),
            "recall_at_" => hits / positives,
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "not of ranked rows"),
        };
    }
}
