using Plinth.Twin;

namespace Plinth.Tests.Twin.Derivation;

public sealed class DerivationTests
{
    private const string Tower = "urn:plinth:building:0123456789abcdef:tower";

    [Fact]
    public async Task Every_source_becomes_entities_of_its_type()
    {
        using var city = new City();
        await FillAsync(city);
        await city.DeriveAsync();
        city.Twin.Counts().Should().BeEquivalentTo(new (string, long)[]
        {
            ("AdministrativeUnit", 2), ("Building", 1), ("BuildingPart", 1), ("Device", 3), ("FlightArea", 1), ("Intersection", 1),
            ("Photo", 1), ("RasterScene", 2), ("ServiceRequest", 1),
        });
    }

    [Fact]
    public async Task Relations_say_what_lies_within_observes_depicts_and_is_reported_at_what_with_their_source_row()
    {
        using var city = new City();
        await FillAsync(city);
        await city.DeriveAsync();
        var relations = await city.SqlAsync("SELECT subject_id, predicate, object_id, source_id, source_row FROM twin.relation_at() ORDER BY ALL");
        relations.Select(r => $"{r[0]} {r[1]} {r[2]} {r[3]}".Replace("urn:plinth:", "")).Should().Equal(
            "admin-unit:440114 within admin-unit:4401 register",
            "building-part:0123456789abcdef:part partOf building:0123456789abcdef:tower model.object",
            "building-part:0123456789abcdef:part within admin-unit:440114 geometry",
            "building:0123456789abcdef:tower within admin-unit:440114 geometry",
            "device:atspm:1136 controls intersection:atspm:1136 atspm",
            "device:atspm:1136 within admin-unit:440114 geometry",
            "device:atspm:1136:detector:25 observes intersection:atspm:1136 atspm",
            "device:atspm:1136:detector:25 partOf device:atspm:1136 atspm",
            "device:atspm:7 observes datastream:atspm:7:speed atspm",
            "flight-area:20240501:2264:468 within admin-unit:440114 geometry",
            "intersection:atspm:1136 within admin-unit:440114 geometry",
            "photo:sha256:p1 depicts building-part:0123456789abcdef:part geometry",
            "photo:sha256:p1 depicts building:0123456789abcdef:tower geometry",
            "photo:sha256:p1 depicts flight-area:20240501:2264:468 flight-area",
            "photo:sha256:p1 within admin-unit:440114 geometry",
            "photo:sha256:p1 within flight-area:20240501:2264:468 flight-area",
            "service-request:nyc-311:1 reportedAt building:0123456789abcdef:tower geometry",
            "service-request:nyc-311:1 within admin-unit:440114 geometry");
        relations.Select(r => (string?)r[4]).Should().OnlyContain(row => row!.StartsWith("sha256:"));
    }

    [Fact]
    public async Task Every_fact_leads_to_a_claim_and_the_claim_to_a_row_of_its_source_version()
    {
        using var city = new City();
        await FillAsync(city);
        await city.DeriveAsync();
        var lost = await city.SqlAsync("""
            SELECT f.entity_id, f.property
            FROM   twin.fact_at() f ANTI JOIN twin.claim_at() c
            ON     c.claim_id = f.claim_id AND c.entity_id = f.entity_id AND c.property = f.property AND c.source_row LIKE 'sha256:%' AND c.source_version = 0
            """);
        lost.Should().BeEmpty();
        (await city.SqlAsync("SELECT count(*) FROM twin.fact_at()"))[0][0].Should().BeOfType<long>().Which.Should().BeGreaterThan(30);
    }

    [Fact]
    public async Task Deriving_again_adds_nothing_and_makes_no_version()
    {
        using var city = new City();
        await FillAsync(city);
        var first = await city.DeriveAsync();
        var second = await city.DeriveAsync();
        first.NothingNew.Should().BeFalse();
        second.NothingNew.Should().BeTrue();
        second.Versions.Should().Equal(first.Versions);
    }

    [Fact]
    public async Task A_late_row_derives_what_is_new_and_nothing_else()
    {
        using var city = new City();
        await FillAsync(city);
        await city.DeriveAsync();
        await city.AddAsync("model.object", Rows.Building("annex", 113.2014, 23.4));
        var report = await city.DeriveAsync();
        report.Rows["twin.entity"].Should().Be(1);
        report.Rows["twin.entity_geometry"].Should().Be(1);
        report.Rows["twin.relation"].Should().Be(1, "the annex lies within Huadu, out of the photo's view");
        var fresh = await city.SqlAsync("SELECT DISTINCT entity_id FROM twin.claim WHERE run_id = 'run-2'");
        fresh.Should().BeEmpty("the annex says nothing of itself");
    }

    [Fact]
    public async Task One_run_over_many_versions_gives_the_same_rows_as_a_run_after_each()
    {
        using var each = new City();
        using var once = new City();
        await FillAsync(each, after: () => each.DeriveAsync());
        await FillAsync(once);
        await once.DeriveAsync();
        foreach (var table in new[] { "entity", "entity_geometry", "claim", "fact", "relation" })
        {
            var sql = $"SELECT * EXCLUDE (run_id) FROM twin.{table} ORDER BY ALL";
            (await once.SqlAsync(sql)).Should().BeEquivalentTo(await each.SqlAsync(sql), table);
        }
    }

    [Fact]
    public async Task A_source_that_was_written_anew_closes_what_it_says_no_longer()
    {
        using var city = new City();
        await FillAsync(city);
        await city.DeriveAsync();
        city.Clock.Set("2024-06-20T00:00:00Z");
        await city.RewriteAsync("model.object", Rows.Building("hall", 113.2, 23.4));
        await city.DeriveAsync();
        city.Twin.Entity(Tower).Should().BeNull();
        city.Twin.Entity(Tower, new(KnownAt: DateTimeOffset.Parse("2024-06-19T00:00:00Z"))).Should().NotBeNull();
        (await city.SqlAsync("SELECT DISTINCT entity_id FROM twin.fact_at() WHERE entity_id LIKE '%tower'")).Should().BeEmpty();
        var depicted = await city.SqlAsync("SELECT object_id FROM twin.relation_at() WHERE predicate = 'depicts' AND object_id LIKE 'urn:plinth:building%'");
        depicted.Select(r => (string?)r[0]).Should().Equal("urn:plinth:building:0123456789abcdef:hall");
    }

    private static async Task FillAsync(City city, Func<Task>? after = null)
    {
        after ??= () => Task.CompletedTask;
        await city.AddAsync("base.admin_unit", Rows.Unit("4401", "广州市", "city"), Rows.Unit("440114", "花都区", "district", "4401", [112.95, 23.24, 113.48, 23.62]));
        await after();
        await city.AddAsync("model.object",
            Rows.Building("tower", 113.2, 23.4, """{"measuredHeight": 36, "bouwjaar": 1998, "colour": "red", "nested": {"a": 1}}""", height: 30),
            Rows.Building("part", 113.2, 23.4, type: "BuildingPart", parent: "tower"));
        await after();
        city.Clock.Set("2024-06-02T00:00:00Z");
        await city.AddAsync("sensor.thing", Rows.Thing("7", "detector"), Rows.Thing("1136", "signal_controller", 113.21, 23.41));
        await city.AddAsync("sensor.datastream", new { datastream_id = "urn:plinth:datastream:atspm:7:speed", thing_id = "urn:plinth:thing:atspm:7", observed_property = "speed", unit = "km/h", source = "atspm", source_row = "sha256:dd#1" });
        await city.AddAsync("sensor.detector_config", new { thing_id = "urn:plinth:thing:atspm:1136", channel = 25, phase = 8, function = "Presence", source_row = "sha256:dd#2" });
        await after();
        city.Clock.Set("2024-06-03T00:00:00Z");
        await city.AddAsync("imagery.photo", Rows.Photo("p1", 113.2, 23.4));
        await city.AddAsync("hotline.service_request", Rows.Request("1", "2024-05-01T10:00:00Z", "2024-05-03T00:00:00Z", 113.20025, 23.4));
        await after();
        await city.AddAsync("imagery.scene", new { scene_id = "s1", sha256 = "ee", file_name = "s.tif", format = "GeoTIFF", geom = Shape.Box(113, 23, 114, 24), bbox = Shape.Bounds(113, 23, 114, 24), source_row = "sha256:ee#0" });
        await city.AddAsync("imagery.tile", new { tileset_id = "t1", z = 1, x = 1, y = 0, quadkey = "1", size_bytes = 5L, sha256 = "ff", bbox = Shape.Bounds(0, 0, 180, 85), source_row = "sha256:ff#1/1/0" });
        await after();
    }
}
