namespace Plinth.Sandbox.Scoring;

/// <summary>How often each true label was answered by which: all that accuracy and F1 need.</summary>
/// <remarks>Agrees with scikit-learn's <c>accuracy_score</c> and <c>f1_score(average="macro", zero_division=0)</c>: the mean is over labels that occur in truth or prediction.</remarks>
internal sealed class Confusion
{
    private readonly long[] _cells;
    private readonly int _labels;

    private Confusion(int labels, long[] cells) => (_labels, _cells) = (labels, cells);

    public long Rows => _cells.Sum();

    public static Confusion Of(IEnumerable<(string Truth, string Predicted)> pairs)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        int Number(string label) => numbers.TryGetValue(label, out var number) ? number : numbers[label] = numbers.Count;
        // labels are numbered in order of name, so that the bootstrap's draws do not hang on the order of rows
        var list = pairs.ToList();
        foreach (var label in list.SelectMany(pair => new[] { pair.Truth, pair.Predicted }).Distinct().Order(StringComparer.Ordinal))
            Number(label);
        var cells = new long[numbers.Count * numbers.Count];
        foreach (var (truth, predicted) in list)
            cells[numbers[truth] * numbers.Count + numbers[predicted]]++;
        return new(numbers.Count, cells);
    }

    public double Score(string metric) => metric switch
    {
        "accuracy" => Accuracy(_cells),
        "macro_f1" => MacroF1(_cells),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "not a metric"),
    };

    /// <summary>95 % percentile interval of the metric under resampling of rows with replacement; the same seed gives the same interval.</summary>
    public (double Low, double High) Interval(string metric, int seed, int replicates = 1000)
    {
        var rows = Rows;
        if (rows == 0)
            return (double.NaN, double.NaN);
        // drawing rows with replacement is drawing cells by their counts
        var cumulative = new long[_cells.Length];
        long sum = 0;
        for (var i = 0; i < _cells.Length; i++)
            cumulative[i] = sum += _cells[i];
        var random = new SeededRandom((ulong)seed);
        var scores = new double[replicates];
        var drawn = new long[_cells.Length];
        for (var replicate = 0; replicate < replicates; replicate++)
        {
            Array.Clear(drawn);
            for (long row = 0; row < rows; row++)
            {
                var cell = Array.BinarySearch(cumulative, random.Below(rows) + 1);
                if (cell < 0)
                    cell = ~cell;
                else
                    while (cell > 0 && cumulative[cell - 1] == cumulative[cell])
                        cell--;
                drawn[cell]++;
            }
            scores[replicate] = metric == "accuracy" ? Accuracy(drawn) : MacroF1(drawn);
        }
        Array.Sort(scores);
        return (scores[(int)(0.025 * (replicates - 1))], scores[(int)Math.Ceiling(0.975 * (replicates - 1))]);
    }

    private double Accuracy(long[] cells)
    {
        long right = 0;
        for (var label = 0; label < _labels; label++)
            right += cells[label * _labels + label];
        return (double)right / cells.Sum();
    }

    private double MacroF1(long[] cells)
    {
        var sum = 0.0;
        var present = 0;
        for (var label = 0; label < _labels; label++)
        {
            long truth = 0, predicted = 0;
            for (var other = 0; other < _labels; other++)
                (truth, predicted) = (truth + cells[label * _labels + other], predicted + cells[other * _labels + label]);
            if (truth + predicted == 0)
                continue;
            present++;
            sum += 2.0 * cells[label * _labels + label] / (truth + predicted);
        }
        return sum / present;
    }
}

/// <summary>SplitMix64: the same numbers on every machine and runtime, which <see cref="Random"/> does not promise.</summary>
internal struct SeededRandom(ulong seed)
{
    private ulong _state = seed;

    public long Below(long bound)
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (long)Math.BigMul(z ^ (z >> 31), (ulong)bound, out _);
    }
}
