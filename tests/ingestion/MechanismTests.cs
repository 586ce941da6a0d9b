using Plinth.Ingestion;
using Plinth.Ingestion.Inference;

namespace Plinth.Tests;

public class MechanismTests
{
    private const string Layout = """
        kind: SourceContract
        name: gauge
        family: sensors
        dataset: sensor.observation
        format: csv
        timeZone: UTC
        crs: "OGC:CRS84"
        recognise: {header: [time, value]}
        columns:
          - {name: phenomenon_time, from: time, required: true, format: "yyyy-MM-dd HH:mmMORE"}
          - {name: result, from: value, required: true, maximum: 100}
        settings: {thing: P1, property: stage}
        """;

    [Fact]
    public async Task Rejected_rows_are_stored_once_after_the_layout_is_mended_and_leave_the_rejections()
    {
        using var given = new Given();
        given.File("../lake/contracts/gauge.yaml", Layout.Replace("MORE", "", StringComparison.Ordinal));
        given.Reopen();
        var first = await given.Ingest("sensors", given.File("p.csv", "time,value\n2026-03-01 07:00,1\n1.3.2026 08:00,2\n1.3.2026 09:00,3\n2026-03-01 10:00,500\n"));
        (first.Rows, first.Rejected).Should().Be((1L, 3L));

        given.File("../lake/contracts/gauge.yaml", Layout.Replace("MORE", "|d.M.yyyy HH:mm", StringComparison.Ordinal));
        given.Reopen();
        var killed = () => new Ingestor(given.Catalog, new() { RunId = "r2", CodeVersion = "t", AfterStep = step => { if (step == "commit sensor.observation") throw new IOException("killed"); } }).RetryRejectedAsync("sensors");
        await killed.Should().ThrowAsync<IOException>();
        given.Reopen();
        var ingestor = new Ingestor(given.Catalog, new() { RunId = "r3", CodeVersion = "t" });
        var again = await ingestor.RetryRejectedAsync("sensors");

        again.Files.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Path = "p.csv", Rows = 2L, Rejected = 1L });
        (await given.Sql("SELECT hour(phenomenon_time), result FROM sensor.observation ORDER BY 1")).Select(r => string.Join(' ', r)).Should().Equal("7 1", "8 2", "9 3");
        (await given.Sql("SELECT line, reason FROM sensor.rejected")).Single().Should().Equal(5L, "p.csv:5 value '500' is more than 100");
        (await ingestor.RetryRejectedAsync("sensors")).Rows.Should().Be(0);
    }

    [Fact]
    public async Task A_drafted_layout_takes_the_file_in_that_it_was_drafted_from()
    {
        using var given = new Given();
        var gb18030 = System.Text.CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;
        var orders = given.File("orders export.csv", gb18030.GetBytes("工单编号;受理时间;状态;诉求内容;事发地址;经度;纬度;备注\r\nA1;2026/3/1 8:05;已办结;路灯不亮;建设路1号;113.2;23.4;无\r\nA2;2026/3/1 9:05;待派单;井盖;建设路2号;;;\r\n"));
        var log = given.File("radar.jsonl", "{\"device\":\"R1\",\"timestamp\":\"2026-03-01 00:00:00\",\"speed\":31.5,\"flow\":12}\n{\"device\":\"R2\",\"timestamp\":\"2026-03-01 00:05:00\",\"speed\":30,\"flow\":9}\n");
        foreach (var (file, family, rows) in new[] { (orders, "hotline", 2L), (log, "sensors", 4L) })
        {
            var draft = LayoutDraft.Of(file);
            var name = draft.Split('\n').Single(l => l.StartsWith("name: ", StringComparison.Ordinal))[6..];
            given.File($"../lake/contracts/{name}.yaml", draft);
            given.Reopen();
            var report = await given.Ingest(family, file);
            report.Files[0].Should().BeEquivalentTo(new { Status = FileStatus.Ingested, Contract = name, Rows = rows, Rejected = 0L }, draft);
        }
        (await given.Sql("SELECT address, requested_datetime FROM hotline.service_request WHERE service_request_id = 'A1'")).Single().Should().Equal("建设路1号", new DateTime(2026, 3, 1, 0, 5, 0, DateTimeKind.Utc));
        (await given.Value("SELECT count(DISTINCT datastream_id) FROM sensor.observation")).Should().Be(4L);
    }
}
