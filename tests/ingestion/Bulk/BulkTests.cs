using System.Globalization;
using System.Text;
using Plinth.Ingestion;

namespace Plinth.Tests;

/// <summary>A large log is read stretch by stretch on all cores; these hold that way against the careful one, row for row.</summary>
public class BulkTests
{
    private const string Contract = """
        kind: SourceContract
        name: radar
        family: sensors
        dataset: sensor.observation
        format: FORMAT
        timeZone: America/New_York
        crs: "OGC:CRS84"
        columns:
          - {name: phenomenon_time, from: time, required: true, format: "yyyy-MM-dd HH:mm:ss.FFF|M/d/yyyy H:mm|yyyy-MM-dd'T'HH:mm:ssK"}
          - {name: result, from: value, minimum: -50, maximum: 1000, nullValues: [NA], factor: 2}
          - {name: quality, from: quality}
        settings: {thing.from: detector, property.from: parameter, unit.speed: km/h, sourceUnit.speed: mph}
        """;

    private static readonly string[] Quirks =
    [
        "R1,speed,2026-03-01 00:00:00.5,10,", "R1,speed,2026-03-01 00:00:00.5,10,", "R1,speed,2026-03-01 00:00:00.5,11,", "R1,speed,2026-03-08 02:30:00,1,",
        "R1,flow,3/1/2026 7:05,1e2,ok", "R1,flow,2026-03-01T07:05:00+08:00,.5,ok", "R1,flow,2026-02-30 00:00:00,1,ok", "R1,flow,2026-03-01 00:00:00, NA ,ok", " R2 , flow ,2026-03-01 00:00:00,1001,ok",
        "R2,flow,2026-03-01 00:00:00,-0.0,ok", "R2,flow,2026-03-01 00:00:01,12345678901234567890,ok", "R2,flow,2026-03-01 00:00:02,1.23456789012345678,ok", "\"R,3\",flow,2026-03-01 00:00:03,1,\"say \"\"hm\"\"\"",
        ",flow,2026-03-01 00:00:03,1,ok", "R2,,2026-03-01 00:00:03,1,ok", "R2,flow,,1,ok", "R2,flow,2026-03-01 00:00:03", "路口,速度,2026-03-01 00:00:03,1,好", "", "R2,flow,156489-03-01 00:00:00,1,ok",
        "R2,flow,2026-03-01 00:00:04,nan,ok", "R2,flow,2026-03-01 00:00:05,1\0,ok", "R2,flow,2026-11-01 01:30:00,3,ok", "R2,flow,2026-03-01 24:00:00,3,ok",
    ];

    [Theory]
    [InlineData("csv", "\n")]
    [InlineData("csv", "\r\n")]
    [InlineData("jsonl", "\n")]
    public async Task A_large_log_gives_the_same_rows_and_rejections_as_the_careful_reader(string format, string lineEnd)
    {
        var lines = Enumerable.Range(0, 3000).Select(i => string.Create(CultureInfo.InvariantCulture, $"R{i * 7 % 40},speed,2026-04-01 {i % 24:00}:{i % 60:00}:{i * 13 % 60:00}.{i % 1000:000},{i % 90}.25,")).Concat(Quirks).ToList();
        var content = format == "csv" ? "\uFEFFdetector,parameter,time,value,quality" + lineEnd + string.Join(lineEnd, lines) : string.Join(lineEnd, lines.Select(Json));
        var results = new List<IReadOnlyList<string>>();
        foreach (var large in new[] { long.MaxValue, 0 })
        {
            using var given = new Given(large == 0 ? "bulk" : "careful");
            given.File("../lake/contracts/radar.yaml", Contract.Replace("FORMAT", format, StringComparison.Ordinal));
            given.Reopen();
            var report = await given.IngestBy("sensors", "radar", o => o with { LargeFile = large, Stretch = 1 << 20 }, given.File("log." + format, content));
            report.Files[0].Status.Should().Be(FileStatus.Ingested, report.Files[0].Reason);
            (report.Rows + report.Rejected + report.Duplicates).Should().Be(lines.Count(l => l.Length > 0));
            results.Add([.. (await given.Contents()).Where(r => !r.StartsWith("sensor.thing", StringComparison.Ordinal) && !r.StartsWith("sensor.datastream", StringComparison.Ordinal)), $"{report.Rows} {report.Rejected} {report.Duplicates}"]);
        }
        results[1].Except(results[0]).Should().BeEmpty();
        results[0].Except(results[1]).Should().BeEmpty();
    }

    [Fact]
    public async Task A_large_log_is_stored_sorted_by_stream_and_time_in_parts_and_a_killed_run_goes_on_in_its_middle()
    {
        var content = "detector,parameter,time,value,quality\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"R{i * 7919 % 97:00},flow,2026-03-01 {i * 31 % 24:00}:{i * 17 % 60:00}:{i % 60:00}.{i % 1000:000},{i % 100},\n")));
        using var given = new Given();
        given.File("../lake/contracts/radar.yaml", Contract.Replace("FORMAT", "csv", StringComparison.Ordinal));
        given.Reopen();
        var file = given.File("log.csv", content);
        var commits = 0;
        Task<IngestReport> Run(bool kill) => given.IngestBy("sensors", "radar", o => o with
        {
            LargeFile = 0, Stretch = 100_000, AfterStep = step =>
            {
                if (step == "commit sensor.observation" && ++commits == 3 && kill)
                    throw new IOException("killed");
            },
        }, file);
        await ((Func<Task>)(() => Run(kill: true))).Should().ThrowAsync<IOException>();
        given.Reopen();
        var stored = (long)(await given.Value("SELECT count(*) FROM sensor.observation"))!;
        stored.Should().BeInRange(1, 19_999);
        var report = await Run(kill: false);

        report.Rows.Should().Be(20_000 - stored);
        (await given.Value("SELECT count(DISTINCT source_row) FROM sensor.observation")).Should().Be(20_000L);
        (await given.Value("SELECT count(*) FROM sensor.observation")).Should().Be(20_000L);
        (await given.Value("SELECT count(*) FROM sensor.datastream")).Should().Be(97L);
        var snapshot = await given.Catalog.Lake.ReadAsync(new("sensor", "observation"), cancellationToken: TestContext.Current.CancellationToken);
        snapshot.Files.Should().HaveCountGreaterThan(5);
        foreach (var one in snapshot.Files)
            (await given.Value($"SELECT bool_and(sorted) FROM (SELECT coalesce((datastream_id, phenomenon_time) >= lag((datastream_id, phenomenon_time)) OVER (ORDER BY file_row_number), true) AS sorted FROM read_parquet('{Path.Combine(given.Catalog.Lake.Root, "tables/sensor/observation", one.Path)}', file_row_number = true))")).Should().Be(true);
        (await Run(kill: false)).Files[0].Status.Should().Be(FileStatus.Unchanged);
    }

    [Fact]
    public async Task A_large_log_whose_fields_hold_line_ends_is_stored_row_for_row()
    {
        var content = "detector,parameter,time,value,quality\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => string.Create(CultureInfo.InvariantCulture, $"R1,flow,2026-03-01 {i / 3600:00}:{i / 60 % 60:00}:{i % 60:00},{i % 100},{(i == 4321 ? "\"a \"\"hm\"\"\nand\r\nmore\"" : i % 7 == 0 ? "\"ok\"" : "")}\n")));
        using var given = new Given();
        given.File("../lake/contracts/radar.yaml", Contract.Replace("FORMAT", "csv", StringComparison.Ordinal));
        given.Reopen();
        var report = await given.IngestBy("sensors", "radar", o => o with { LargeFile = 0, Stretch = 1 << 16 }, given.File("log.csv", content));

        (report.Rows, report.Rejected, report.Duplicates).Should().Be((5000L, 0L, 0L));
        (await given.Value("SELECT quality FROM sensor.observation WHERE quality LIKE 'a %'")).Should().Be("a \"hm\"\nand\r\nmore");
    }

    [Fact]
    public void Any_bytes_give_rows_or_rejections_but_no_crash()
    {
        var sample = Encoding.UTF8.GetBytes("detector,parameter,time,value,quality\n" + string.Join('\n', Quirks));
        var random = new Random(20261122);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = sample.ToArray();
            for (var n = random.Next(1, 8); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            foreach (var fields in (Plinth.Ingestion.Bulk.ILineFields[])[new Plinth.Ingestion.Bulk.DelimitedLine((byte)',', 5, [0, 1, 2, 3, 4]), new Plinth.Ingestion.Bulk.JsonLine(["a"u8.ToArray()])])
                foreach (var line in bytes.AsSpan().Split((byte)'\n'))
                    if (fields.Read(bytes.AsSpan()[line]) is null)
                        fields.Field(bytes.AsSpan()[line], 0).Length.Should().BeLessThanOrEqualTo(bytes.Length);
        }
    }

    private static string Json(string line)
    {
        if (line.Length == 0)
            return "";
        var fields = line.Contains('"') ? ["R,3", "flow", "2026-03-01 00:00:03", "1", "say \"hm\""] : line.Split(',');
        string[] names = ["detector", "parameter", "time", "value", "quality"];
        return "{" + string.Join(',', fields.Zip(names, (f, n) => $"\"{n}\": {(f.Length == 0 ? "null" : System.Text.Json.JsonSerializer.Serialize(f))}")) + "}";
    }
}
