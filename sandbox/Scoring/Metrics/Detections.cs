namespace Plinth.Sandbox.Scoring.Metrics;

/// <summary>Shapes found in pictures beside true ones: mean average precision at an overlap, and mean overlap.</summary>
/// <remarks>
/// Per picture and label, found shapes are taken by falling confidence and matched to the true shape not yet taken that they overlap most, as PASCAL VOC does. Average precision
/// is the area under precision (made monotone) over recall at every recall, VOC 2010 and later; the mean is over labels that occur in the truth. <c>iou</c> is the mean, over all true shapes,
/// of the overlap with their match, 0 for one that was missed, less nothing for shapes found in excess.
/// </remarks>
internal sealed class Detections : ISample
{
    private readonly List<Picture> _pictures;
    private readonly Dictionary<int, (string Label, bool Right, double Confidence, int Picture)[]> _sorted = [];

    public Detections(IEnumerable<(string Key, string Label, Shape Shape)> truth, IEnumerable<(string Key, string Label, double Confidence, Shape Shape)> found)
    {
        var pictures = new SortedDictionary<string, Picture>(StringComparer.Ordinal);
        Picture Of(string key) => pictures.TryGetValue(key, out var picture) ? picture : pictures[key] = new();
        foreach (var (key, label, shape) in truth)
            Of(key).Truth.Add((label, shape));
        foreach (var (key, label, confidence, shape) in found)
            Of(key).Found.Add((label, confidence, shape));
        _pictures = [.. pictures.Values];
        foreach (var picture in _pictures)
            picture.Found.Sort((a, b) => b.Confidence.CompareTo(a.Confidence));
        Rows = _pictures.Sum(p => p.Truth.Count);
    }

    public int Units => _pictures.Count;
    public long Rows { get; }

    public double Score(MetricName metric, ReadOnlySpan<int> weights) => metric.Family == "iou" ? MeanOverlap(weights) : MeanAveragePrecision(metric.Parameter, weights);

    private double MeanOverlap(ReadOnlySpan<int> weights)
    {
        double sum = 0, count = 0;
        for (var i = 0; i < _pictures.Count; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            var picture = _pictures[i];
            if (weight == 0)
                continue;
            picture.Overlap ??= picture.Match(0).Sum(match => match.Overlap);
            sum += weight * picture.Overlap.Value;
            count += weight * (double)picture.Truth.Count;
        }
        return sum / count;
    }

    private double MeanAveragePrecision(int percent, ReadOnlySpan<int> weights)
    {
        if (!_sorted.TryGetValue(percent, out var found))
            _sorted[percent] = found = [.. _pictures.SelectMany((picture, i) => picture.Match(percent / 100.0).Select(m => (m.Label, m.Right, m.Confidence, i)))
                .OrderBy(m => m.Label, StringComparer.Ordinal).ThenByDescending(m => m.Confidence)];
        var truth = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < _pictures.Count; i++)
            foreach (var (label, _) in _pictures[i].Truth)
                truth[label] = truth.GetValueOrDefault(label) + (weights.IsEmpty ? 1 : weights[i]);
        double sum = 0;
        var labels = 0;
        foreach (var (label, count) in truth)
            if (count > 0)
            {
                sum += AveragePrecision(found, label, count, weights);
                labels++;
            }
        return sum / labels;
    }

    private static double AveragePrecision((string Label, bool Right, double Confidence, int Picture)[] found, string label, long truth, ReadOnlySpan<int> weights)
    {
        var points = new List<(double Recall, double Precision)>();
        double right = 0, all = 0;
        foreach (var (of, good, _, picture) in found)
        {
            if (of != label)
                continue;
            var weight = weights.IsEmpty ? 1 : weights[picture];
            right += good ? weight : 0;
            all += weight;
            if (weight > 0)
                points.Add((right / truth, right / all));
        }
        double area = 0, best = 0;
        for (var i = points.Count - 1; i >= 0; i--)
        {
            best = Math.Max(best, points[i].Precision);
            area += best * (points[i].Recall - (i == 0 ? 0 : points[i - 1].Recall));
        }
        return area;
    }

    private sealed class Picture
    {
        public List<(string Label, Shape Shape)> Truth { get; } = [];
        public List<(string Label, double Confidence, Shape Shape)> Found { get; } = [];
        public double? Overlap { get; set; }

        /// <summary>Each found shape: whether it is right, and its overlap with the true one it was matched to.</summary>
        public IEnumerable<(string Label, bool Right, double Confidence, double Overlap)> Match(double least)
        {
            var taken = new bool[Truth.Count];
            foreach (var (label, confidence, shape) in Found)
            {
                var (best, overlap) = (-1, 0.0);
                for (var i = 0; i < Truth.Count; i++)
                    if (!taken[i] && Truth[i].Label == label && shape.Overlap(Truth[i].Shape) is var common && common > overlap)
                        (best, overlap) = (i, common);
                var right = best >= 0 && overlap >= least;
                if (right)
                    taken[best] = true;
                yield return (label, right, confidence, right ? overlap : 0);
            }
        }
    }
}
