using System.Diagnostics;
using System.Globalization;

namespace Plinth.Benchmarks;

/// <summary>Runs <c>peer.py</c>; empty where Python has no Shapely.</summary>
internal static class Trees
{
    public static Dictionary<string, (double Ms, string Answer)> Run(string folder, int points)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "peer.py");
        var starting = new ProcessStartInfo(Environment.GetEnvironmentVariable("PLINTH_PEER_PYTHON") ?? "/usr/bin/python3", [script, folder, points.ToString(CultureInfo.InvariantCulture)]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var process = Process.Start(starting)!;
        var lines = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Console.WriteLine($"GEOS' STRtree:\n{lines}");
        return process.ExitCode == 0
            ? lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')).ToDictionary(f => f[0], f => (double.Parse(f[1], CultureInfo.InvariantCulture), f[2])) : [];
    }
}
