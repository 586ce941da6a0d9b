using System.Diagnostics;
using System.Globalization;
using Plinth.Catalog;
using Plinth.Jobs;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Benchmarks.Tabular;

/// <summary>One measurement: seconds, then peak memory and what came out.</summary>
internal static class Measure
{
    internal static void One(string what, string file, string into)
    {
        Directory.CreateDirectory(into);
        var kind = what[(what.IndexOf('-') + 1)..];
        var clock = Stopwatch.StartNew();
        var said = what.StartsWith("copy", StringComparison.Ordinal) ? Copy(file, into, kind) : Plinth(file, into, kind);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{clock.Elapsed.TotalSeconds:0.00} s, cpu {Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds:0.0} s, peak {Peak()} MB, {said}"));
    }

    private static string Copy(string file, string into, string kind)
    {
        using var database = SqlDatabase.Open();
        using var connection = database.Connect();
        var read = kind == "jsonl" ? "read_json" : "read_csv";
        var order = kind == "hotline" ? "" : "ORDER BY detector, parameter, time";
        var rows = connection.Execute($"COPY (SELECT * FROM {read}({SqlText.Path(file)}) {order}) TO {SqlText.Literal(Path.Combine(into, "out.parquet"))} (FORMAT parquet, COMPRESSION zstd)");
        return $"{rows} rows";
    }

    private static string Plinth(string file, string into, string kind)
    {
        using var lake = Lake.Open(new(into));
        Directory.CreateDirectory(Path.Combine(lake.Root, "contracts"));
        File.WriteAllText(Path.Combine(lake.Root, "contracts", kind == "hotline" ? "export.yaml" : "radar.yaml"), kind == "hotline" ? HotlineExport.Contract : SensorLog.Contract(kind == "jsonl"));
        using var catalog = CityCatalog.Open(lake);
        var report = IngestSteps.Ingestor(catalog, "benchmark", "benchmark").IngestAsync(kind == "hotline" ? "hotline" : "sensors", [file], kind == "hotline" ? "export" : "radar").GetAwaiter().GetResult();
        return $"{report.Files[0].Status} {report.Rows} rows, {report.Rejected} rejected {report.Files[0].Reason}";
    }

    private static long Peak() => long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
}
