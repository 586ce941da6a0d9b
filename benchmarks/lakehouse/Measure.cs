using System.Diagnostics;

namespace Plinth.Lakehouse.Benchmarks;

/// <summary>Times in milliseconds, in order.</summary>
internal sealed class Times(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public double Median => At(0.5);

    public double At(double quantile) => _sorted[(int)Math.Min(_sorted.Length - 1, Math.Floor(quantile * _sorted.Length))];

    public override string ToString() => $"{Median:0.##} ({_sorted[0]:0.##} – {_sorted[^1]:0.##})";
}

internal static class Measure
{
    public static async Task<double> OnceAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalMilliseconds;
    }

    public static double Once(Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return watch.Elapsed.TotalMilliseconds;
    }

    /// <summary>Ours and the peer in turn, after one of each that does not count.</summary>
    public static async Task<(Times Ours, Times Peer)> PairAsync(int rounds, Func<int, Task> ours, Func<int, Task> peer)
    {
        var (a, b) = (new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var (first, second) = (await OnceAsync(() => ours(round)), await OnceAsync(() => peer(round)));
            if (round == 0)
                continue;
            a.Add(first);
            b.Add(second);
        }
        return (new(a), new(b));
    }
}
