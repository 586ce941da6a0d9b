using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Tabular;

namespace Plinth.Tests;

/// <summary>The layouts that come with the program for orders of a 12345 hotline and of Open311 servers, and positions that stand in a text.</summary>
public class HotlineLayoutTests
{
    private const string Head = "工单编号,受理时间,更新时间,办结时间,工单状态,诉求类型,诉求分类,来电人,联系电话,事发地址,诉求内容,承办单位,办理结果,经度,纬度\r\n";

    private const string March = Head
        + "HD2026030100001,2026-03-01 08:05:12,2026-03-01 08:05:12,,待受理,投诉,路灯,张三,13912345678,花都区建设路12号,\"市民反映：\r\n1、路灯不亮；\r\n2、联系电话13912345678，请回复\",城管局,,113.225,23.3975\r\n"
        + "HD2026030100002,2026年3月1日 9:10,,,办理中,求助,井盖,李四,020-86881234,花都区新华街道,井盖破损，车牌粤A12345压过,水务局,,0,0\r\n"
        + "HD2026030100003,2026/3/1 9:30,,--,待派单,投诉,路灯,王五,13800000000,花都区建设路12号,又一盏路灯不亮,城管局,,,\r\n"
        + "HD2026030100003,2026/3/1 9:30,,--,待派单,投诉,路灯,王五,13800000000,花都区建设路12号,又一盏路灯不亮,城管局,,,\r\n"
        + ",2026/3/1 9:40,,,待派单,投诉,路灯,,,,没有编号,,,,\r\n";

    private const string April = Head
        + "HD2026030100001,2026-03-01 08:05:12,2026-03-02 10:00:00,2026-03-02 10:00:00,办结,投诉,路灯,张三,13912345678,花都区建设路12号,\"市民反映：\r\n1、路灯不亮；\r\n2、联系电话13912345678，请回复\",城管局,已修复，身份证11010519491231002X的市民满意,113.225,23.3975\r\n"
        + "HD2026030200009,2026-03-02 11:00:00,2026-03-02 11:00:00,,待派单,投诉,路灯,赵六,13700000000,花都区建设路１２号,灯又灭了,城管局,,,\r\n";

    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;

    [Theory]
    [InlineData("utf-8", "hotline-12345")]
    [InlineData("utf-8 with mark", "hotline-12345")]
    [InlineData("gb18030", "hotline-12345-gb18030")]
    public async Task A_12345_export_is_read_by_its_shipped_layout_in_either_encoding(string encoding, string layout)
    {
        byte[] Bytes(string text) => encoding switch { "gb18030" => Gb18030.GetBytes(text), "utf-8" => Encoding.UTF8.GetBytes(text), _ => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)] };
        using var given = new Given();
        var one = await given.IngestBy("hotline", null, o => o with { PseudonymKey = "k" }, given.File("12345工单3月.csv", Bytes(March)));
        given.Reopen();
        var two = await given.IngestBy("hotline", null, o => o with { PseudonymKey = "k", RunId = "run-2" }, given.File("12345工单4月.csv", Bytes(April)));

        one.Files[0].Should().BeEquivalentTo(new { Contract = layout, Rows = 3L, Rejected = 1L, Duplicates = 1L });
        (two.Rows, two.Rejected).Should().Be((2L, 0L));
        (await given.Sql("SELECT service_request_id, requested_datetime, status, geocode_method, round(longitude, 3), duplicate_of FROM hotline.service_request WHERE updated_datetime IS NULL OR updated_datetime < '2026-03-02' ORDER BY 1"))
            .Select(r => $"{r[0]} {r[1]:dd HH:mm:ss} {r[2]} {r[3]} {r[4]} {r[5]}".TrimEnd()).Should().Equal(
            "HD2026030100001 01 00:05:12 待派单 source 113.22", "HD2026030100002 01 01:10:00 处理中 none", "HD2026030100003 01 01:30:00 待派单 none  HD2026030100001");
        (await given.Sql("SELECT status, changed_at FROM hotline.status_change WHERE service_request_id = 'HD2026030100001' ORDER BY changed_at")).Select(r => $"{r[0]} {r[1]:dd HH:mm}").Should().Equal("待派单 01 00:05", "已办结 02 02:00");
        (await given.Value("SELECT duplicate_of FROM hotline.service_request WHERE service_request_id = 'HD2026030200009'")).Should().Be("HD2026030100001", "its matter was stored by the run before");
        var texts = string.Join('\n', (await given.Sql("SELECT description || coalesce(resolution, '') || coalesce(caller, '') FROM hotline.service_request")).Select(r => r[0]));
        texts.Should().NotContainAny("13912345678", "粤A12345", "11010519491231002X", "张三", "李四").And.Contain("1、路灯不亮；").And.Contain("[phone p:").And.Contain("[plate p:").And.Contain("[identity p:");
        (await given.Value("SELECT count(DISTINCT caller) FROM hotline.service_request")).Should().Be(4L);
    }

    [Fact]
    public async Task The_same_orders_as_a_workbook_are_known_again()
    {
        using var given = new Given();
        await given.Ingest("hotline", given.File("a.csv", Head + "HD1,2026-03-01 08:05:00,,,待派单,投诉,路灯,,,建设路1号,灯不亮,城管局,,113.225,23.3975\r\n"));
        var report = await given.Ingest("hotline", given.File("a.xlsx", Workbook.Of(["工单编号", "受理时间", "工单状态", "诉求类型", "诉求分类", "事发地址", "诉求内容", "承办单位", "经度", "纬度"],
            ["HD1", new DateTime(2026, 3, 1, 8, 5, 0), "待派单", "投诉", "路灯", "建设路1号", "灯不亮", "城管局", 113.225, 23.3975], ["HD2", "2026/3/5 8:05", "已结案", "投诉", "井盖", "建设路2号", "井盖", "水务局", null, null])));

        report.Files[0].Should().BeEquivalentTo(new { Contract = "hotline-12345-xlsx", Rows = 1L, Duplicates = 1L, Rejected = 0L });
        (await given.Value("SELECT status FROM hotline.service_request WHERE service_request_id = 'HD2'")).Should().Be("已办结");
    }

    [Fact]
    public async Task A_matter_is_linked_to_the_order_that_an_earlier_run_stored_and_only_within_the_hours_of_the_layout()
    {
        using var given = new Given();
        string Row(string id, string time, string kind = "路灯") => $"{id},{time},,,待派单,投诉,{kind},,,花都区建设路12号,灯,,,,\r\n";
        await given.Ingest("hotline", given.File("1.csv", Head + Row("A", "2026/3/1 8:00") + Row("B", "2026/3/2 8:00")));
        foreach (var (n, row) in new[] { (2, Row("C", "2026/3/3 8:00")), (3, Row("D", "2026/3/9 8:00") + Row("E", "2026/3/3 9:00", "井盖")), (4, Row("F", "2026/3/10 8:00")) })
        {
            given.Reopen();
            await given.Ingest("hotline", given.File($"{n}.csv", Head + row));
        }
        (await given.Sql("SELECT service_request_id, duplicate_of FROM hotline.service_request ORDER BY 1")).Select(r => $"{r[0]}{r[1]}").Should().Equal("A", "BA", "CA", "D", "E", "FD");
    }

    [Theory]
    [InlineData("POINT (-73.88 40.65)", "-73.88 40.65")]
    [InlineData("SRID=4326;Point(113.2 23.4)", "113.2 23.4")]
    [InlineData("POINT Z (1 2 3)", "1 2")]
    [InlineData("(40.69, -73.84)", "-73.84 40.69")]
    [InlineData("12 MAIN ST\nBoston, MA 02119\n(42.35, -71.05)", "-71.05 42.35")]
    [InlineData("23.4，113.2", "113.2 23.4")]
    [InlineData("{'latitude': '40.9', 'longitude': '-73.8', 'human_address': '{\"address\": \"\"}'}", "-73.8 40.9")]
    [InlineData("{\"lat\":42.1,\"lng\":-71.2}", "-71.2 42.1")]
    [InlineData("{\"type\":\"Point\",\"coordinates\":[-87.6,41.8]}", "-87.6 41.8")]
    [InlineData("POINT EMPTY", " ")]
    [InlineData("12 MAIN STREET, 40", " ")]
    [InlineData("", " ")]
    public void A_position_is_read_out_of_a_text(string text, string position) => PointText.Read(text, isLonLat: false).Should().Be(position == " " ? (null, null) : (position.Split(' ')[0], position.Split(' ')[1]));

    [Fact]
    public async Task A_layout_takes_the_position_out_of_one_column_and_rejects_one_that_is_nowhere()
    {
        using var given = new Given();
        given.File("../lake/contracts/portal.yaml", """
            kind: SourceContract
            name: portal
            family: hotline
            dataset: hotline.service_request
            format: csv
            timeZone: America/New_York
            crs: "OGC:CRS84"
            recognise: {header: [id, opened, where]}
            columns:
              - {name: service_request_id, from: id, required: true}
              - {name: requested_datetime, from: opened, required: true, format: "M/d/yyyy h:mm:ss tt"}
              - {name: longitude, from: $longitude, minimum: -180, maximum: 180}
              - {name: latitude, from: $latitude, minimum: -90, maximum: 90}
            settings: {position.from: where}
            """);
        given.Reopen();
        var report = await given.Ingest("hotline", given.File("p.csv", "id,opened,where\n1,3/1/2026 8:05:00 AM,POINT (-73.88 40.65)\n2,3/1/2026 8:05:00 PM,\"(40.65, -73.88)\"\n3,3/1/2026 8:05:00 PM,\"(0.0, 0.0)\"\n4,3/1/2026 8:05:00 PM,\n5,3/1/2026 8:05:00 PM,\"(140.65, -73.88)\"\n"));

        (report.Rows, report.Rejected).Should().Be((4L, 1L));
        (await given.Sql("SELECT hour(requested_datetime), longitude, latitude, geocode_method FROM hotline.service_request ORDER BY service_request_id")).Select(r => string.Join(' ', r)).Should().Equal(
            "13 -73.88 40.65 source", "1 -73.88 40.65 source", "1   none", "1   none");
        (await given.Value("SELECT reason FROM hotline.rejected")).Should().Be("p.csv:6 $latitude '140.65' is more than 90");
    }

    [Fact]
    public async Task An_Open311_answer_is_read_by_its_shipped_layout()
    {
        using var given = new Given();
        var report = await given.Ingest("hotline", given.File("requests.json", """
            [{"service_request_id":"638344","status":"closed","status_notes":"Duplicate request, call 617-555-0100.","service_name":"Sidewalk and Curb Issues","service_code":"006","description":null,
              "agency_responsible":null,"service_notice":null,"requested_datetime":"2010-04-14T06:37:38-08:00","updated_datetime":"2010-04-14T06:37:38-08:00","address":"8TH AVE and JUDAH ST",
              "address_id":"545483","zipcode":94122,"lat":37.762221815,"long":-122.4651145,"media_url":"http://example.org/media/638344.jpg"},
             {"service_request_id":"638349","status":"open","service_name":"Graffiti","service_code":"007","requested_datetime":"2010-04-19T06:37:38Z","lat":null,"long":null},
             {"service_request_id":null,"status":"open","service_name":"Graffiti","service_code":"007","requested_datetime":"2010-04-19T06:37:38Z","token":"12345"}]
            """));

        report.Files[0].Should().BeEquivalentTo(new { Contract = "open311-json", Rows = 2L, Rejected = 1L });
        (await given.Sql("SELECT service_request_id, requested_datetime, zipcode, latitude, resolution FROM hotline.service_request ORDER BY 1")).Select(r => $"{r[0]} {r[1]:dd HH:mm} {r[2]} {r[3]} {r[4]}".TrimEnd()).Should().Equal(
            "638344 14 14:37 94122 37.762221815 Duplicate request, call [phone].", "638349 19 06:37");
    }

    [Fact]
    public async Task Requests_as_GeoJSON_are_read_by_a_layout_of_nested_JSON()
    {
        using var given = new Given();
        given.File("../lake/contracts/features.yaml", """
            kind: SourceContract
            name: features
            family: hotline
            dataset: hotline.service_request
            format: json
            timeZone: America/Chicago
            crs: "OGC:CRS84"
            recognise: {header: [properties.sr_number, properties.created_date]}
            columns:
              - {name: service_request_id, from: properties.sr_number, required: true}
              - {name: requested_datetime, from: properties.created_date, required: true, format: "yyyy-MM-dd'T'HH:mm:ss.fff"}
              - {name: service_name, from: properties.sr_type}
              - {name: longitude, from: geometry.coordinates.0}
              - {name: latitude, from: geometry.coordinates.1}
            settings: {records: features}
            """);
        given.Reopen();
        var report = await given.Ingest("hotline", given.File("r.geojson", """
            {"type":"FeatureCollection","features":[
             {"type":"Feature","geometry":null,"properties":{"sr_number":"SR1","created_date":"2026-01-05T08:00:00.000","sr_type":"Pothole"}},
             {"type":"Feature","geometry":{"type":"Point","coordinates":[-87.6,41.8]},"properties":{"sr_number":"SR2","created_date":"2026-01-05T09:00:00.000","sr_type":"Pothole"}}]}
            """));

        report.Files[0].Should().BeEquivalentTo(new { Contract = "features", Rows = 2L, Rejected = 0L });
        (await given.Sql("SELECT service_request_id, hour(requested_datetime), longitude, geocode_method FROM hotline.service_request ORDER BY 1")).Select(r => string.Join(' ', r)).Should().Equal("SR1 14  none", "SR2 15 -87.6 source");
    }
}
