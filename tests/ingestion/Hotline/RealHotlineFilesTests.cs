using Plinth.Ingestion;

namespace Plinth.Tests;

/// <summary>Every real hotline file of the shared data is read right.</summary>
public class RealHotlineFilesTests
{
    [Fact]
    public async Task Every_file_is_read_right_and_what_another_file_said_already_is_counted_as_duplicate()
    {
        var folder = Repository.Shared("data", "hotline");
        using var given = new Given();
        var report = await given.Ingest("hotline", folder);

        report.Files.Select(f => $"{Path.GetFileName(f.Path)} {f.Contract} {f.Status} {f.Rows} {f.Rejected} {f.Duplicates} {f.Reason}".Trim()).Should().Equal(
            "Misc. Snow Complaint.csv boston-311-2015 Ingested 1051 0 0",
            "PWD Graffiti.csv boston-311-2015 Ingested 1404 0 0",
            "Traffic Signal Repair.csv boston-311-2015 Ingested 2096 0 0",
            "Unsatisfactory Living Conditions.csv boston-311-2015 Ingested 2595 0 0",
            "boston311-100-bad.tsv boston-311-tsv Ingested 99 1 0",
            "boston311-100-with-nonascii.csv boston-311 Ingested 3 0 97",
            "boston311-100.csv boston-311 Ingested 0 0 100",
            "boston311-100.jsonl boston-311-jsonl Ingested 0 0 100",
            "boston311-dmy-100.csv boston-311-dmy Ingested 0 0 100",
            "311_Animals_2025_short.csv nyc-311 Ingested 4969 0 0",
            "311_Service_Requests_2018_1000.csv nyc-311 Ingested 1000 0 0",
            "311_Service_Requests_api_2023_500.csv nyc-311-api Ingested 500 0 0");
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE resolution LIKE '%â%'")).Should().Be(0L);
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE resolution LIKE '%Transportation’s website%'")).Should().NotBe(0L);
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE source = 'boston-311' AND zipcode IS NOT NULL AND NOT regexp_matches(zipcode, '^0[0-9]{4}$')")).Should().Be(0L);
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE abs(longitude + 71.0587) < 1e-6 AND abs(latitude - 42.3594) < 1e-6")).Should().Be(0L);
        (await given.Value("SELECT requested_datetime FROM hotline.service_request WHERE service_request_id = '101001243791'")).Should().Be(new DateTime(2015, 1, 7, 20, 38, 40, DateTimeKind.Utc));
        (await given.Value("SELECT count(*) FROM hotline.status_change c WHERE NOT EXISTS (FROM hotline.service_request r WHERE r.service_request_id = c.service_request_id AND r.source = c.source)")).Should().Be(0L);
        (await given.Value("SELECT count(*) FROM hotline.service_request r WHERE duplicate_of IS NOT NULL AND NOT EXISTS (FROM hotline.service_request f WHERE f.service_request_id = r.duplicate_of AND f.source = r.source AND f.category = r.category)")).Should().Be(0L);
        (await given.Value("SELECT count(*) FROM hotline.service_request WHERE duplicate_of IS NOT NULL")).Should().NotBe(0L);
    }

    [Theory]
    [InlineData("day-first dates", "boston-311/boston311-dmy-100.csv", "bool_or(service_request_id = '101004143000' AND requested_datetime = '2022-01-21 18:47:00+00')")]
    [InlineData("hours by AM and PM", "boston-311-2015/PWD Graffiti.csv", "count(DISTINCT hour(requested_datetime)) > 13")]
    [InlineData("postal codes that lost their zero", "boston-311-2015/Traffic Signal Repair.csv", "bool_and(length(zipcode) = 5) AND bool_or(zipcode LIKE '02%')")]
    [InlineData("City Hall for no address", "boston-311-2015/Traffic Signal Repair.csv", "count(*) FILTER (geocode_method = 'none') >= 31")]
    [InlineData("blanks that are nothing", "boston-311/boston311-100.csv", "count(*) FILTER (trim(address) = '' OR trim(resolution) = '') = 0")]
    [InlineData("a field too many", "boston-311/boston311-100-bad.tsv", "count(*) = 99")]
    [InlineData("quoted commas, text encoded twice", "nyc-311/311_Service_Requests_2018_1000.csv", "bool_or(resolution LIKE '%Department’s%' OR resolution LIKE '%Transportation’s%') AND count(*) FILTER (resolution LIKE '%â%') = 0")]
    [InlineData("rows without coordinates", "nyc-311/311_Service_Requests_2018_1000.csv", "count(*) FILTER (geom IS NULL) = 107")]
    [InlineData("times without seconds and zone", "nyc-311/311_Animals_2025_short.csv", "bool_or(service_request_id = '64345465' AND requested_datetime = '2025-03-14 05:20:00+00')")]
    [InlineData("times with .000 and no zone, columns in another order", "nyc-311/311_Service_Requests_api_2023_500.csv", "bool_or(service_request_id = '59694038' AND requested_datetime = '2023-12-10 17:00:00+00' AND round(latitude, 4) = 40.9064)")]
    public async Task Each_quirk_of_a_file_is_read_as_what_it_means(string quirk, string file, string holds)
    {
        using var given = new Given($"quirk-{quirk.GetHashCode(StringComparison.Ordinal):x}");
        await given.Ingest("hotline", Repository.Shared("data", "hotline", file));
        (await given.Value($"SELECT {holds} FROM hotline.service_request")).Should().Be(true, quirk);
    }
}
