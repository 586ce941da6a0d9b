using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Plinth.Ingestion;
using Plinth.Ingestion.Base.Osm;

namespace Plinth.Tests.Base;

public class OsmTests
{
    private const string Roads = "road_id name kind ref direction lanes max_speed_kmh surface is_bridge is_tunnel tags changed_at source_crs geom bbox source source_row";
    private const string Water = "waterway_id name kind width_m tags changed_at source_crs geom bbox source source_row";
    private const string Footprints = "footprint_id name kind height_m levels address tags changed_at source_crs geom bbox source source_row";
    private const string Pois = "poi_id name category kind address tags changed_at source_crs geom bbox source source_row";

    private const string Units = "code name level parent_code source_crs geom bbox source source_row";

    private static readonly string Map = """
        <?xml version="1.0" encoding="UTF-8"?>
        <osm version="0.6" generator="test">
          <node id="1" lat="23.0" lon="113.0"/><node id="2" lat="23.0" lon="113.01"/><node id="3" lat="23.01" lon="113.01"/><node id="4" lat="23.01" lon="113.0"/>
          <node id="5" lat="23.002" lon="113.002"/><node id="6" lat="23.002" lon="113.004"/><node id="7" lat="23.004" lon="113.004"/>
          <node id="8" lat="23.1" lon="113.1" user="somebody" uid="77" timestamp="2020-05-06T07:08:09Z"><tag k="amenity" v="school"/><tag k="name" v="花城小学"/><tag k="phone" v="020-8765431"/><tag k="addr:street" v="花城路"/><tag k="addr:housenumber" v="5"/></node>
          <node id="9" lat="91" lon="113.1"><tag k="shop" v="bakery"/></node>
          <node id="10" lat="23.2" lon="113.1" visible="false"><tag k="shop" v="gone"/></node>
          <way id="100"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="name" v="花城路"/><tag k="maxspeed" v="30 mph"/><tag k="lanes" v="4"/><tag k="oneway" v="-1"/><tag k="bridge" v="yes"/></way>
          <way id="101"><nd ref="1"/><nd ref="2"/><nd ref="3"/></way>
          <way id="102"><nd ref="3"/><nd ref="4"/><nd ref="1"/></way>
          <way id="103"><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="5"/></way>
          <way id="104"><nd ref="1"/><nd ref="77"/><tag k="highway" v="path"/></way>
          <way id="105"><nd ref="1"/><nd ref="4"/><nd ref="3"/><nd ref="2"/><nd ref="1"/><tag k="building" v="school"/><tag k="height" v="12.5 m"/><tag k="building:levels" v="3"/></way>
          <way id="106"><nd ref="1"/><nd ref="5"/><tag k="waterway" v="stream"/></way>
          <way id="107"><nd ref="1"/><nd ref="5"/><tag k="building" v="yes"/></way>
          <relation id="200"><member type="way" ref="101" role="outer"/><member type="way" ref="102" role="outer"/><member type="way" ref="103" role="outer"/><tag k="type" v="multipolygon"/><tag k="natural" v="water"/><tag k="water" v="lake"/></relation>
          <relation id="201"><member type="way" ref="101" role="outer"/><tag k="type" v="multipolygon"/><tag k="building" v="yes"/></relation>
          <relation id="202"><member type="way" ref="999" role="outer"/><tag k="type" v="multipolygon"/><tag k="building" v="yes"/></relation>
        </osm>
        """;

    [Fact]
    public void Roads_water_footprints_and_points_of_interest_come_out_of_a_map()
    {
        var result = Read(Map);
        var road = result.Rows("base.road", Roads).Single();
        (road["road_id"], road["kind"], road["name"], road["direction"], road["lanes"], road["is_bridge"], road["is_tunnel"])
            .Should().Be(("urn:plinth:road:test:way/100", "primary", "花城路", "backward", 4.0, true, null));
        ((double)road["max_speed_kmh"]!).Should().BeApproximately(48.28, 0.01);
        var building = result.Rows("base.footprint", Footprints).Single();
        (building["kind"], building["height_m"], building["levels"]).Should().Be(("school", 12.5, 3.0));
        Rings.SignedArea(WkbReading.Polygons(building["geom"])[0][0]).Should().BePositive("rings are turned counter-clockwise");
        var poi = result.Rows("base.poi", Pois).Single();
        (poi["category"], poi["kind"], poi["name"], poi["address"], poi["changed_at"]).Should().Be(("amenity", "school", "花城小学", "花城路 5", new DateTime(2020, 5, 6, 7, 8, 9, DateTimeKind.Utc)));
        result.Rows("base.waterway", Water).Select(w => w["kind"]).Should().Equal("stream", "lake");
    }

    [Fact]
    public void A_multipolygon_is_put_together_from_its_ways_and_its_hole_found_whatever_its_role()
    {
        var lake = WkbReading.Polygons(Read(Map).Rows("base.waterway", Water).Single(w => (string)w["kind"]! == "lake")["geom"]);
        lake.Should().ContainSingle().Which.Should().HaveCount(2);
        Rings.SignedArea(lake[0][0]).Should().BeApproximately(1e-4, 1e-9);
        Rings.SignedArea(lake[0][1]).Should().BeApproximately(-2e-6, 1e-9);
    }

    [Fact]
    public void A_boundary_of_an_administration_is_a_unit_whose_level_the_layout_names()
    {
        const string boundary = "<relation id=\"300\"><member type=\"way\" ref=\"101\" role=\"outer\"/><member type=\"way\" ref=\"102\" role=\"outer\"/><member type=\"node\" ref=\"8\" role=\"admin_centre\"/>"
            + "<tag k=\"type\" v=\"boundary\"/><tag k=\"boundary\" v=\"administrative\"/><tag k=\"admin_level\" v=\"6\"/><tag k=\"name\" v=\"花都区\"/></relation>";
        var other = boundary.Replace("300", "301", StringComparison.Ordinal).Replace("administrative", "postal_code", StringComparison.Ordinal);
        var text = System.Text.Encoding.UTF8.GetBytes(Map.Replace("</osm>", boundary + other + boundary.Replace("300", "302", StringComparison.Ordinal).Replace("\"6\"", "\"9\"", StringComparison.Ordinal) + "</osm>", StringComparison.Ordinal));
        var units = Plinth.Ingestion.Tabular.ReadItems.Gather(new OsmXmlReader().Stream(ByteView.Of(text, "x.osm", "x"), Readers.Input("x.osm", settings: ("admin_level_6", "district")))).Rows("base.admin_unit", Units);
        units.Select(u => (u["code"], u["name"], u["level"])).Should().Equal(("relation/300", "花都区", "district"), ("relation/302", "花都区", "level 9"));
        Rings.SignedArea(WkbReading.Polygons(units[0]["geom"])[0][0]).Should().BeApproximately(1e-4, 1e-9);
    }

    [Fact]
    public void An_old_multipolygon_whose_tags_are_on_its_outer_way_keeps_its_hole()
    {
        const string old = "<relation id=\"400\"><member type=\"way\" ref=\"105\" role=\"outer\"/><member type=\"way\" ref=\"103\" role=\"inner\"/><tag k=\"type\" v=\"multipolygon\"/></relation>";
        var building = Read(Map.Replace("</osm>", old + "</osm>", StringComparison.Ordinal)).Rows("base.footprint", Footprints).Single();
        building["footprint_id"].Should().Be("urn:plinth:footprint:test:way/105");
        var rings = WkbReading.Polygons(building["geom"])[0];
        rings.Should().HaveCount(2);
        Rings.SignedArea(rings[1]).Should().BeApproximately(-2e-6, 1e-9);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    public void A_packed_map_gives_the_rows_of_the_plain_one(string packing)
    {
        using var packed = new MemoryStream();
        using (Stream pack = packing == "gzip" ? new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress) : new ICSharpCode.SharpZipLib.BZip2.BZip2OutputStream(packed))
            pack.Write(System.Text.Encoding.UTF8.GetBytes(Map));
        new OsmXmlReader().Recognises(packed.ToArray(), packing == "gzip" ? "x.osm.gz" : "x.osm.bz2").Should().BeTrue();
        JsonSerializer.Serialize(Bytes(new OsmXmlReader(), packed.ToArray())).Should().Be(JsonSerializer.Serialize(Read(Map)));
    }

    [Fact]
    public void What_is_cut_or_has_no_place_is_rejected_with_its_id() =>
        Read(Map).Rejected.Select(r => r.Reason).Should().BeEquivalentTo(
            "x.osm: node 9 has no place on earth",
            "x.osm: way 104 has 2 nodes, of which 1 are not in the file or have no place",
            "x.osm: relation 201 has a ring that is not closed: it ends at node 3",
            "x.osm: relation 202 has 1 ways, of which 1 are not in the file");

    [Fact]
    public void Names_and_numbers_of_people_do_not_come_along()
    {
        var rows = JsonSerializer.Serialize(Read(Map).Tables.SelectMany(t => t.Rows).ToList());
        rows.Should().NotContain("somebody").And.NotContain("8765431");
    }

    [Theory]
    [InlineData("<osm version=\"0.5\"></osm>", "it is of version '0.5', while 0.6 is read")]
    [InlineData("<osmChange version=\"0.6\"></osmChange>", "it holds changes of a map and not a map")]
    [InlineData("<osm version=\"0.6\"><node id=\"1\"", "it is no well-formed XML")]
    [InlineData("<osm version=\"0.6\"><node id=\"x\"/></osm>", "a 'node' has no 'id' that is a number")]
    [InlineData("<osm version=\"0.6\"></osm>", "it holds no nodes, ways or relations")]
    [InlineData("<!DOCTYPE osm [<!ENTITY a \"b\">]><osm version=\"0.6\"/>", "it is no well-formed XML")]
    public void Another_XML_file_is_refused(string text, string reason) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<SourceFormatException>().Which.Reason.Should().Contain(reason);

    [Fact]
    public void A_small_chunk_gives_the_same_rows_as_a_large_one()
    {
        var path = Repository.Shared("data", "basemap", "osm", "Helsinki.osm.pbf");
        var whole = Rows(new OsmPbfReader());
        Rows(new OsmPbfReader { ReferencesOfChunk = 3000 }).Should().BeEquivalentTo(whole);
        whole.Should().HaveCountGreaterThan(3000);

        HashSet<string> Rows(OsmReader reader) => [.. reader.Stream(Readers.Input(path)).Select(i => i.Row is { } row ? JsonSerializer.Serialize(row) : i.Rejected!.Reason)];
    }

    // Independent: osmium 1.15 (libosmium) makes its own lines and areas of the same file.
    [Theory]
    [InlineData("wechel.osm.pbf")]
    [InlineData("Helsinki.osm.pbf")]
    [InlineData("liechtenstein-latest.osm.pbf")]
    [InlineData("West-Oakland.osm.bz2")]
    public async Task Roads_and_buildings_are_those_that_osmium_makes(string file)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/osmium"), "osmium-tool is not installed; tools/setup.sh --tests installs it");
        var path = Repository.Shared("data", "basemap", "osm", file);
        var result = (file.EndsWith("pbf", StringComparison.Ordinal) ? new OsmPbfReader() : (OsmReader)new OsmXmlReader()).Read(Readers.Input(path));
        var (roads, buildings) = await Osmium(path);

        result.Rows("base.road", Roads).ToDictionary(r => Local(r["road_id"]), r => r["name"] as string).Should().BeEquivalentTo(roads);
        var ours = result.Tables.Any(t => t.Table.Name == "footprint") ? result.Rows("base.footprint", Footprints) : [];
        // An outline that crosses itself osmium leaves out or mends; we keep it as it was drawn.
        // Holes of old multipolygons, whose tags are on their outer way, it knows no longer.
        var areas = ours.ToDictionary(r => Local(r["footprint_id"]), r => WkbReading.SquareMetres(r["geom"], withHoles: Local(r["footprint_id"]).StartsWith("relation", StringComparison.Ordinal)));
        areas.Keys.Except(buildings.Keys).Should().HaveCountLessThanOrEqualTo(areas.Count / 500);
        buildings.Keys.Except(areas.Keys).Should().BeSubsetOf(result.Rejected.Select(r => $"{r.Column}/{r.Value}"));
        foreach (var (id, area) in areas.Where(a => buildings.ContainsKey(a.Key)))
            buildings[id].Should().BeApproximately(area, 0.01 * area + 0.1, id);
    }

    [Theory]
    [InlineData("wechel.osm.pbf")]
    [InlineData("Helsinki.osm.pbf")]
    public void No_mutation_crashes_or_hangs_the_reader_of_PBF(string file)
    {
        var sample = File.ReadAllBytes(Repository.Shared("data", "basemap", "osm", file));
        // The file's frame, and one of its blocks without the packing, in which each mutation reaches the parser.
        Readers.Fuzz(sample, 30, bytes => Bytes(new OsmPbfReader(), bytes), isChecked: true);
        var block = Block(sample);
        var parser = new OsmBlock();
        Readers.Fuzz(block, 1500, bytes =>
        {
            try
            {
                parser.Read(bytes, OsmKinds.All, new Nothing());
            }
            catch (InvalidDataException broken)
            {
                throw new SourceFormatException("x", broken.Message, "y");
            }
            return new([], []);
        });
    }

    [Fact]
    public void No_mutation_crashes_or_hangs_the_reader_of_XML() =>
        Readers.Fuzz(System.Text.Encoding.UTF8.GetBytes(Map), 1000, bytes => Bytes(new OsmXmlReader(), bytes));

    [Fact]
    public void No_mutation_of_a_packed_file_crashes_or_hangs_the_reader() =>
        Readers.Fuzz(File.ReadAllBytes(Repository.Shared("data", "basemap", "osm", "West-Oakland.osm.bz2")), 150, bytes => Bytes(new OsmXmlReader(), bytes), isChecked: true);

    [Fact]
    public void A_PBF_that_announces_more_than_is_there_is_refused_before_that_is_allocated()
    {
        byte[] header = [0x0A, 9, .. "OSMHeader"u8, 0x18, 0xFF, 0xFF, 0xFF, 0x0F];
        byte[] file = [0, 0, 0, (byte)header.Length, .. header, 1, 2, 3];
        FluentActions.Invoking(() => Bytes(new OsmPbfReader(), file)).Should().Throw<SourceFormatException>()
            .Which.Reason.Should().Be("it is cut: its blob at byte 0 has 33554431 bytes, and 3 are left");
    }

    [Fact]
    public async Task An_extract_goes_into_its_tables_once_and_each_of_its_rows_is_counted()
    {
        using var given = new Given();
        var path = Repository.Shared("data", "basemap", "osm", "wechel.osm.pbf");
        var first = await given.Ingest("base", path);
        first.Files.Single().Status.Should().Be(FileStatus.Ingested, first.Files.Single().Reason);
        (await given.Ingest("base", path)).Files.Single().Status.Should().Be(FileStatus.Unchanged);
        foreach (var table in new[] { "road", "waterway", "footprint", "poi" })
            (await given.Sql($"SELECT count(*) > 0, count(*) = count(DISTINCT {table}_id), count(geom) = count(*) FROM base.{table}")).Single().Should().Equal(true, true, true);
        (await given.Value("SELECT count(*) = count(tags::JSON) FROM base.road WHERE source_row LIKE 'sha256:%#way/%'")).Should().Be(true);
        (await given.Value("SELECT sum(n) FROM (SELECT count(*) n FROM base.road UNION ALL SELECT count(*) FROM base.waterway UNION ALL SELECT count(*) FROM base.footprint UNION ALL SELECT count(*) FROM base.poi)"))!
            .ToString().Should().Be(first.Rows.ToString(CultureInfo.InvariantCulture));
    }

    private static string Local(object? id) => ((string)id!)["urn:plinth:".Length..].Split(':', 3)[2];

    private static ReadResult Read(string xml) => Bytes(new OsmXmlReader(), System.Text.Encoding.UTF8.GetBytes(xml));

    private static ReadResult Bytes(OsmReader reader, byte[] bytes) =>
        Plinth.Ingestion.Tabular.ReadItems.Gather(reader.Stream(ByteView.Of(bytes, reader is OsmXmlReader ? "x.osm" : "x.osm.pbf", reader.Expected), Readers.Input(reader is OsmXmlReader ? "x.osm" : "x.osm.pbf")));

    /// <summary>The largest block, unpacked: the first bytes of a zlib stream are 78 9C, 78 DA or 78 5E.</summary>
    private static byte[] Block(byte[] file)
    {
        for (var at = 300; at < file.Length - 2; at++)
            if (file[at] == 0x78 && file[at + 1] is 0x9C or 0xDA or 0x5E or 0x01)
                try
                {
                    using var unpacked = new MemoryStream();
                    using (var zlib = new System.IO.Compression.ZLibStream(new MemoryStream(file[at..]), System.IO.Compression.CompressionMode.Decompress))
                        zlib.CopyTo(unpacked);
                    if (unpacked.Length > 10_000)
                        return unpacked.ToArray()[..Math.Min((int)unpacked.Length, int.MaxValue)];
                }
                catch (InvalidDataException)
                {
                    // No stream begins here.
                }
        throw new InvalidOperationException("no block");
    }

    /// <summary>Names of roads and square metres of buildings, by element and id.</summary>
    private static async Task<(Dictionary<string, string?> Roads, Dictionary<string, double> Buildings)> Osmium(string path)
    {
        using var folder = new TemporaryFolder();
        var config = folder["export.json"];
        await File.WriteAllTextAsync(config, """{"attributes":{"type":true,"id":true},"linear_tags":true,"area_tags":["building","highway"],"exclude_tags":[],"include_tags":[]}""");
        var start = new ProcessStartInfo("/usr/bin/osmium") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { "export", path, "-c", config, "-f", "geojsonseq", "-x", "print_record_separator=false" })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var (roads, buildings) = (new Dictionary<string, string?>(), new Dictionary<string, double>());
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            using var feature = JsonDocument.Parse(line);
            var (properties, geometry) = (feature.RootElement.GetProperty("properties"), feature.RootElement.GetProperty("geometry"));
            var (element, id) = (properties.GetProperty("@type").GetString()!, properties.GetProperty("@id").GetInt64());
            if (geometry.GetProperty("type").GetString() == "LineString" || (element == "way" && properties.TryGetProperty("area", out var area) && area.GetString() == "yes" && !properties.TryGetProperty("building", out _)))
            {
                var isOurs = properties.TryGetProperty("highway", out var highway) && highway.GetString() is not ("platform" or "rest_area" or "services" or "no");
                if (isOurs)
                    roads[$"{element}/{id}"] = properties.TryGetProperty("name", out var name) ? name.GetString() : null;
            }
            else if (geometry.GetProperty("type").GetString() == "MultiPolygon" && properties.TryGetProperty("building", out var building) && building.GetString() != "no")
            {
                buildings[string.Create(CultureInfo.InvariantCulture, $"{element}/{id}")] = Area(geometry.GetProperty("coordinates"));
            }
        }
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0);
        return (roads, buildings);
    }

    private static double Area(JsonElement multi) => multi.EnumerateArray().Sum(polygon => polygon.EnumerateArray().Sum(ring =>
    {
        var points = ring.EnumerateArray().Select(p => new Position(p[0].GetDouble(), p[1].GetDouble())).ToList();
        return Rings.SignedArea([.. points.Select(p => new Position((p.X - points[0].X) * 111320 * Math.Cos(points[0].Y * Math.PI / 180), (p.Y - points[0].Y) * 111250))]);
    }));

    private sealed class Nothing : OsmSink;
}
