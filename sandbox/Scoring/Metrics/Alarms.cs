namespace Plinth.Sandbox.Scoring.Metrics;

/// <summary>Alarms beside events that lasted from a time until another, at places or on streams: how late they were noticed.</summary>
/// <remarks>
/// <c>detection_delay</c>: mean seconds from an event's begin to its first alarm within it; an event without one counts its whole length. <c>detected</c>: share of events with an alarm.
/// <c>false_alarms</c>: alarms outside every event, per event; several within one event are no false ones.
/// </remarks>
internal sealed class Alarms : ISample
{
    private readonly (double Delay, bool Detected)[] _events;
    private readonly double _falseAlarms;

    /// <param name="events">Seconds since any fixed time; half-open.</param>
    public Alarms(IEnumerable<(string Key, double From, double Until)> events, IEnumerable<(string Key, double At)> alarms)
    {
        var times = alarms.GroupBy(a => a.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(a => a.At).Order().ToArray(), StringComparer.Ordinal);
        var all = events.OrderBy(e => e.Key, StringComparer.Ordinal).ThenBy(e => e.From).ToList();
        _events = new (double, bool)[all.Count];
        for (var i = 0; i < all.Count; i++)
        {
            var (key, from, until) = all[i];
            var first = times.GetValueOrDefault(key) is { } at && First(at, from) is var index && index < at.Length && at[index] < until ? at[index] : double.NaN;
            _events[i] = double.IsNaN(first) ? (until - from, false) : (first - from, true);
        }
        var byKey = all.ToLookup(e => e.Key, StringComparer.Ordinal);
        _falseAlarms = times.Sum(pair => pair.Value.Count(at => !byKey[pair.Key].Any(e => at >= e.From && at < e.Until)));
    }

    public int Units => _events.Length;
    public long Rows => _events.Length;

    public double Score(MetricName metric, ReadOnlySpan<int> weights)
    {
        if (metric.Family == "false_alarms")
            return _falseAlarms / _events.Length;
        double sum = 0, count = 0;
        for (var i = 0; i < _events.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            sum += weight * (metric.Family == "detected" ? _events[i].Detected ? 1 : 0 : _events[i].Delay);
            count += weight;
        }
        return sum / count;
    }

    private static int First(double[] sorted, double from)
    {
        var at = Array.BinarySearch(sorted, from);
        if (at < 0)
            return ~at;
        while (at > 0 && sorted[at - 1] == from)
            at--;
        return at;
    }
}
