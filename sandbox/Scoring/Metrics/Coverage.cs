namespace Plinth.Sandbox.Scoring.Metrics;

/// <summary>The largest share of rows that can be answered, most confident first, with at least so many percent of them right: how much work an algorithm could take over.</summary>
/// <remarks>Rows of equal confidence are answered together or not at all. A row without confidence counts as 0.</remarks>
internal sealed class Coverage : ISample
{
    private readonly bool[] _right;
    private readonly double[] _confidence;
    private readonly int[] _unit;

    public Coverage(ReadOnlySpan<bool> right, ReadOnlySpan<double> confidence)
    {
        _confidence = confidence.ToArray();
        _unit = [.. Enumerable.Range(0, confidence.Length)];
        Array.Sort(_confidence, _unit);
        Array.Reverse(_confidence);
        Array.Reverse(_unit);
        _right = new bool[confidence.Length];
        for (var i = 0; i < _unit.Length; i++)
            _right[i] = right[_unit[i]];
    }

    public int Units => _right.Length;
    public long Rows => _right.Length;

    public double Score(MetricName metric, ReadOnlySpan<int> weights)
    {
        double answered = 0, right = 0, best = 0;
        for (var begin = 0; begin < _right.Length;)
        {
            var end = begin;
            for (; end < _right.Length && _confidence[end] == _confidence[begin]; end++)
            {
                var weight = weights.IsEmpty ? 1 : weights[_unit[end]];
                answered += weight;
                right += _right[end] ? weight : 0;
            }
            begin = end;
            if (right * 100 >= metric.Parameter * answered)
                best = answered;
        }
        return _right.Length == 0 ? double.NaN : best / answered;
    }
}
