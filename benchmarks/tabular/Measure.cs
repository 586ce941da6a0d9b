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
        var said = what.StartsWith("copy", StringComparison.Ordinal) ? Copy(file, into, kind) : Plinth(file, into, kind);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_clock!.Elapsed.TotalSeconds:0.00} s, cpu {_cpu.TotalSeconds:0.0} s, peak {Peak()} MB, {said}"));
    }

    private static Stopwatch? _clock;
    private static TimeSpan _cpu;

    private static void Begin() => (_clock, _cpu) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);

    private static void End()
    {
        _clock!.Stop();
        _cpu = Process.GetCurrentProcess().TotalProcessorTime - _cpu;
    }

    private static string Copy(string file, string into, string kind)
    {
        using var database = SqlDatabase.Open();
        using var connection = database.Connect();
        Begin();
        var read = kind == "jsonl" ? "read_json" : "read_csv";
        var order = kind == "hotline" ? "" : "ORDER BY detector, parameter, time";
        var rows = connection.Execute($"COPY (SELECT * FROM {read}({SqlText.Path(file)}) {order}) TO {SqlText.Literal(Path.Combine(into, "out.parquet"))} (FORMAT parquet, COMPRESSION zstd)");
        End();
        return $"{rows} rows";
    }

    private static string Plinth(string file, string into, string kind)
    {
        using var lake = Lake.Open(new(into));
        Directory.CreateDirectory(Path.Combine(lake.Root, "contracts"));
        File.WriteAllText(Path.Combine(lake.Root, "contracts", kind == "hotline" ? "export.yaml" : "radar.yaml"), kind == "hotline" ? HotlineExport.Contract : SensorLog.Contract(kind == "jsonl"));
        using var catalog = CityCatalog.Open(lake);
        var ingestor = IngestSteps.Ingestor(catalog, "benchmark", "benchmark", options => options with { PseudonymKey = "benchmark" });
        if (kind == "hotline")
        {
            var roads = Path.Combine(into, "roads.osm");
            HotlineExport.WriteRoads(roads);
            if (ingestor.IngestAsync("base", [roads]).GetAwaiter().GetResult() is { Rows: < 5_000 } few)
                throw new InvalidOperationException($"The gazetteer has {few.Rows} rows: {few.Files[0].Reason}");
        }
        Begin();
        var report = ingestor.IngestAsync(kind == "hotline" ? "hotline" : "sensors", [file], kind == "hotline" ? "export" : "radar").GetAwaiter().GetResult();
        End();
        var placed = kind == "hotline" ? $", {Placed(lake)} placed by address" : "";
        return $"{report.Files[0].Status} {report.Rows} rows, {report.Rejected} rejected{placed} {report.Files[0].Reason}";
    }

    private static object? Placed(Lake lake)
    {
        using var database = lake.OpenSql();
        using var connection = database.Connect();
        lake.CreateViewsAsync(connection).AsTask().GetAwaiter().GetResult();
        return connection.Rows("SELECT count(*) FROM hotline.service_request WHERE geocode_method NOT IN ('none', 'source') AND caller LIKE 'p:%' AND description LIKE '%[phone p:%'")[0][0];
    }

    private static long Peak() => long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
}
