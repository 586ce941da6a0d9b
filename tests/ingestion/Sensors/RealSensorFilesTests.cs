using System.Globalization;
using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Sensors;

namespace Plinth.Tests;

/// <summary>Every real sensor file of the shared data is read right, or refused with the right reason.</summary>
public class RealSensorFilesTests
{
    private static readonly string[] Expected =
    [
        "metr-la/graph_sensor_locations.csv metr-la-locations 207 0 0",
        "metr-la/los_speed.csv metr-la-speed 417312 0 0",
        "mndot/TravelTime_387.csv mndot-detector 2500 0 0",
        "mndot/occupancy_6005.csv mndot-detector 2380 0 0",
        "mndot/speed_6005.csv mndot-detector 2500 0 0",
        "openaq/air_quality_parameters.csv refused: lists what can be measured, but has neither things nor values",
        "openaq/air_quality_pm25_long.csv openaq-long 1110 0 0",
        "openaq/air_quality_stations.csv openaq-stations 58 8 0",
        "pems-one-detector/train.csv pems-flow 7776 0 0",
        "signal-csv/ApproachVolumeTestLogs.csv controller-events-csv 5747 0 0",
        "signal-econolite/ECON_10.204.9.227_2024_07_22_1332.dat econolite-events 765 0 0",
        "signal-hires/sample_config.parquet detector-config 16 0 0",
        "signal-hires/sample_raw_data.parquet controller-events-parquet 37152 0 0",
        "signal-maxtime/638572533917628534.xml maxtime-events 3001 0 0",
        "usdot-cv/nycdot-spdcomp-event.json refused: has no times: they were removed for privacy",
        "usdot-cv/thea-filtered-spat-schemaVersion1.json cv-spat 4 0 0",
        "usdot-cv/wydot-filtered-bsm-schemaVersion6.json cv-bsm 5 0 0",
        "usgs-water/nwis_iv_empty_mock.json refused: holds no records",
        "usgs-water/nwis_iv_mock.json waterml-json 2 0 0",
        "usgs-water/waterservices_iv.txt waterml-json 20 0 0",
        "usgs-water/waterservices_peaks.txt usgs-peaks 39 0 0",
        "usgs-water/waterservices_site.txt usgs-sites 2 0 0",
        "weather/seattle-weather.csv weather-daily 5844 0 0",
        "weather/weather.csv weather-daily-stations 11688 0 0",
    ];

    [Fact]
    public async Task Every_file_is_read_right_or_refused_with_the_right_reason()
    {
        var folder = Repository.Shared("data", "sensors");
        using var given = new Given();
        var report = await given.Ingest("sensors", folder);

        report.Files.Select(f => $"{Path.GetRelativePath(folder, f.Path)} " + (f.Status == FileStatus.Ingested ? $"{f.Contract} {f.Rows} {f.Rejected} {f.Duplicates}" : $"{f.Status.ToString().ToLowerInvariant()}: {f.Reason}"))
            .Zip(Expected, (was, expected) => was.StartsWith(expected, StringComparison.Ordinal) ? expected : was).Should().Equal(Expected);
        string[] facts =
        [
            // The facts behind the quirks in SOURCES.md.
            Line(await given.Sql("SELECT min(phenomenon_time), max(phenomenon_time), count(DISTINCT datastream_id) FROM sensor.observation WHERE datastream_id LIKE 'urn:plinth:datastream:metr-la:%'")),
            Line(await given.Sql("SELECT min(phenomenon_time), max(phenomenon_time) FROM sensor.observation WHERE datastream_id LIKE '%:pems:%'")),
            Line(await given.Sql("SELECT unit FROM sensor.datastream WHERE datastream_id = 'urn:plinth:datastream:openaq:BETR801:pm25'")),
            Line(await given.Sql("SELECT reason FROM sensor.rejected WHERE file = 'air_quality_stations.csv' ORDER BY line LIMIT 1")),
            Line(await given.Sql("SELECT min(phenomenon_time), min_by(event_code, source_row) FROM sensor.event WHERE thing_id = 'urn:plinth:thing:udot:10.204.9.227'")),
            Line(await given.Sql("SELECT min(phenomenon_time) FROM sensor.event WHERE thing_id = 'urn:plinth:thing:udot:1015'")),
            Line(await given.Sql("SELECT name, round(longitude, 4), round(latitude, 4) FROM sensor.thing WHERE local_id = '01491000' AND name IS NOT NULL")),
            Line(await given.Sql("SELECT count(*), min(phenomenon_time) FROM sensor.observation WHERE datastream_id = 'urn:plinth:datastream:cv-wyoming:CB950124:speed' AND result = 7.52")),
            Line(await given.Sql("SELECT DISTINCT phenomenon_time FROM sensor.observation WHERE datastream_id LIKE '%cv-tampa%'")),
        ];
        facts.Should().Equal(
            "2012-03-01 08:00:00 | 2012-03-08 07:55:00 | 207",
            "2016-01-04 08:00:00 | 2016-03-01 07:55:00",
            "ug/m3",
            "air_quality_stations.csv:29 names the thing 'FR04014' again, with other values; the first counts: give the other an id of its own",
            "2024-07-22 19:32:15.8 | 22",
            "2024-07-22 19:33:19.3",
            "CHOPTANK RIVER NEAR GREENSBORO, MD | -75.7858 | 38.9972",
            "1 | 2018-05-06 20:26:28.69",
            "2019-01-14 05:00:00.035");
    }

    private static string Line(IReadOnlyList<object?[]> rows) =>
        string.Join(" | ", rows.Single().Select(v => v is DateTime time ? time.ToString("yyyy-MM-dd HH:mm:ss.FFF", CultureInfo.InvariantCulture) : Convert.ToString(v, CultureInfo.InvariantCulture)));

    [Fact]
    public async Task Decimal_commas_carriage_returns_alone_and_a_year_156489_are_data()
    {
        using var given = new Given();
        given.File("../lake/contracts/pegel.yaml", """
            kind: SourceContract
            name: pegel
            family: sensors
            dataset: sensor.observation
            format: csv
            delimiter: ";"
            timeZone: Europe/Berlin
            crs: "OGC:CRS84"
            recognise: {header: [Zeit, Stand]}
            columns:
              - {name: phenomenon_time, from: Zeit, required: true, format: "dd.MM.yyyy HH:mm"}
              - {name: result, from: Stand, required: true}
            settings: {thing: P1, property: stage, decimal: ',', sourceUnit.stage: cm, unit.stage: m}
            """);
        given.Reopen();
        var report = await given.Ingest("sensors", given.File("pegel.csv", "Zeit;Stand\r01.03.2026 07:00;1.234,5\r01.03.2026 08:00;99\r01.03.156489 08:00;99\r01.03.2026 08:00;99\r29.03.2026 02:30;1\r"));

        (report.Rows, report.Rejected, report.Duplicates).Should().Be((2L, 2L, 1L));
        (await given.Sql("SELECT phenomenon_time, round(result, 4) FROM sensor.observation ORDER BY 1")).Select(r => $"{r[0]:HH:mm} {r[1]}").Should().Equal("06:00 12.345", "07:00 0.99");
    }

    [Fact]
    public void Damaged_logs_of_a_controller_give_rows_or_a_refusal()
    {
        var head = Encoding.ASCII.GetBytes("7-22-2024 13:32:11.3,IP Address:,10.0.0.1\n7-22-2024 13:32:11.3,Controller Data Log Beginning:,7/22/2024,13:32:11.3\n7-22-2024 13:32:11.3,Phases in use:,2,4\n");
        byte[] sample = [.. head, .. Enumerable.Range(0, 400).Select(i => (byte)(i * 7))];
        var random = new Random(20261122);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = sample.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            bytes = bytes[..random.Next(bytes.Length + 1)];
            if (EconoliteLog.ReadHead(bytes, out var problem) is not { } read)
            {
                problem.Should().NotBeNull();
                continue;
            }
            var at = read.Length;
            while (EconoliteLog.ReadEvent(bytes, at) is not null)
                at += 4;
            (bytes.Length - at).Should().BeInRange(0, 3);
        }
    }
}
