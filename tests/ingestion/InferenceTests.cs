using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Inference;

namespace Plinth.Tests;

/// <summary>A layout that is drafted for a file takes that file in, without a hand on it.</summary>
public class InferenceTests
{
    [Theory]
    [InlineData("orders.csv", "工单编号,受理时间,工单状态,诉求内容,事发地址,来电人,经度,纬度\r\nA1,2026/3/1 8:05,已办结,路灯不亮,建设路1号,张三,113.2,23.4\r\nA2,2026/3/1 9:05,待派单,\"井盖\r\n破损\",建设路2号,李四,,\r\n", 2, "A1 01 00:05 113.2")]
    [InlineData("orders.tsv", "id\topened\tstatus\tdescription\tlon\tlat\n1\t2026-03-01 08:05:00\topen\tLamp\t113.2\t23.4\n2\t2026-03-01 09:05:00\topen\tLid\t\t\n", 2, "1 01 00:05 113.2")]
    [InlineData("orders.jsonl", "{\"id\":\"1\",\"created_date\":\"2026-03-01T08:05:00.000\",\"status\":\"open\",\"descriptor\":\"Lamp\",\"location\":{\"latitude\":\"23.4\",\"longitude\":\"113.2\"}}\n{\"id\":\"2\",\"created_date\":\"2026-03-01T09:05:00.000\",\"status\":\"open\",\"descriptor\":\"Lid\"}\n", 2, "1 01 00:05 113.2")]
    [InlineData("open311.json", "[\n{\"service_request_id\":\"1\",\"status\":\"open\",\"service_name\":\"Lamp\",\"requested_datetime\":\"2026-03-01T00:05:00Z\",\"lat\":23.4,\"long\":113.2},\n{\"service_request_id\":\"2\",\"status\":\"open\",\"service_name\":\"Lid\",\"requested_datetime\":\"2026-03-01T01:05:00Z\",\"lat\":null,\"long\":null}]", 2, "1 01 00:05 113.2")]
    [InlineData("list.json", "{\"meta\":{\"n\":2},\"result\":{\"records\":[{\"case_id\":\"1\",\"open_date\":\"2026-03-01 08:05:00\",\"case_status\":\"Open\",\"service_name\":\"Lamp\",\"latitude\":\"23.4\",\"longitude\":\"113.2\"},{\"case_id\":\"2\",\"open_date\":\"2026-03-01 09:05:00\",\"case_status\":\"Open\",\"service_name\":\"Lid\",\"latitude\":null,\"longitude\":null}]}}", 2, "1 01 00:05 113.2")]
    [InlineData("features.geojson", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[113.2,23.4]},\"properties\":{\"id\":\"1\",\"opened\":\"2026-03-01 08:05:00\",\"status\":\"Open\",\"category\":\"Lamp\"}},{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"id\":\"2\",\"opened\":\"2026-03-01 09:05:00\",\"status\":\"Open\",\"category\":\"Lid\"}}]}", 2, "1 01 00:05 113.2")]
    public Task Orders_in_each_kind_of_text(string name, string text, long rows, string first) => Drafted("hotline", name, Encoding.UTF8.GetBytes(text), rows, First, first);

    [Fact]
    public Task Orders_in_a_workbook() => Drafted("hotline", "orders.xlsx", Workbook.Of(["工单编号", "受理时间", "工单状态", "诉求内容", "经度", "纬度"],
        ["A1", new DateTime(2026, 3, 1, 8, 5, 0), "已办结", "路灯", 113.2, 23.4], ["A2", new DateTime(2026, 3, 1, 9, 5, 0), "待派单", "井盖", null, null]), 2, First, "A1 01 00:05 113.2");

    /// <summary>Headings and forms of values as the open-data portals of these cities export them.</summary>
    [Theory]
    [InlineData("nyc.csv", "Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint Type,Descriptor,Location Type,Incident Zip,Incident Address,Street Name,City,Status,Resolution Description,Resolution Action Updated Date,Borough,Latitude,Longitude,Location\n39573567,06/26/2018 10:58:54 AM,06/26/2018 12:50:01 PM,NYPD,New York City Police Department,Noise,Loud Music,Street/Sidewalk,11421,91-33 97 STREET,97 STREET,WOODHAVEN,Closed,\"The Police, responded.\",06/26/2018 12:50:01 PM,QUEENS,40.69,-73.84,\"(40.69, -73.84)\"\n", "39573567 26 02:58 -73.84", "Closed|NYPD|91-33 97 STREET|Loud Music|11421|The Police, responded.")]
    [InlineData("chicago.csv", "SR_NUMBER,SR_TYPE,SR_SHORT_CODE,CREATED_DEPARTMENT,OWNER_DEPARTMENT,STATUS,ORIGIN,CREATED_DATE,LAST_MODIFIED_DATE,CLOSED_DATE,STREET_ADDRESS,CITY,STATE,ZIP_CODE,WARD,LATITUDE,LONGITUDE,LOCATION\nSR19-01209373,Street Light Out,SFD,,CDOT,Completed,Phone Call,03/23/2019 04:06:00 PM,03/25/2019 09:00:00 AM,03/25/2019 09:00:00 AM,1210 N ASHLAND AVE,Chicago,Illinois,60622,1,41.9,-87.66,\"(41.9, -87.66)\"\n", "SR19-01209373 23 08:06 -87.66", "Completed|CDOT|1210 N ASHLAND AVE||60622|")]
    [InlineData("san-francisco.csv", "CaseID,Opened,Closed,Updated,Status,Status Notes,Responsible Agency,Category,Request Type,Request Details,Address,Street,Supervisor District,Neighborhood,Latitude,Longitude,Point,Source\n322571,11/30/2008 11:53:00 PM,12/13/2008 12:42:00 AM,12/13/2008 12:42:00 AM,Closed,Done,DPW Ops Queue,Street and Sidewalk Cleaning,Bulky Items,Furniture,\"100 MARKET ST, SAN FRANCISCO, CA, 94105\",MARKET ST,6,Rincon Hill,37.79,-122.39,POINT (-122.39 37.79),Web\n", "322571 30 15:53 -122.39", "Closed|DPW Ops Queue|100 MARKET ST, SAN FRANCISCO, CA, 94105|Street and Sidewalk Cleaning||Done")]
    [InlineData("boston.csv", "case_enquiry_id,open_dt,sla_target_dt,closed_dt,on_time,case_status,closure_reason,case_title,subject,reason,type,queue,department,submitted_photo,closed_photo,location,fire_district,pwd_district,city_council_district,police_district,neighborhood,neighborhood_services_district,ward,precinct,location_street_name,location_zipcode,latitude,longitude,geom_4326,source\n101005000000,2024-01-15 08:00:00,2024-01-18 08:30:00,,ONTIME,Open, ,Needle Pickup,Mayor's 24 Hour Hotline,Needle Program,Needle Pickup,INFO,INFO,,,\"10 Main St, Boston, MA, 02119\",,,,,Roxbury,,,,10 Main St,02119,42.33,-71.08,0101000020E6,Citizens Connect App\n", "101005000000 15 00:00 -71.08", "Open|INFO|10 Main St, Boston, MA, 02119|Needle Pickup|02119|")]
    [InlineData("toronto.csv", "Creation Date,Status,First 3 Chars of Postal Code,Intersection Street 1,Intersection Street 2,Ward,Service Request Type,Division,Section\n2024-01-01 00:01:11.000000,Closed,M5V,Spadina Ave,King St W,Spadina-Fort York (10),Noise,Municipal Licensing & Standards,District Enforcement\n", "2024-01-01 00:01:11.000000:Closed:M5V:Spadina Ave:King St W:Spadina-Fort York (10):Noise:Municipal Licensing & Standards 31 16:01", "Closed|Municipal Licensing & Standards|Spadina Ave|District Enforcement|M5V|")]
    public async Task Exports_of_other_cities(string name, string text, string first, string said)
    {
        var (one, more) = (first, said);
        await Drafted("hotline", name, Encoding.UTF8.GetBytes(text), 1, async given =>
        {
            (await given.Sql("SELECT status, agency_responsible, address, category, zipcode, resolution FROM hotline.service_request")).Select(r => string.Join('|', r)).Should().Equal(more);
            return await First(given);
        }, one);
    }

    [Theory]
    [InlineData("wide.csv", "time,D101,D102,D103\n2026-03-01 00:00:00,10,20,30\n2026-03-01 00:05:00,11,,31\n", 5, "3 1")] // a detector a column
    [InlineData("numbers.csv", "773869,767541\n64.3,67.6\n62.6,68.8\n", 4, "2 1")] // no time at all
    [InlineData("properties.csv", "timestamp,sensor,speed,flow\n2026-03-01 00:00:00,S1,31.5,12\n2026-03-01 00:05:00,S2,30,9\n", 4, "2 2")]
    [InlineData("long.tsv", "date\tstation\tparameter\tvalue\tunit\n2026-03-01 00:00:00\tS1\tspeed\t31.5\tkm/h\n2026-03-01 00:00:00\tS2\tflow\t9\t1/h\n", 2, "2 2")]
    [InlineData("long.json", "{\"data\":[{\"device\":\"R1\",\"ts\":\"2026-03-01T00:00:00Z\",\"metric\":\"speed\",\"value\":31.5},{\"device\":\"R2\",\"ts\":\"2026-03-01T00:00:00Z\",\"metric\":\"flow\",\"value\":9}]}", 2, "2 2")]
    public Task Detectors_wide_and_long(string name, string text, long rows, string things) => Drafted("sensors", name, Encoding.UTF8.GetBytes(text), rows,
        async given => string.Join(' ', (await given.Sql("SELECT count(DISTINCT s.thing_id), count(DISTINCT s.observed_property) FROM sensor.observation o JOIN sensor.datastream s USING (datastream_id)")).Single()), things);

    [Fact]
    public void What_is_no_table_is_refused_with_the_kinds_that_are()
    {
        using var given = new Given();
        foreach (var (name, bytes) in new (string, byte[])[] { ("a.bin", [0, 1, 2, 3]), ("empty.csv", []), ("broken.json", "{\"a\":[1,"u8.ToArray()) })
        {
            var act = () => LayoutDraft.Of(given.File(name, bytes));
            act.Should().Throw<SourceFormatException>().WithMessage($"*{name}*JSON lines*");
        }
    }

    private static async Task<string> First(Given given) =>
        (await given.Sql("SELECT service_request_id, requested_datetime, longitude FROM hotline.service_request ORDER BY 1 LIMIT 1")).Select(r => $"{r[0]} {r[1]:dd HH:mm} {r[2]}".TrimEnd()).Single();

    private static async Task Drafted(string family, string file, byte[] bytes, long rows, Func<Given, Task<string>> ask, string answer)
    {
        using var given = new Given(file.Replace('.', '-'));
        var path = given.File(file, bytes);
        var draft = LayoutDraft.Of(path);
        var name = draft.Split('\n').Single(l => l.StartsWith("name: ", StringComparison.Ordinal))[6..].Trim();
        given.File($"../lake/contracts/{name}.yaml", draft);
        given.Reopen();
        var report = await given.IngestBy(family, name, null, path);

        report.Files[0].Should().BeEquivalentTo(new { Status = FileStatus.Ingested, Rows = rows, Rejected = 0L }, draft);
        (await ask(given)).Should().Be(answer, draft);
    }
}
