using Plinth.Ingestion;

namespace Plinth.Tests;

public class HotlineTests
{
    [Fact]
    public async Task New_York_requests_come_in_whole_with_utc_times_and_points()
    {
        using var given = new Given();
        var report = await given.Ingest("hotline", Repository.Sample("hotline", "311_Animals_2025_short.csv"));

        report.Files.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Status = FileStatus.Ingested, Contract = "nyc-311", Dataset = "hotline.service_request", Rows = 4969L, Rejected = 0L });
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE geocode_method = 'none' AND geom IS NULL AND longitude IS NULL")).Should().Be(62L);
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE geocode_method = 'source' AND octet_length(geom) = 21 AND bbox.xmin = longitude AND bbox.ymax = latitude")).Should().Be(4907L);
        (await given.Sql("SELECT requested_datetime, closed_datetime, service_name, category, agency_responsible, address, zipcode, source, source_row FROM hotline.service_request WHERE service_request_id = '64345465'"))
            .Single().Should().Equal(new DateTime(2025, 3, 14, 5, 20, 0, DateTimeKind.Utc), null, "Animal-Abuse", "Neglected", "NYPD", "285 COZINE AVENUE", "11207", "nyc-311", $"sha256:{report.Files[0].Sha256}#2");
    }

    [Fact]
    public async Task Boston_requests_without_an_address_have_no_position_instead_of_city_halls()
    {
        using var given = new Given();
        var report = await given.Ingest("hotline", Repository.Sample("hotline", "boston311-100.csv"));

        (report.Rows, report.Rejected).Should().Be((100L, 0L));
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE geom IS NULL AND geocode_method = 'none'")).Should().Be(19L);
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE closed_datetime IS NULL")).Should().Be(15L);
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE address = '' OR address = ' '")).Should().Be(0L);
    }

    [Fact]
    public async Task A_row_with_a_field_too_many_is_rejected_with_file_line_and_reason()
    {
        using var given = new Given();
        var report = await given.Ingest("hotline", Repository.Sample("hotline", "boston311-100-bad.tsv"));

        (report.Rows, report.Rejected).Should().Be((99L, 1L));
        report.Files[0].Contract.Should().Be("boston-311-tsv");
        (await given.Sql("SELECT file, sha256, contract, line, column_name, value, reason, run_id FROM hotline.rejected")).Single()
            .Should().Equal("boston311-100-bad.tsv", report.Files[0].Sha256, "boston-311-tsv", 41L, null, null, "boston311-100-bad.tsv:41 has 30 fields instead of 29", "run-1");
    }

    [Fact]
    public async Task A_bad_value_is_rejected_with_its_column_and_the_address_beside_it_stays_hidden()
    {
        using var given = new Given();
        var file = given.File("new.csv", NewYork("""
            1,3/14/2025 1:20,,NYPD,Noise,Loud,Open,40.6,-73.9,12 MAIN STREET
            2,31/12/2025 1:20,,NYPD,Noise,Loud,Open,40.6,-73.9,12 MAIN STREET
            3,3/14/2025 1:20,,NYPD,Noise,Loud,Open,"40,6",-73.9,12 MAIN STREET
            ,3/14/2025 1:20,,NYPD,Noise,Loud,Open,40.6,-73.9,12 MAIN STREET
            5,3/9/2025 2:30,,NYPD,Noise,Loud,Open,40.6,-73.9,12 MAIN STREET
            6,3/14/2025 1:20,,NYPD,Noise,Loud,Open,0,0,"12 MAIN
            STREET"
            """));

        var report = await given.Ingest("hotline", file);

        (report.Rows, report.Rejected).Should().Be((2L, 4L));
        (await given.Sql("SELECT line, column_name, value, reason FROM hotline.rejected ORDER BY line")).Select(r => string.Join(" | ", r)).Should().Equal(
            "3 | Created Date | 31/12/2025 1:20 | new.csv:3 Created Date '31/12/2025 1:20' is not a time of the form M/d/yyyy H:mm or M/d/yyyy H:mm:ss or M/d/yyyy h:mm:ss tt",
            "4 | Latitude | 40,6 | new.csv:4 Latitude '40,6' is not a finite number; write 12.5, not 12,5",
            "5 | Unique Key |  | new.csv:5 Unique Key is missing; the layout requires it",
            "6 | Created Date | 3/9/2025 2:30 | new.csv:6 Created Date '3/9/2025 2:30' never was on the clocks of the layout's time zone");
        (await given.Sql("SELECT address, geocode_method FROM hotline.service_request WHERE service_request_id = '6'")).Single().Should().Equal("12 MAIN\nSTREET", "none");
    }

    [Fact]
    public async Task A_value_of_a_restricted_column_is_hidden_where_it_is_rejected()
    {
        using var given = new Given();
        byte[] bytes = [.. System.Text.Encoding.UTF8.GetBytes(NewYork("1,3/14/2025 1:20,,NYPD,Noise,Loud,Open,40.6,-73.9,12 MAIN STREE")), 0xC3, (byte)'\n'];
        var report = await given.Ingest("hotline", given.File("broken.csv", bytes));

        report.Rejected.Should().Be(1);
        var rejected = (await given.Sql("SELECT value, reason FROM hotline.rejected")).Single();
        rejected.Should().Equal("[hidden, 14 characters]",
            "broken.csv:2 Incident Address '[hidden, 14 characters]' has bytes that do not fit the layout's encoding; name the right one under 'encoding'");
    }

    [Fact]
    public async Task A_layout_of_the_users_own_reads_gb18030_without_code()
    {
        using var given = new Given();
        given.File("../lake/contracts/hotline-12345.yaml", """
            kind: SourceContract
            name: hotline-12345
            family: hotline
            dataset: hotline.service_request
            format: csv
            delimiter: ";"
            encoding: gb18030
            timeZone: Asia/Shanghai
            crs: GCJ-02
            recognise:
              header: [工单编号, 受理时间, 内容]
            columns:
              - {name: service_request_id, from: 工单编号, required: true}
              - {name: requested_datetime, from: 受理时间, required: true, format: "yyyy/M/d H:mm"}
              - {name: description, from: 内容}
              - {name: longitude, from: 经度}
              - {name: latitude, from: 纬度}
            """);
        given.Reopen();
        var gb = System.Text.CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;
        var report = await given.Ingest("hotline", given.File("工单.csv", gb.GetBytes("工单编号;受理时间;内容;经度;纬度\r\nA1;2025/3/1 8:05;路灯不亮;113.22;23.4\r\n")));

        report.Files[0].Should().BeEquivalentTo(new { Status = FileStatus.Ingested, Contract = "hotline-12345", Rows = 1L });
        (await given.Sql("SELECT requested_datetime, description, round(longitude, 6), round(latitude, 6) FROM hotline.service_request")).Single()
            .Should().Equal(new DateTime(2025, 3, 1, 0, 5, 0, DateTimeKind.Utc), "路灯不亮", 113.215, 23.4025);
    }

    [Fact]
    public async Task Five_shapes_of_the_same_rows_give_each_row_once()
    {
        var folder = Repository.Shared("data", "hotline", "boston-311");
        using var given = new Given();
        var report = await given.Ingest("hotline", folder);

        report.Files.Select(f => $"{Path.GetFileName(f.Path)} {f.Status} {f.Rows} {f.Rejected} {f.Duplicates}").Should().Equal(
            "boston311-100-bad.tsv Ingested 99 1 0",
            "boston311-100-with-nonascii.csv Ingested 3 0 97",
            "boston311-100.csv Ingested 0 0 100",
            "boston311-100.jsonl Ingested 0 0 100",
            "boston311-dmy-100.csv Ingested 0 0 100");
    }

    internal static string NewYork(string rows) =>
        "Unique Key,Created Date,Closed Date,Agency,Complaint Type,Descriptor,Status,Latitude,Longitude,Incident Address\n" + rows;
}
