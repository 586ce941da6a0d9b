namespace Plinth.Sandbox.Scoring;

/// <summary>How often each true label was answered by which: all that accuracy and F1 need.</summary>
/// <remarks>Agrees with scikit-learn's <c>accuracy_score</c> and <c>f1_score(average="macro", zero_division=0)</c>: the mean is over labels that occur in truth or prediction.</remarks>
internal sealed class Confusion
{
    private const long ManyRows = 20_000;
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

    /// <summary>The same from numbers of labels; the names only set the order, so that the bootstrap's draws do not hang on the order of rows.</summary>
    public static Confusion Of(IReadOnlyList<string> names, ReadOnlySpan<int> truth, ReadOnlySpan<int> answers)
    {
        var place = new int[names.Count];
        var sorted = Enumerable.Range(0, names.Count).OrderBy(i => names[i], StringComparer.Ordinal).ToList();
        for (var i = 0; i < sorted.Count; i++)
            place[sorted[i]] = i;
        var cells = new long[names.Count * names.Count];
        for (var i = 0; i < truth.Length; i++)
            cells[place[truth[i]] * names.Count + place[answers[i]]]++;
        return new(names.Count, cells);
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
            if (rows > ManyRows)
                DrawMany(drawn, ref random);
            else
                DrawRows(drawn, cumulative, rows, ref random);
            scores[replicate] = metric == "accuracy" ? Accuracy(drawn) : MacroF1(drawn);
        }
        Array.Sort(scores);
        return (scores[(int)(0.025 * (replicates - 1))], scores[(int)Math.Ceiling(0.975 * (replicates - 1))]);
    }

    private static void DrawRows(long[] drawn, long[] cumulative, long rows, ref SeededRandom random)
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
    }

    /// <summary>With many rows each cell's count is drawn by itself, as Poisson's: the multinomial in the limit, and a row's cost no more.</summary>
    private void DrawMany(long[] drawn, ref SeededRandom random)
    {
        for (var i = 0; i < drawn.Length; i++)
            drawn[i] = random.Poisson(_cells[i]);
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

    /// <summary>Above 0, at most 1.</summary>
    public double Unit() => (Below(1L << 53) + 1) / (double)(1L << 53);

    /// <summary>A count with that mean: Knuth's way for small ones, the normal approximation for large.</summary>
    public long Poisson(double mean)
    {
        if (mean > 100)
            return (long)Math.Max(0, Math.Round(mean + Math.Sqrt(mean) * Math.Sqrt(-2 * Math.Log(Unit())) * Math.Cos(2 * Math.PI * Unit())));
        var limit = Math.Exp(-mean);
        long count = 0;
        for (var product = Unit(); product > limit; product *= Unit())
            count++;
        return count;
    }
}
