using Plinth.Ingestion;

namespace Plinth.Tests;

public class RuleTests
{
    private const string Areas = """
        kind: SourceContract
        name: wards
        family: base
        dataset: base.admin_unit
        format: geojson
        timeZone: UTC
        crs: "OGC:CRS84"
        columns:
          - {name: name, from: name, required: true}
          - {name: level, constant: district}
          - {name: code, from: code, required: true}
        """;

    private const string Orders = """
        kind: SourceContract
        name: orders
        family: hotline
        dataset: hotline.service_request
        format: csv
        timeZone: UTC
        crs: "OGC:CRS84"
        columns:
          - {name: service_request_id, from: id, required: true}
          - {name: requested_datetime, from: at, required: true, format: "yyyy-MM-dd HH:mm"}
          - {name: status, constant: open}
          - {name: category, from: kind}
          - {name: location_type, from: ward}
          - {name: longitude, from: x, minimum: -180, maximum: 180}
          - {name: latitude, from: y}
        rules:
        """;

    private const string Gauge = """
        kind: SourceContract
        name: gauge
        family: sensors
        dataset: sensor.observation
        format: csv
        timeZone: UTC
        crs: "OGC:CRS84"
        columns:
          - {name: phenomenon_time, from: time, required: true, format: "yyyy-MM-dd HH:mm:ss"}
          - {name: result, from: value, required: true, maximum: 100}
        settings: {thing.from: gauge, property: stage}
        rules:
          - {rule: unique, columns: [datastream_id, phenomenon_time]}
          - {rule: exists, column: datastream_id, in: sensor.datastream, at: datastream_id}
        """;

    private const string Wards = """
        {"type":"FeatureCollection","features":[
          {"type":"Feature","properties":{"name":"North","code":"N"},"geometry":{"type":"Polygon","coordinates":[[[113,23],[114,23],[114,24],[113,24],[113,23]],[[113.4,23.4],[113.6,23.4],[113.6,23.6],[113.4,23.6],[113.4,23.4]]]}},
          {"type":"Feature","properties":{"name":"South","code":"S"},"geometry":{"type":"Polygon","coordinates":[[[113,22],[114,22],[114,23],[113,23],[113,22]]]}}]}
        """;

    [Fact]
    public async Task Rows_are_held_against_an_area_another_table_and_each_other_and_counted_by_rule()
    {
        using var given = await WithWards("""

              - {rule: inside, area: base.admin_unit, at: code, values: [N]}
              - {rule: exists, column: location_type, in: base.admin_unit, at: name}
              - {rule: unique, columns: [service_request_id, category]}
            """);
        var report = await given.Ingest("hotline", given.File("o.csv", """
            id,at,kind,ward,x,y
            1,2026-03-01 08:00,light,North,113.2,23.2
            2,2026-03-01 08:00,light,North,113.5,23.5
            3,2026-03-01 08:00,light,North,113.5,22.5
            4,2026-03-01 08:00,light,Nowhere,113.2,23.2
            1,2026-03-02 08:00,light,North,113.2,23.3
            5,2026-03-01 08:00,light,,,
            6,2026-03-01 08:00,light,North,200,23.2
            ,2026-03-01 08:00,light,North,113.2,23.2
            """));

        (report.Rows, report.Rejected, report.Duplicates).Should().Be((2L, 6L, 0L), report.Files[0].Reason);
        report.ByRule.Should().BeEquivalentTo(new Dictionary<string, long> { ["inside(N)"] = 2, ["exists(location_type)"] = 1, ["unique(service_request_id,category)"] = 1, ["range(x)"] = 1, ["not null(id)"] = 1 });
        report.Files[0].ByRule.Should().BeEquivalentTo(report.ByRule);
        (await given.Sql("SELECT line, rule, reason, advice FROM hotline.rejected ORDER BY line")).Select(r => string.Join('|', r)).Should().SatisfyRespectively(
            r => r.Should().StartWith("3|inside(N)|o.csv:3 lies outside base.admin_unit with code N|mend the position"),
            r => r.Should().StartWith("4|inside(N)|"),
            r => r.Should().StartWith("5|exists(location_type)|o.csv:5 has location_type 'Nowhere', which is no name of base.admin_unit|take in what it names first"),
            r => r.Should().StartWith("6|unique(service_request_id,category)|o.csv:6 has service_request_id, category as another row of hotline.service_request has"),
            r => r.Should().StartWith("8|range|o.csv:8 x '200' is more than 180|"),
            r => r.Should().StartWith("9|not null|o.csv:9 id is missing; the layout requires it|fill it in"));

        var next = await given.Ingest("hotline", given.File("next.csv", "id,at,kind,ward,x,y\n1,2026-03-05 08:00,light,North,113.2,23.2\n1,2026-03-05 08:00,water,North,113.2,23.2\n"));
        (next.Rows, next.ByRule["unique(service_request_id,category)"]).Should().Be((1L, 1L));
    }

    [Fact]
    public async Task What_names_a_row_of_another_table_is_stored_by_a_retry_after_that_row_came_in()
    {
        using var given = await WithWards("\n  - {rule: exists, column: location_type, in: base.admin_unit, at: name}");
        await given.Ingest("hotline", given.File("o.csv", "id,at,kind,ward,x,y\n1,2026-03-01 08:00,light,West,113.2,23.2\n"));
        (await given.Value("SELECT count(*) FROM hotline.rejected")).Should().Be(1L);
        await given.IngestBy("base", "wards", null, given.File("west.geojson", Wards.Replace("North", "West", StringComparison.Ordinal).Replace("\"N\"", "\"W\"", StringComparison.Ordinal)));

        var again = await new Ingestor(given.Catalog, new() { RunId = "r2", CodeVersion = "t" }).RetryRejectedAsync("hotline");
        (again.Rows, again.Rejected).Should().Be((1L, 0L));
        (await given.Value("SELECT count(*) FROM hotline.rejected")).Should().Be(0L);
    }

    [Fact]
    public async Task A_file_is_refused_where_what_its_rules_hold_it_against_is_not_there()
    {
        using var given = new Given();
        given.File("../lake/contracts/orders.yaml", Orders + "\n  - {rule: inside, area: base.admin_unit}");
        given.Reopen();
        var report = await given.Ingest("hotline", given.File("o.csv", "id,at,kind,ward,x,y\n1,2026-03-01 08:00,light,West,113.2,23.2\n"));
        report.Files[0].Reason.Should().Be("cannot be held against base.admin_unit: there is no such area; expected boundaries to be taken in first (plinth ingest base FILE)");
    }

    [Theory]
    [InlineData("{rule: uniqe, columns: [status]}", "'rule' is 'uniqe'; did you mean 'unique'?")]
    [InlineData("{rule: unique, columns: [statsu]}", "hotline.service_request has no column 'statsu'")]
    [InlineData("{rule: unique}", "'unique' needs 'columns'")]
    [InlineData("{rule: exists, column: status, in: base.nothing, at: x}", "there is no contract of dataset 'base.nothing'")]
    [InlineData("{rule: exists, column: status, in: base.admin_unit, at: x}", "base.admin_unit has no column 'x'")]
    [InlineData("{rule: inside, area: sensor.datastream}", "sensor.datastream has no areas")]
    [InlineData("{rule: inside, area: base.admin_unit, values: [N]}", "'values' need 'at'")]
    public void A_rule_that_cannot_be_is_named_with_its_line(string rule, string fault)
    {
        using var given = new Given();
        given.File("../lake/contracts/orders.yaml", Orders + "\n  - " + rule);
        given.Reopen();
        var open = () => given.Catalog.Source("orders");
        var message = open.Should().Throw<Exception>().Which.ToString();
        message.Should().Contain(fault.Split(';')[0]).And.Contain("orders.yaml");
    }

    [Fact]
    public async Task A_large_log_is_held_against_the_same_rules_as_a_small_one()
    {
        var lines = Enumerable.Range(0, 4000).Select(i => $"G{i % 5},2026-03-01 00:{i / 5 % 60:00}:{i / 300 % 60:00},{i % 90}").ToList();
        lines.AddRange(["G1,2026-03-01 00:00:00,91", "G9,2026-03-01 00:00:00,1", "G2,2026-03-01 23:00:00,1", "G2,2026-03-01 23:00:00,1"]);
        var seen = new List<string[]>();
        foreach (var large in new[] { long.MaxValue, 0 })
        {
            using var given = new Given(large == 0 ? "bulk" : "careful");
            given.File("../lake/contracts/first.yaml", Gauge[..Gauge.IndexOf("rules:", StringComparison.Ordinal)].Replace("name: gauge", "name: first", StringComparison.Ordinal).Replace("property: stage", "property: stage, source: g", StringComparison.Ordinal));
            given.File("../lake/contracts/gauge.yaml", Gauge.Replace("property: stage", "property: stage, source: g", StringComparison.Ordinal));
            given.Reopen();
            await given.IngestBy("sensors", "first", null, given.File("first.csv", "gauge,time,value\n" + string.Concat(Enumerable.Range(0, 5).Select(g => $"G{g},2026-02-01 00:00:00,1\n"))));
            var report = await given.IngestBy("sensors", "gauge", o => o with { LargeFile = large, Stretch = 1 << 15 }, given.File("log.csv", "gauge,time,value\n" + string.Join('\n', lines)));
            report.Files[0].Status.Should().Be(FileStatus.Ingested, report.Files[0].Reason);
            (report.Rows + report.Rejected + report.Duplicates).Should().Be(lines.Count);
            report.ByRule["exists(datastream_id)"].Should().Be(1);
            report.ByRule.Should().ContainKey("unique(datastream_id,phenomenon_time)");
            seen.Add([.. (await given.Sql("SELECT datastream_id, phenomenon_time, count(*) FROM sensor.observation GROUP BY ALL ORDER BY ALL")).Select(r => string.Join(' ', r))]);
        }
        seen[0].Should().Equal(seen[1]).And.OnlyContain(row => row.EndsWith(" 1", StringComparison.Ordinal));
    }

    private static async Task<Given> WithWards(string rules)
    {
        var given = new Given("rules");
        given.File("../lake/contracts/wards.yaml", Areas);
        given.File("../lake/contracts/orders.yaml", Orders + rules);
        given.Reopen();
        (await given.IngestBy("base", "wards", null, given.File("wards.geojson", Wards))).Rows.Should().Be(2);
        return given;
    }
}
