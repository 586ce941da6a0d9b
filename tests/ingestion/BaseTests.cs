using System.Buffers.Binary;
using Plinth.Ingestion;

namespace Plinth.Tests;

public class BaseTests
{
    [Fact]
    public async Task Five_levels_of_division_codes_and_an_outline_come_in()
    {
        using var given = new Given();
        var report = await given.Ingest("base", Repository.Sample("base"));

        report.Files.Select(f => $"{Path.GetFileName(f.Path)} {f.Contract} {f.Status} {f.Rows} {f.Rejected}").Should().BeEquivalentTo(
            "areas.csv china-division-areas Ingested 2978 0",
            "cities.csv china-division-cities Ingested 342 0",
            "provinces.csv china-division-provinces Ingested 31 0",
            "streets.csv china-division-streets Ingested 41352 0",
            "villages-440114.csv china-division-villages Ingested 261 0",
            "花都区.geojson guangzhou-districts Ingested 1 0");
        report.Versions["base.admin_unit"].Should().Be(0, "small files share a commit");
        (await given.Value("SELECT count(*) FROM base.admin_unit WHERE parent_code = '440114' AND level = 'street'")).Should().Be(10L);
        (await given.Value("SELECT name FROM base.admin_unit WHERE code = '440114002'")).Should().Be("花城街道");
        (await given.Value("SELECT count(*) FROM base.admin_unit WHERE source_crs IS NOT NULL")).Should().Be(1L, "a code without an outline has no CRS");
    }

    [Fact]
    public async Task An_outline_leaves_gcj_02_vertex_by_vertex_and_runs_counter_clockwise()
    {
        using var given = new Given();
        await given.Ingest("base", Repository.Sample("base", "花都区.geojson"));

        var row = (await given.Sql("SELECT code, name, level, source_crs, geom, bbox.xmin, bbox.ymin, bbox.xmax, bbox.ymax FROM base.admin_unit")).Single();
        row[..4].Should().Equal("440114", "花都区", "district", "GCJ-02");
        ((double)row[5]!).Should().BeApproximately(112.9590 - 0.005, 0.0001);
        ((double)row[8]!).Should().BeApproximately(23.6162 + 0.0025, 0.0001);
        var wkb = (byte[])row[4]!;
        wkb[..9].Should().Equal(1, 3, 0, 0, 0, 1, 0, 0, 0);
        var ring = Enumerable.Range(0, BinaryPrimitives.ReadInt32LittleEndian(wkb.AsSpan(9)))
            .Select(i => (X: BinaryPrimitives.ReadDoubleLittleEndian(wkb.AsSpan(13 + i * 16)), Y: BinaryPrimitives.ReadDoubleLittleEndian(wkb.AsSpan(21 + i * 16)))).ToList();
        ring[0].Should().Be(ring[^1]);
        ring.Zip(ring.Skip(1)).Should().OnlyContain(pair => !pair.First.Equals(pair.Second));
        ring.Zip(ring.Skip(1), (a, b) => (a.X - ring[0].X) * (b.Y - ring[0].Y) - (b.X - ring[0].X) * (a.Y - ring[0].Y)).Sum().Should().BePositive();
    }

    [Theory]
    [InlineData("""{"type":"Polygon","coordinates":[]}""", "has a polygon without rings")]
    [InlineData("""{"type":"Polygon","coordinates":[[[113,23],[113.1,23],[113,23]]]}""", "has a ring that encloses nothing")]
    [InlineData("""{"type":"Polygon","coordinates":[[[113,"a"],[113.1,23],[113.1,23.1]]]}""", "has a position that is no pair of numbers")]
    [InlineData("""{"type":"Polygon","coordinates":["@@CBAF"]}""", "has a ring that is no list of positions")]
    [InlineData("""{"type":"Point","coordinates":[113,23]}""", "has a geometry that is no outline; write a Polygon or MultiPolygon that is not empty")]
    [InlineData("null", "has no geometry with 'type' and 'coordinates'; write a Polygon or MultiPolygon")]
    public async Task A_feature_without_an_outline_is_rejected(string geometry, string reason)
    {
        using var given = new Given();
        var report = await given.Ingest("base", given.File("d.geojson", Feature(geometry)));

        (report.Rows, report.Rejected).Should().Be((0L, 1L));
        (await given.Value("SELECT reason FROM base.rejected")).Should().Be($"d.geojson:1 {reason}");
    }

    [Fact]
    public async Task A_multipolygon_with_a_hole_is_kept_with_its_rings_turned()
    {
        using var given = new Given();
        // The exterior runs clockwise and the hole counter-clockwise: both the wrong way round.
        var report = await given.Ingest("base", given.File("d.geojson", Feature(
            """{"type":"MultiPolygon","coordinates":[[[[0,0],[0,4],[4,4],[4,0],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]]}""")));

        report.Rows.Should().Be(1);
        var wkb = (byte[])(await given.Value("SELECT geom FROM base.admin_unit"))!;
        var shift = (X: -0.005, Y: 0.0025);
        Position[] exterior = [new(0, 0), new(4, 0), new(4, 4), new(0, 4), new(0, 0)], hole = [new(1, 1), new(2, 2), new(2, 1), new(1, 1)];
        Position[] Shifted(Position[] ring) => [.. ring.Select(p => new Position(p.X + shift.X, p.Y + shift.Y))];
        wkb.Should().Equal(Wkb.MultiPolygon([[Shifted(exterior), Shifted(hole)]]));
    }

    [Fact]
    public async Task Footprints_with_heights_come_in_where_the_file_says_they_are()
    {
        using var given = new Given();
        var report = await given.Ingest("base", Repository.Shared("data", "basemap", "buildings", "buildings.geojson"));

        report.Files.Single().Reason.Should().BeNull();
        (report.Rows, report.Rejected).Should().Be((84L, 0L));
        // Heights and bounds: over the file's JSON (python).
        var row = (await given.Sql("SELECT count(DISTINCT footprint_id), count(height_m), max(height_m), min(bbox.xmin), max(bbox.ymax), any_value(source_crs) FROM base.footprint")).Single();
        row[..2].Should().Equal(84L, 82L);
        ((double)row[2]!).Should().BeApproximately(17.530000686645508, 1e-6);
        ((double)row[3]!).Should().BeApproximately(-77.05462, 1e-9);
        ((double)row[4]!).Should().BeApproximately(38.812241, 1e-9);
        row[5].Should().Be("OGC:CRS84");
    }

    [Fact]
    public async Task All_eleven_districts_of_Guangzhou_come_in_as_one_outline_each()
    {
        using var given = new Given();
        var report = await given.Ingest("base", Repository.Shared("data", "boundaries", "guangzhou-districts"));

        report.Files.Should().OnlyContain(f => f.Status == FileStatus.Ingested && f.Rows == 1 && f.Rejected == 0);
        (await given.Value("SELECT count(DISTINCT code) FROM base.admin_unit WHERE source_crs = 'GCJ-02' AND code LIKE '4401__' AND geom IS NOT NULL")).Should().Be(11L);
    }

    [Fact]
    public async Task A_GeoJSON_file_in_another_system_is_brought_to_longitude_and_latitude_or_rejected_by_name()
    {
        using var given = new Given();
        const string file = """{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::NNNN"}},"features":[{"type":"Feature","properties":{"HEIGHT":3,"SQMETERS":1},"geometry":{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,0]]]}}]}""";
        await given.Ingest("base", given.File("known.geojson", file.Replace("NNNN", "4490", StringComparison.Ordinal)), given.File("unknown.geojson", file.Replace("NNNN", "2180", StringComparison.Ordinal)));

        (await given.Value("SELECT source_crs FROM base.footprint")).Should().Be("EPSG:4490");
        (await given.Value("SELECT reason FROM base.rejected")).Should().BeOfType<string>().Which.Should().Contain("no place on earth in EPSG:2180");
    }

    private static string Feature(string geometry) =>
        $$"""{"type":"FeatureCollection","features":[{"type":"Feature","id":"440114","properties":{"name":"x","cp":[1,2],"childNum":1},"geometry":{{geometry}}}]}""";
}
