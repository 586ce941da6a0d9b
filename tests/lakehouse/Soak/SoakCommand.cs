using System.Diagnostics;
using System.Globalization;

namespace Plinth.Tests.Lakehouse.Soak;

/// <summary><c>dotnet run --project tests/lakehouse -c Release -- soak kills --rounds N [--seed N] [--workers N]</c></summary>
internal static class SoakCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var values = arguments.Skip(1).Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        if (arguments is not ["kills", ..] || values.Keys.Except(["--rounds", "--seed", "--workers"]).Any())
        {
            await Console.Error.WriteLineAsync("usage: soak kills [--rounds 2000] [--seed 1] [--workers 2]");
            return 2;
        }
        var (rounds, seed, workers) = (values.GetValueOrDefault("--rounds", 2000), values.GetValueOrDefault("--seed", 1), values.GetValueOrDefault("--workers", 2));
        using var folder = new TemporaryFolder();
        var (clock, done) = (Stopwatch.StartNew(), 0);
        var soaks = Enumerable.Range(0, workers).Select(worker => new KillSoak(folder[$"worker{worker}"], seed + worker)).ToList();
        await Task.WhenAll(soaks.Select((soak, worker) => Task.Run(() => soak.RunAsync((rounds / workers) + (worker < rounds % workers ? 1 : 0), _ =>
        {
            if (Interlocked.Increment(ref done) % 100 == 0)
                Console.Out.WriteLine($"{done} kills, {clock.Elapsed:mm\\:ss}");
        }))));
        var kills = soaks.SelectMany(soak => soak.Kills).GroupBy(k => k.Key, k => k.Value).OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Key} {k.Sum()}");
        await Console.Out.WriteLineAsync($"{done} kills in {clock.Elapsed:mm\\:ss}, under way: {string.Join(", ", kills)}; {soaks.Sum(soak => soak.Unsaid)} batches were committed unsaid. Nothing lost, no row twice, no log broken.");
        return 0;
    }
}
