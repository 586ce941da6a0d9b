using System.Diagnostics;
using Plinth.Sandbox.Isolation;

namespace Plinth.Tests.Isolation;

public sealed class StartTimes
{
    /// <summary>Prints what the driver costs over a bare process: run it by hand, <c>dotnet Plinth.Sandbox.Tests.dll -explicit only -method "*.The_driver*"</c>.</summary>
    [Fact(Explicit = true)]
    public async Task The_drivers_overhead_over_a_bare_process()
    {
        Given.Isolation();
        var driver = new IsolationDriver(Given.Options);
        var job = new IsolatedJob { Command = ["/usr/bin/true"], Runtime = Given.Runtime, App = new Dictionary<string, string>() };
        var bare = await MeasureAsync(async () =>
        {
            using var process = Process.Start("/usr/bin/true");
            await process.WaitForExitAsync();
        });
        var inside = await MeasureAsync(async () => (await driver.RunAsync(job, CancellationToken.None)).Outcome.Should().Be(IsolatedOutcome.Completed));
        Console.Error.WriteLine($"bare p50 {bare.Median:F1} ms, min {bare.Least:F1}; isolated p50 {inside.Median:F1} ms, min {inside.Least:F1}");
    }

    private static async Task<(double Median, double Least)> MeasureAsync(Func<Task> action)
    {
        var times = new List<double>();
        for (var i = 0; i < 45; i++)
        {
            var clock = Stopwatch.StartNew();
            await action();
            if (i >= 5)
                times.Add(clock.Elapsed.TotalMilliseconds);
        }
        times.Sort();
        return (times[times.Count / 2], times[0]);
    }
}
