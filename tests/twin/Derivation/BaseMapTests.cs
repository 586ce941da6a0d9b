namespace Plinth.Tests.Twin.Derivation;

/// <summary>Roads, waterways, footprints, points of interest and tilesets as entities.</summary>
public sealed class BaseMapTests : IDisposable
{
    private readonly City _city = new();

    [Fact]
    public async Task Base_maps_and_tilesets_become_entities_with_geometry_and_facts()
    {
        await FillAsync();
        await _city.DeriveAsync();
        _city.Twin.Counts().Should().BeEquivalentTo(new (string, long)[] { ("Building", 1), ("ModelTileset", 1), ("PointOfInterest", 1), ("Road", 2), ("WaterBody", 1), ("Waterway", 1) });
        Facts("urn:plinth:road:osm:way/1").Should().BeEquivalentTo(new Dictionary<string, object?> { ["class"] = "primary", ["ref"] = "G106", ["direction"] = "both", ["lanes"] = 4.0, ["max_speed"] = 60.0, ["is_bridge"] = "true" });
        Facts("urn:plinth:building:osm:way/9").Should().BeEquivalentTo(new Dictionary<string, object?> { ["class"] = "school", ["height"] = 18.5, ["storeys"] = 5.0 });
        Facts("urn:plinth:poi:osm:node/5").Should().BeEquivalentTo(new Dictionary<string, object?> { ["class"] = "amenity", ["function"] = "school", ["address"] = "1 School Road" });
        Facts("urn:plinth:model-tileset:abcdef0123456789").Should().Contain("tiles", 2.0).And.Contain("levels", 2.0).And.Contain("triangles", 120.0).And.Contain("missing_contents", 1.0);
        _city.Twin.Entity("urn:plinth:road:osm:way/1")!.Geometry.Single().Role.Should().Be("centreline");
        _city.Twin.Entity("urn:plinth:road:osm:way/2")!.Geometry.Single().Role.Should().Be("footprint", "a square is an area");
        _city.Twin.Layers().Where(l => l.Name is "roads" or "waterways" or "pois" or "buildings" or "city_objects").Select(l => (l.Name, l.Features)).Should()
            .BeEquivalentTo(new[] { ("roads", 1L), ("waterways", 1L), ("pois", 1L), ("buildings", 1L), ("city_objects", 2L) });
        _city.Twin.At(113.2, 23.4).Select(e => e.Type).Should().Contain("Building").And.Contain("PointOfInterest");
    }

    [Fact]
    public async Task What_a_later_extract_says_otherwise_replaces_it_and_the_rest_is_left_alone()
    {
        await FillAsync();
        await _city.DeriveAsync();
        _city.Clock.Set("2024-07-01T00:00:00Z");
        await _city.AddAsync("base.road", Road("way/1", "secondary", null, row: "sha256:bb#way/1"));
        var report = await _city.DeriveAsync();
        Facts("urn:plinth:road:osm:way/1").Should().BeEquivalentTo(new Dictionary<string, object?> { ["class"] = "secondary", ["direction"] = "both", ["is_bridge"] = "true" });
        // One entity, one geometry; six claims and facts: three said anew, three closed. Nothing else was written.
        report.Rows.Should().BeEquivalentTo(new Dictionary<string, long> { ["twin.entity"] = 1, ["twin.entity_geometry"] = 1, ["twin.claim"] = 6, ["twin.fact"] = 6 });
        Facts("urn:plinth:road:osm:way/1", new(null, DateTimeOffset.Parse("2024-06-15T00:00:00Z")))["class"].Should().Be("primary");
        (await _city.DeriveAsync()).NothingNew.Should().BeTrue();
    }

    [Fact]
    public async Task Buildings_of_two_sources_are_the_same_where_their_outlines_have_most_in_common()
    {
        await _city.AddAsync("model.object", Rows.Building("tower", 113.2, 23.4), Rows.Building("shed", 113.201, 23.4));
        // One drawn 4 m off the tower, one that covers a corner of the shed only.
        await _city.AddAsync("base.footprint", Outline("1", 113.20004, 23.4), Outline("2", 113.2013, 23.4003));
        await _city.DeriveAsync();
        var same = (await Same()).Should().ContainSingle().Subject;
        (same[0], same[1]).Should().Be(("urn:plinth:building:osm:1", "urn:plinth:building:0123456789abcdef:tower"));
        same[2].Should().Be("""{"by":"geometry","overlap":0.818}""", "360 of 400 columns are common, 440 are covered");

        _city.Clock.Set("2024-07-01T00:00:00Z");
        await _city.AddAsync("base.footprint", Outline("1", 113.3, 23.4, "bb"));
        await _city.DeriveAsync();
        (await Same()).Should().BeEmpty();
        (await _city.SqlAsync("SELECT count(*) FROM twin.relation_at(known := TIMESTAMPTZ '2024-06-15') WHERE predicate = 'sameAs'")).Single()[0].Should().Be(1L);

        Task<IReadOnlyList<object?[]>> Same() => _city.SqlAsync("SELECT subject_id, object_id, attributes FROM twin.relation_at() WHERE predicate = 'sameAs'");
        static object Outline(string id, double x, double y, string file = "aa") => new
        {
            footprint_id = $"urn:plinth:footprint:osm:{id}", kind = "yes", source = "osm", source_row = $"sha256:{file}#{id}", source_crs = "OGC:CRS84",
            geom = Shape.Box(x - 0.0002, y - 0.0002, x + 0.0002, y + 0.0002), bbox = Shape.Bounds(x - 0.0002, y - 0.0002, x + 0.0002, y + 0.0002),
        };
    }

    public void Dispose() => _city.Dispose();

    private Dictionary<string, object?> Facts(string id, Plinth.Twin.TwinTime at = default) => _city.Twin.Entity(id, at)!.Facts.ToDictionary(f => f.Property, f => f.Value);

    private async Task FillAsync()
    {
        await _city.AddAsync("base.road", Road("way/1", "primary", "G106", 4, 60), Road("way/2", "pedestrian", null, area: true));
        await _city.AddAsync("base.waterway",
            new { waterway_id = "urn:plinth:waterway:osm:way/3", kind = "river", width_m = 30.0, source = "osm", source_row = "sha256:aa#way/3", source_crs = "OGC:CRS84", geom = Line(), bbox = Shape.Bounds(113.1, 23.4, 113.3, 23.4) },
            new { waterway_id = "urn:plinth:waterway:osm:way/4", kind = "lake", source = "osm", source_row = "sha256:aa#way/4", source_crs = "OGC:CRS84", geom = Shape.Box(113.3, 23.4, 113.31, 23.41), bbox = Shape.Bounds(113.3, 23.4, 113.31, 23.41) });
        await _city.AddAsync("base.footprint", new { footprint_id = "urn:plinth:footprint:osm:way/9", kind = "school", height_m = 18.5, levels = 5.0, changed_at = Shape.At("2023-01-01T00:00:00Z"), source = "osm", source_row = "sha256:aa#way/9",
            source_crs = "OGC:CRS84", geom = Shape.Box(113.1999, 23.3999, 113.2001, 23.4001), bbox = Shape.Bounds(113.1999, 23.3999, 113.2001, 23.4001) });
        await _city.AddAsync("base.poi", new { poi_id = "urn:plinth:poi:osm:node/5", name = "一小", category = "amenity", kind = "school", address = "1 School Road", source = "osm", source_row = "sha256:aa#node/5",
            source_crs = "OGC:CRS84", geom = Shape.Point(113.2, 23.4), bbox = Shape.Bounds(113.2, 23.4, 113.2, 23.4) });
        await _city.AddAsync("model.tile", Tile("0", 0, null), Tile("0/0", 1, true));
    }

    private static object Road(string id, string kind, string? reference, double? lanes = null, double? speed = null, bool area = false, string row = "") => new
    {
        road_id = $"urn:plinth:road:osm:{id}", name = "迎宾大道", kind, @ref = reference, direction = "both", lanes, max_speed_kmh = speed, is_bridge = area ? (bool?)null : true, source = "osm",
        source_row = row.Length > 0 ? row : $"sha256:aa#{id}", source_crs = "OGC:CRS84", geom = area ? Shape.Box(113.4, 23.4, 113.401, 23.401) : Line(),
        bbox = area ? Shape.Bounds(113.4, 23.4, 113.401, 23.401) : Shape.Bounds(113.1, 23.4, 113.3, 23.4),
    };

    private static object Tile(string place, long level, bool? present) => new
    {
        tile_id = $"urn:plinth:tile:sha256:abcdef0123456789:{place}", asset_id = "urn:plinth:asset:abcdef0123456789", level, content_uri = $"{level}.glb", is_present = present, triangle_count = 60L,
        geom = Shape.Box(113.1, 23.3, 113.2, 23.4), bbox = Shape.Bounds(113.1, 23.3, 113.2, 23.4), source_row = $"sha256:ee#{place}",
    };

    private static byte[] Line() => Convert.FromHexString("010200000002000000" + Hex(113.1) + Hex(23.4) + Hex(113.3) + Hex(23.4));

    private static string Hex(double value) => Convert.ToHexString(BitConverter.GetBytes(value));
}
