using System.Diagnostics;
using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Runtime;

namespace Plinth.Benchmarks.Sandbox;

/// <summary>What a run costs over a bare process: the same program, in turn bare, under bubblewrap and under gVisor, so that the machine's mood is the same for all.</summary>
internal static class StartTimes
{
    private const int Warm = 5, Rounds = 40;

    public static async Task RunAsync()
    {
        var options = new SandboxOptions { RunId = "benchmark", CodeVersion = "benchmark" };
        var ways = new List<(string Name, Func<Task> Run)> { ("bare", BareAsync) };
        foreach (var backend in Backends.All(options).Where(backend => backend.Missing is null))
        {
            var driver = new IsolationDriver(options, backend);
            var job = new IsolatedJob { Command = ["/usr/bin/true"], Runtime = RuntimeView.Host(options.Python) };
            ways.Add((backend.Id, async () =>
            {
                if ((await driver.RunAsync(job, CancellationToken.None)).Outcome != IsolatedOutcome.Completed)
                    throw new InvalidOperationException($"{backend.Id} did not run /usr/bin/true");
            }));
        }
        var times = ways.ToDictionary(way => way.Name, _ => new List<double>());
        for (var round = 0; round < Warm + Rounds; round++)
            foreach (var (name, run) in ways)
            {
                var clock = Stopwatch.StartNew();
                await run();
                if (round >= Warm)
                    times[name].Add(clock.Elapsed.TotalMilliseconds);
            }
        var bare = Median(times["bare"]);
        Console.WriteLine("way          p50 ms   min ms   max ms   over bare, p50 ms");
        foreach (var (name, measured) in times)
            Console.WriteLine(FormattableString.Invariant($"{name,-11}{Median(measured),8:0.0}{measured.Min(),9:0.0}{measured.Max(),9:0.0}{Median(measured) - bare,12:0.0}"));
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static async Task BareAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/true") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
    }
}
