using System.Diagnostics;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Runtime;
using Plinth.Sandbox.Scenarios;

namespace Plinth.Benchmarks.Sandbox;

/// <summary>How soon a gigabyte of governed rows lies ready inside: from the table through the door into the run's folder and the program's start. Beside it, in the same process, a plain copy of the same bytes.</summary>
internal static class InputTimes
{
    private const long Bytes = 1L << 30;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("plinth-benchmark-").FullName;
        try
        {
            using var lake = Lake.Open(new(Path.Combine(folder, "lake")));
            using var catalog = CityCatalog.Open(lake);
            var rows = await FillAsync(lake, catalog);
            var options = new SandboxOptions { RunId = "benchmark", CodeVersion = "benchmark" };
            var driver = new IsolationDriver(options, new Bubblewrap(options));
            var door = new ScenarioDoor(catalog);
            var scenario = Scenario(lake);
            Console.WriteLine("what                                    seconds       bytes");
            for (var round = 0; round < 3; round++)
            {
                var ready = TimeSpan.Zero;
                long written = 0;
                var clock = Stopwatch.StartNew();
                var copied = TimeSpan.Zero;
                await driver.RunAsync(new()
                {
                    Command = ["/usr/bin/true"],
                    Runtime = RuntimeView.Host(options.Python),
                    WriteInputs = async (input, cancel) =>
                    {
                        await door.WriteInputsAsync(scenario, "acme", ScenarioDoor.Public, scenario.Public, input, cancel);
                        ready = clock.Elapsed;
                        written = new DirectoryInfo(input).EnumerateFiles().Sum(file => file.Length);
                        var copy = Stopwatch.StartNew();
                        File.Copy(Path.Combine(input, "test.csv"), Path.Combine(folder, "copy"), overwrite: true);
                        copied = copy.Elapsed;
                    },
                }, CancellationToken.None);
                Console.WriteLine(FormattableString.Invariant($"governed rows ready in /in            {ready.TotalSeconds,9:0.00}{written,12}"));
                Console.WriteLine(FormattableString.Invariant($"plain copy of the same file           {copied.TotalSeconds,9:0.00}{written,12}"));
            }
            Console.WriteLine(FormattableString.Invariant($"{rows} rows"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<long> FillAsync(Lake lake, CityCatalog catalog)
    {
        var table = new TableName("hotline", "service_request");
        var contract = catalog.Datasets[table];
        const int words = 900;
        const long rows = Bytes / (words + 40);
        var given = new Dictionary<string, string>
        {
            ["service_request_id"] = "printf('%09d', i)", ["source"] = "'nyc-311'", ["category"] = "'c' || (i % 40)", ["description"] = $"left(repeat(md5(i::VARCHAR), {words / 32 + 1}), {words})",
            ["requested_datetime"] = "TIMESTAMPTZ '2025-02-20 00:00:00+00'", ["location_type"] = "'l' || (i % 9)", ["agency_responsible"] = "'A' || (i % 7)", ["source_row"] = "'sha256:0#' || i",
        };
        using var database = lake.OpenSql();
        using var connection = database.Connect();
        var columns = contract.Columns.Select(c => $"{given.GetValueOrDefault(c.Name, "NULL")}{(given.ContainsKey(c.Name) ? "" : c.Name == "geom" ? "::BLOB" : c.Name == "bbox" ? "::STRUCT(xmin DOUBLE, ymin DOUBLE, xmax DOUBLE, ymax DOUBLE)" : c.Type == DataType.Double ? "::DOUBLE" : c.Type == DataType.Timestamp ? "::TIMESTAMPTZ" : "::VARCHAR")} AS {c.Name}");
        (await lake.CommitAsync(new() { Table = table, Schema = contract.ToSchema(), Rows = new RowSource.Query(connection, $"SELECT {string.Join(", ", columns)} FROM range({rows}) AS r(i)"), Transaction = new("benchmark", 1) })).RequireVersion(table);
        return rows;
    }

    private static Scenario Scenario(Lake lake)
    {
        var day = new DateTimeOffset(2025, 2, 15, 0, 0, 0, TimeSpan.Zero);
        return new()
        {
            Id = "benchmark", Version = "1.0.0", Title = "t", TitleZh = "t", Need = "n", NeedZh = "n", Owner = "o", Dataset = new("hotline", "service_request"), Key = "service_request_id", TimeColumn = "requested_datetime",
            Features = ["category", "description", "location_type"], Label = "agency_responsible", Train = new(null, day), Public = new(day, day.AddDays(12)), Hidden = new(day.AddDays(12), day.AddDays(24)), Production = new(day.AddDays(24), null),
            Metric = "accuracy", Terms = "t", Limits = new(), DatasetVersion = 0, PublishedAt = day,
        };
    }
}
