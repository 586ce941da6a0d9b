using Plinth.Ingestion;

namespace Plinth.Tests;

public class SensorTests
{
    [Fact]
    public async Task All_samples_come_in_and_name_their_things_once()
    {
        using var given = new Given();
        var report = await given.Ingest("sensors", Repository.Sample("sensors"));

        report.Files.Select(f => $"{Path.GetFileName(f.Path)} {f.Contract} {f.Status} {f.Rows} {f.Rejected}").Should().Equal(
            "ApproachVolumeTestLogs.csv controller-events-csv Ingested 5747 0",
            "graph_sensor_locations.csv metr-la-locations Ingested 207 0",
            "occupancy_6005.csv mndot-detector Ingested 2380 0",
            "sample_config.parquet detector-config Ingested 16 0",
            "sample_raw_data.parquet controller-events-parquet Ingested 37152 0",
            "speed_6005.csv mndot-detector Ingested 2500 0");
        (await given.Sql("SELECT source, kind, count(*) FROM sensor.thing GROUP BY ALL ORDER BY ALL")).Select(r => string.Join(' ', r)).Should().Equal(
            "atspm signal_controller 1", "metr-la detector 207", "mndot detector 1", "udot signal_controller 1");
        (await given.Sql("SELECT datastream_id, thing_id, observed_property, unit FROM sensor.datastream ORDER BY 1")).Select(r => string.Join(' ', r)).Should().Equal(
            "urn:plinth:datastream:mndot:6005:occupancy urn:plinth:thing:mndot:6005 occupancy %",
            "urn:plinth:datastream:mndot:6005:speed urn:plinth:thing:mndot:6005 speed [mi_i]/h");
        (await given.Value("SELECT count(*) FROM sensor.observation o WHERE NOT EXISTS (FROM sensor.datastream d WHERE d.datastream_id = o.datastream_id)")).Should().Be(0L);
        (await given.Value("SELECT count(*) FROM sensor.event e WHERE NOT EXISTS (FROM sensor.thing t WHERE t.thing_id = e.thing_id)")).Should().Be(0L);
    }

    [Fact]
    public async Task Local_times_of_each_source_come_out_in_utc()
    {
        using var given = new Given();
        await given.Ingest("sensors", Repository.Sample("sensors"));

        (await given.Value("SELECT min(phenomenon_time) FROM sensor.observation WHERE datastream_id LIKE '%occupancy'")).Should().Be(Utc(2015, 9, 1, 18, 45)); // 13:45 in Chicago, summer
        (await given.Value("SELECT min(phenomenon_time) FROM sensor.event WHERE thing_id = 'urn:plinth:thing:udot:7115'")).Should().Be(Utc(2023, 4, 17, 14, 0).AddMilliseconds(200)); // 8:00:0.20 in Denver
        (await given.Value("SELECT min(phenomenon_time) >= TIMESTAMPTZ '2024-04-15 07:00:00+00' AND max(phenomenon_time) < TIMESTAMPTZ '2024-04-16 07:00:00+00' FROM sensor.event WHERE thing_id = 'urn:plinth:thing:atspm:1136'")).Should().Be(true);
    }

    [Fact]
    public async Task A_thing_that_an_earlier_file_named_is_not_named_again()
    {
        using var given = new Given();
        await given.Ingest("sensors", Repository.Sample("sensors", "speed_6005.csv"));
        var report = await given.Ingest("sensors", Repository.Sample("sensors", "occupancy_6005.csv"));

        report.Versions.Should().NotContainKey("sensor.thing", "nothing was added to it").And.ContainKey("sensor.datastream");
        (await given.Value("SELECT count(*) FROM sensor.thing")).Should().Be(1L);
        (await given.Value("SELECT count(*) FROM sensor.datastream")).Should().Be(2L);
    }

    [Fact]
    public async Task Values_whose_file_name_tells_no_detector_are_refused_even_under_the_layouts_name()
    {
        using var given = new Given();
        var file = given.File("export.csv", "timestamp,value\n2015-09-01 13:45:00,3.06\n");

        (await given.Ingest("sensors", file)).Files[0].Reason.Should().StartWith("has the columns 'timestamp', 'value', which no layout of family sensors knows; expected ");
        (await given.IngestBy("sensors", "mndot-detector", null, file)).Files[0].Reason.Should().StartWith("its name does not tell which thing and property the values are of; expected a name like ");
        given.Originals().Should().Be(0);
    }

    [Fact]
    public async Task A_damaged_parquet_file_is_refused()
    {
        using var given = new Given();
        var bytes = await File.ReadAllBytesAsync(Repository.Sample("sensors", "sample_config.parquet"), TestContext.Current.CancellationToken);
        var report = await given.IngestBy("sensors", "detector-config", null, given.File("cut.parquet", bytes[..(bytes.Length / 2)]));

        report.Files[0].Status.Should().Be(FileStatus.Refused);
        report.Files[0].Reason.Should().StartWith("cannot be read as Parquet").And.Contain("expected a file of layout 'detector-config' (parquet with the columns 'DeviceId', 'Phase', 'Parameter', 'Function')");
        given.Originals().Should().Be(0);
    }

    [Fact]
    public async Task A_parquet_file_damaged_in_its_middle_is_refused_or_read_but_never_half_stored()
    {
        var bytes = await File.ReadAllBytesAsync(Repository.Sample("sensors", "sample_raw_data.parquet"), TestContext.Current.CancellationToken);
        foreach (var tenth in new[] { 3, 5, 7, 9 })
        {
            using var given = new Given();
            var damaged = bytes.ToArray();
            damaged.AsSpan(bytes.Length / 10 * tenth, 64).Fill(0xA5);
            var report = await given.IngestBy("sensors", null, o => o with { RowsPerPart = 5000 }, given.File("damaged.parquet", damaged));
            if (report.Files.Single().Status == FileStatus.Refused)
                (report.Files.Single().Reason!.Split(" (")[0], given.Originals(), given.Catalog.Lake.Tables().Count).Should().Be(("cannot be read as Parquet", 0, 0));
            else
                (report.Rows + report.Rejected).Should().Be(37152);
        }
    }

    private static DateTime Utc(int year, int month, int day, int hour, int minute) => new(year, month, day, hour, minute, 0, DateTimeKind.Utc);
}
