using System.Diagnostics;
using System.Globalization;
using Plinth.Benchmarks.Tabular;

// Each measurement runs in a process of its own, so that its peak memory is its own. The peer and Plinth take turns.
if (args is ["--one", var what, var file, var into])
{
    Measure.One(what, file, into);
    return 0;
}
var rows = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 20_000_000;
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
var kinds = args.Length > 2 ? args[2].Split(',') : ["csv", "jsonl", "hotline"];
var folder = Directory.CreateTempSubdirectory("plinth-benchmark-").FullName;
try
{
    Console.WriteLine($"rows {rows}, rounds {rounds}, cores {Environment.ProcessorCount}");
    foreach (var kind in kinds)
    {
        var path = Path.Combine(folder, $"log.{(kind == "jsonl" ? "jsonl" : "csv")}");
        if (kind == "hotline")
            HotlineExport.Write(path, rows / 20);
        else
            SensorLog.Write(path, rows, kind == "jsonl");
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            theirs.Add(Run($"copy-{kind}"));
            ours.Add(Run($"plinth-{kind}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{kind}: median COPY {Median(theirs):0.00} s, Plinth {Median(ours):0.00} s; Plinth reaches {100 * Median(theirs) / Median(ours):0} % of COPY's rate"));
        File.Delete(path);

        double Run(string what)
        {
            var lake = Path.Combine(folder, "out");
            using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["--one", what, path, lake]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var line = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            Console.WriteLine($"  {what}: {line}");
            if (Directory.Exists(lake))
                Directory.Delete(lake, recursive: true);
            return double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
        }
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}
return 0;

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
