using Plinth.Twin;

namespace Plinth.Tests.Twin.Query;

public sealed class SensorQueryTests
{
    private static object Stream(string id, string property = "speed", string thing = "t1") => new
    {
        datastream_id = $"urn:plinth:datastream:{id}", thing_id = $"urn:plinth:thing:atspm:{thing}", observed_property = property, unit = "km/h", source = "atspm", source_row = "sha256:ee#1",
    };

    private static object Value(string id, string at, double? result) => new { datastream_id = $"urn:plinth:datastream:{id}", phenomenon_time = Shape.At(at), result, source_row = "sha256:ee#2" };

    [Fact]
    public async Task The_latest_value_of_everything_is_one_query()
    {
        using var city = await CityAsync(("2024-05-01T08:00:00Z", 10), ("2024-05-01T08:01:00Z", 20), ("2024-05-01T08:02:00Z", 30));
        var rows = await city.SqlAsync("SELECT result, entity_id, observations FROM twin.latest() ORDER BY datastream_id");
        rows.Select(r => (r[0], r[1], r[2])).Should().Equal((30.0, "urn:plinth:device:atspm:t1", 3L), (null, "urn:plinth:device:atspm:t1", null));
        (await city.SqlAsync("SELECT result FROM twin.latest(TIMESTAMPTZ '2024-05-01 08:01:59.999999+00') WHERE result IS NOT NULL")).Single()[0].Should().Be(20.0);
    }

    [Theory]
    [InlineData("1 minute")]
    [InlineData("1 hour")]
    [InlineData("1 day")]
    public async Task A_roll_up_is_that_of_the_raw_values_to_the_last_digit(string width)
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 3000).Select(i => (At: new DateTime(2024, 5, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(i * 37), Value: Math.Pow(10, random.Next(-6, 9)) * (random.NextDouble() - 0.5))).ToList();
        using var city = await CityAsync([.. values.OrderBy(_ => random.Next()).Select(v => (v.At.ToString("O"), v.Value))]);
        var rows = await city.SqlAsync($"SELECT starts, observations, least, most, total, last_value FROM twin.rollup('{width}') ORDER BY starts");
        var size = width switch { "1 minute" => TimeSpan.FromMinutes(1), "1 hour" => TimeSpan.FromHours(1), _ => TimeSpan.FromDays(1) };
        var expected = values.GroupBy(v => v.At.Ticks / size.Ticks).OrderBy(g => g.Key).Select(g =>
            ((long)g.Count(), g.Min(v => v.Value), g.Max(v => v.Value), g.OrderBy(v => v.At).Aggregate(0.0, (sum, v) => sum + v.Value), g.MaxBy(v => v.At).Value));
        rows.Select(r => ((long)r[1]!, (double)r[2]!, (double)r[3]!, (double)r[4]!, (double)r[5]!)).Should().Equal(expected);
    }

    [Fact]
    public async Task A_chart_of_few_points_is_that_of_largest_triangles()
    {
        var random = new Random(5);
        var start = new DateTime(2024, 5, 1, 0, 0, 0, DateTimeKind.Utc);
        var values = Enumerable.Range(0, 1000).Select(i => (At: start.AddSeconds((i * 60) + random.Next(30)), Value: Math.Sin(i / 40.0) + (i == 617 ? 25 : random.NextDouble()))).ToList();
        using var city = await CityAsync([.. values.OrderBy(_ => random.Next()).Select(v => (v.At.ToString("O"), v.Value))]);
        foreach (var points in new[] { 3, 40, 333 })
        {
            var rows = await city.SqlAsync($"SELECT phenomenon_time, result FROM twin.chart('urn:plinth:datastream:a', points := {points})");
            rows.Select(r => ((DateTime)r[0]!, (double)r[1]!)).Should().Equal(LargestTriangles(values, points));
            rows.Should().HaveCount(points).And.Contain(r => (double)r[1]! > 20, "a peak stays");
        }
        (await city.SqlAsync("SELECT count(*), sum(result) FROM twin.chart('urn:plinth:datastream:a', points := 1000)")).Single()[0].Should().Be(1000L);
        (await city.SqlAsync("SELECT count(*) FROM twin.chart('urn:plinth:datastream:a', from_time := '2024-05-01 01:00:00+00', to_time := '2024-05-01 02:00:00+00')")).Single()[0].Should().Be(60L);
        (await city.SqlAsync("SELECT * FROM twin.chart('urn:plinth:datastream:none')")).Should().BeEmpty();
    }

    /// <summary>As its author wrote it (Steinarsson 2013).</summary>
    private static IEnumerable<(DateTime, double)> LargestTriangles(List<(DateTime At, double Value)> data, int points)
    {
        static double X(DateTime t) => (t - DateTime.UnixEpoch).TotalSeconds;
        var every = (double)(data.Count - 2) / (points - 2);
        var a = 0;
        yield return data[0];
        for (var i = 0; i < points - 2; i++)
        {
            var next = data.Skip((int)Math.Floor((i + 1) * every) + 1).Take(Math.Min((int)Math.Floor((i + 2) * every) + 1, data.Count) - (int)Math.Floor((i + 1) * every) - 1).ToList();
            var (x, y) = (next.Average(p => X(p.At)), next.Average(p => p.Value));
            a = Enumerable.Range((int)Math.Floor(i * every) + 1, (int)Math.Floor((i + 1) * every) - (int)Math.Floor(i * every))
                .MaxBy(j => Math.Abs(((X(data[a].At) - x) * (data[j].Value - data[a].Value)) - ((X(data[a].At) - X(data[j].At)) * (y - data[a].Value))));
            yield return data[a];
        }
        yield return data[^1];
    }

    [Fact]
    public async Task A_gap_is_a_step_much_longer_than_the_usual_one()
    {
        using var city = await CityAsync(("2024-05-01T08:00:00Z", 1), ("2024-05-01T08:01:00Z", 1), ("2024-05-01T08:02:00Z", 1), ("2024-05-01T08:06:00Z", 1), ("2024-05-01T08:07:00Z", 1));
        var gap = (await city.SqlAsync("SELECT seconds, usual_seconds, missing FROM twin.gaps()")).Single();
        gap.Should().Equal(240.0, 60.0, 3L);
    }

    [Fact]
    public async Task An_alert_ends_at_the_lower_threshold_and_names_who_is_responsible()
    {
        using var city = await CityAsync(("2024-05-01T08:00:00Z", 40), ("2024-05-01T08:01:00Z", 81), ("2024-05-01T08:02:00Z", 75), ("2024-05-01T08:03:00Z", 95), ("2024-05-01T08:04:00Z", 70), ("2024-05-01T08:05:00Z", 79), ("2024-05-01T08:06:00Z", 80));
        await city.AddAsync("base.responsibility_area", Area("1", "水务局", "water", 113.19, 113.21));
        await city.DeriveAsync();
        var alerts = await city.SqlAsync("SELECT began, ended, extreme, responsible FROM twin.alerts('speed', 80, 70) ORDER BY began");
        alerts.Select(r => (r[0], r[1], r[2], r[3])).Should().Equal(
            (Shape.At("2024-05-01T08:01:00Z"), Shape.At("2024-05-01T08:04:00Z"), 95.0, "水务局"),
            (Shape.At("2024-05-01T08:06:00Z"), null, 80.0, "水务局"));
        (await city.SqlAsync("SELECT began FROM twin.alerts('speed', 45, 60)")).Should().ContainSingle("falling below 45 is the alarm, rising to 60 its end");
    }

    [Fact]
    public async Task A_place_has_its_departments_first_and_overlaps_and_gaps_are_found()
    {
        using var city = new City();
        await city.AddAsync("base.admin_unit", Rows.Unit("440114", "花都区", "district", box: [113.0, 23.0, 113.3, 23.1]));
        await city.AddAsync("base.responsibility_area", Area("1", "水务局", "water", 113.0, 113.12, 23.0, 23.1), Area("2", "街道办", "water", 113.1, 113.2, 23.0, 23.1), Area("3", "交通局", "roads", 113.0, 113.3, 23.0, 23.1));
        await city.DeriveAsync();
        (await city.SqlAsync("SELECT coalesce(department, name) FROM twin.whose(113.11, 23.05, for_matter := 'water')")).Select(r => r[0]).Should().Equal("街道办", "水务局", "花都区");
        (await city.SqlAsync("SELECT coalesce(department, name) FROM twin.whose(113.25, 23.05, for_matter := 'water')")).Select(r => r[0]).Should().Equal("花都区");
        var overlap = (await city.SqlAsync("SELECT matter, a_department, b_department, area_m2 FROM twin.responsibility_overlaps()")).Single();
        overlap[..3].Should().Equal("water", "水务局", "街道办");
        ((double)overlap[3]!).Should().BeApproximately(0.02 * 102_500 * 0.1 * 110_760, 2e5);
        var gap = (await city.SqlAsync("SELECT matter, area_m2 FROM twin.responsibility_gaps('urn:plinth:admin-unit:440114')")).Single();
        gap[0].Should().Be("water");
        ((double)gap[1]!).Should().BeApproximately(5 * (double)overlap[3]!, 1e5);
    }

    [Fact]
    public async Task A_junction_lists_its_detectors_by_phase_and_a_gauge_knows_its_river()
    {
        using var city = await CityAsync(("2024-05-01T08:00:00Z", 1));
        await city.AddAsync("sensor.detector_config", new { thing_id = "urn:plinth:thing:atspm:t1", channel = 7, phase = 2, function = "Advance", source_row = "sha256:ff#1" }, new { thing_id = "urn:plinth:thing:atspm:t1", channel = 3, phase = 1, function = "stop bar count", source_row = "sha256:ff#2" });
        await city.AddAsync("sensor.datastream", Stream("level", "water_level"));
        await city.AddAsync("sensor.observation", Value("level", "2024-05-01T08:00:00Z", 3.2));
        await city.AddAsync("model.object", Rows.Building("river", 113.2003, 23.4, type: "WaterBody"), Rows.Building("brook", 113.2012, 23.4, type: "WaterBody"));
        await city.DeriveAsync();
        (await city.SqlAsync("SELECT channel, phase, function FROM twin.junction('urn:plinth:intersection:atspm:t1')")).Select(r => (r[0], r[1], r[2])).Should().Equal((3, 1, "stop bar count"), (7, 2, "Advance"));
        var gauge = (await city.SqlAsync("SELECT result, reach_id, distance_m FROM twin.gauges()")).Single();
        gauge[0].Should().Be(3.2);
        ((string)gauge[1]!).Should().EndWith(":river");
        ((double)gauge[2]!).Should().BeApproximately(10.2, 0.2);
    }

    private static object Area(string id, string department, string matter, double west, double east, double south = 23.3, double north = 23.5) => new
    {
        area_id = id, source = "office", name = $"{department} {id}", department, matter, source_crs = "OGC:CRS84", geom = Shape.Box(west, south, east, north), bbox = Shape.Bounds(west, south, east, north), source_row = $"sha256:ab#{id}",
    };

    private static async Task<City> CityAsync(params (string At, double Value)[] values)
    {
        var city = new City();
        await city.AddAsync("sensor.thing", Rows.Thing("t1", "signal_controller", 113.2, 23.4));
        await city.AddAsync("sensor.datastream", Stream("a"), Stream("b"));
        await city.AddAsync("sensor.observation", [.. values.Select(v => Value("a", v.At, v.Value))]);
        await city.DeriveAsync();
        return city;
    }
}
