using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Models;

namespace Plinth.Tests.Models;

public class CityJsonTests
{
    private const string Assets = "asset_id sha256 file_name format format_version crs lod object_count triangle_count point_count height_min_m height_max_m geom bbox notes source_row texture_bytes";
    private const string Objects = "object_id asset_id local_id type parent_id lod attributes height_m ground_m roof_m source_crs geom bbox source_row";

    private static readonly string Minimal = """
        {"type":"CityJSON","version":"2.0","metadata":{"referenceSystem":"urn:ogc:def:crs:EPSG::4326"},"transform":{"scale":[0.001,0.001,1],"translate":[113,23,0]},
         "CityObjects":{
          "whole":{"type":"Building","attributes":{"name":"塔"},"geometry":[{"type":"Solid","lod":"1","boundaries":[[[[0,3,2,1]],[[4,5,6,7]],[[0,1,5,4]],[[1,2,6,5]],[[2,3,7,6]],[[3,0,4,7]]]]}]},
          "holed":{"type":"Building","geometry":[{"type":"Solid","lod":"1","boundaries":[[[[0,3,2,9]]]]}]}},
         "vertices":[[0,0,5],[1,0,5],[1,1,5],[0,1,5],[0,0,15],[1,0,15],[1,1,15],[0,1,15]]}
        """;

    // Counts: a count over the file's JSON by hand (python json); extent: the file's own metadata.geographicalExtent.
    [Fact]
    public void Delft_is_570_objects_of_which_each_building_has_a_footprint_and_heights()
    {
        var result = Read("delft.json");
        result.Rejected.Should().BeEmpty();
        var asset = result.Rows("model.asset", Assets).Single();
        asset["crs"].Should().Be("EPSG:7415");
        asset["format_version"].Should().Be("2.0");
        asset["object_count"].Should().Be(570L);
        asset["lod"].Should().Be("1");
        ((double)asset["height_min_m"]!).Should().BeApproximately(-0.452, 1e-9);
        ((double)asset["height_max_m"]!).Should().BeApproximately(16.846, 1e-9);
        var objects = result.Rows("model.object", Objects);
        objects.Should().HaveCount(570);
        var buildings = objects.Where(o => (string)o["type"]! == "Building").ToList();
        buildings.Should().HaveCount(160).And.OnlyContain(o => o["geom"] != null && (double)o["height_m"]! > 0);
        objects.Count(o => o["geom"] is null).Should().Be(0);
        var hash = ((string)asset["sha256"]!)[..16];
        objects.Should().OnlyContain(o => (string)o["object_id"]! == $"urn:plinth:object:{hash}:{o["local_id"]}");
    }

    [Fact]
    public void The_triangles_of_a_floor_are_joined_to_one_outline_whose_area_they_have()
    {
        var buildings = Read("delft.json").Rows("model.object", Objects).Where(o => (string)o["type"]! == "Building").ToList();
        // Of the 160 buildings nearly all are one polygon once inner edges are gone.
        buildings.Count(o => WkbReading.Polygons(o["geom"]).Count == 1).Should().BeGreaterThan(150);
        buildings.Should().OnlyContain(o => WkbReading.SquareMetres(o["geom"]) > 1 && WkbReading.SquareMetres(o["geom"]) < 30_000);
        // Independent: the areas of all faces seen from above, in the file's own metres (python, shoelace); its buildings have roofs and walls, and no floors.
        var total = buildings.Sum(o => WkbReading.SquareMetres(o["geom"]));
        total.Should().BeInRange(DelftBuildingArea * 0.995, DelftBuildingArea * 1.005);
    }

    private const double DelftBuildingArea = 8654.03;

    [Fact]
    public void Parts_know_their_building_and_a_building_without_geometry_stands_where_its_parts_do()
    {
        var objects = Read("zurich_subset_lod2.json", shared: true).Rows("model.object", Objects);
        objects.Count(o => (string)o["type"]! == "BuildingPart").Should().Be(161);
        var buildings = objects.Where(o => (string)o["type"]! == "Building").ToDictionary(o => (string)o["object_id"]!);
        buildings.Should().HaveCount(49);
        var parts = objects.Where(o => (string)o["type"]! == "BuildingPart").ToList();
        parts.Should().OnlyContain(part => buildings.ContainsKey((string)part["parent_id"]!));
        buildings.Values.Should().OnlyContain(building => building["geom"] != null && building["lod"] == null && (double)building["height_m"]! > 0);
        foreach (var family in parts.GroupBy(p => p["parent_id"]))
        {
            var boxes = family.Select(p => ((object?[])p["bbox"]!).Cast<double>().ToArray()).ToList();
            buildings[(string)family.Key!]["bbox"].Should().BeEquivalentTo(
                new object[] { boxes.Min(b => b[0]), boxes.Min(b => b[1]), boxes.Max(b => b[2]), boxes.Max(b => b[3]) }, o => o.WithStrictOrdering());
        }
    }

    [Fact]
    public void Without_a_CRS_objects_have_heights_but_no_place_until_the_contract_declares_one()
    {
        var path = Repository.Sample("models", "DH_01_subs.city.json");
        var silent = Readers.Read(new CityJsonReader(), path);
        silent.Rows("model.asset", Assets).Single()["notes"].Should().Be("it names no CRS, so that its objects have no place; declare one in the contract");
        silent.Rows("model.asset", Assets).Single()["crs"].Should().BeNull();
        silent.Rows("model.object", Objects).Should().HaveCount(12).And.OnlyContain(o => o["geom"] == null && o["bbox"] == null && o["height_m"] != null);

        var declared = Readers.Read(new CityJsonReader(), path, crs: "EPSG:7415").Rows("model.object", Objects);
        declared.Should().HaveCount(12).And.OnlyContain(o => o["geom"] != null && (string)o["source_crs"]! == "EPSG:7415");
    }

    [Fact]
    public void Version_1_0_with_numbers_as_levels_and_vertices_that_are_not_quantised_is_read()
    {
        const string old = """
            {"type":"CityJSON","version":"1.0","metadata":{"referenceSystem":"urn:ogc:def:crs:EPSG::4326"},
             "CityObjects":{"a":{"type":"Building","geometry":[
               {"type":"MultiSurface","lod":1,"boundaries":[[[0,1,2,3]]]},
               {"type":"Solid","lod":2.2,"boundaries":[[[[0,3,2,1]],[[4,5,6,7]],[[0,1,5,4]],[[1,2,6,5]],[[2,3,7,6]],[[3,0,4,7]]]]}]}},
             "vertices":[[113,23,5],[113.001,23,5],[113.001,23.001,5],[113,23.001,5],[113,23,17.5],[113.001,23,17.5],[113.001,23.001,17.5],[113,23.001,17.5]]}
            """;
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["old.json"], old);
        var result = Readers.Read(new CityJsonReader(), folder["old.json"]);
        var asset = result.Rows("model.asset", Assets).Single();
        (asset["format_version"], asset["lod"], asset["crs"], asset["texture_bytes"]).Should().Be(("1.0", "2.2", "EPSG:4326", 0L));
        var building = result.Rows("model.object", Objects).Single();
        (building["lod"], building["height_m"]).Should().Be(("2.2", 12.5));
        WkbReading.SquareMetres(building["geom"]).Should().BeApproximately(102.47 * 111.25, 20);
    }

    [Fact]
    public void A_long_sequence_is_read_line_by_line_and_an_id_that_comes_again_is_rejected()
    {
        const string header = """{"type":"CityJSON","version":"2.0","metadata":{"referenceSystem":"urn:ogc:def:crs:EPSG::4326"},"transform":{"scale":[0.001,0.001,1],"translate":[113,23,0]},"CityObjects":{},"vertices":[]}""";
        static string Feature(string id) => $$$"""{"type":"CityJSONFeature","id":"{{{id}}}","CityObjects":{"{{{id}}}":{"type":"Building","geometry":[{"type":"MultiSurface","lod":"1","boundaries":[[[0,1,2]]]}]}},"vertices":[[0,0,5],[1,0,5],[1,1,5]]}""";
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["long.city.jsonl"], [header, .. Enumerable.Range(0, 2000).Select(i => Feature($"b{i}")), Feature("b7")]);
        var reader = new CityJsonSeqReader();
        var items = reader.Stream(Readers.Input(folder["long.city.jsonl"])).Select(i => i.Rejected is { } bad ? $"{bad.Line} {bad.Reason}" : i.Table.Name).ToList();
        items.Take(2000).Should().OnlyContain(i => i == "object", "rows come before the file has ended");
        items.Skip(2000).Should().Equal("2002 city object 'b7': its id stands twice in the file; only the first was read", "asset");
        var asset = Readers.Read(reader, folder["long.city.jsonl"]).Rows("model.asset", Assets).Single();
        (asset["object_count"], asset["triangle_count"]).Should().Be((2000L, 2000L));
    }

    [Fact]
    public void Textures_that_do_not_lie_beside_the_model_are_counted() =>
        Readers.Read(new CityJsonReader(), Repository.Shared("data", "models-3d", "cityjson", "rotterdam", "rotterdam_subset.json")).Rows("model.asset", Assets).Single()["notes"]
            .Should().BeOfType<string>().Which.Should().StartWith("of the 74 textures it names, 73 do not lie beside it");

    [Fact]
    public void Each_line_of_a_sequence_has_vertices_of_its_own()
    {
        var result = Readers.Read(new CityJsonSeqReader(), Repository.Sample("models", "3dbag_b2.city.jsonl"));
        result.Rejected.Should().BeEmpty();
        var objects = result.Rows("model.object", Objects);
        objects.Select(o => o["type"]).Should().Equal("BuildingPart", "Building", "BuildingPart", "Building");
        result.Rows("model.asset", Assets).Single()["crs"].Should().Be("EPSG:7415");
        objects.Where(o => (string)o["type"]! == "BuildingPart").Should().OnlyContain(o => (string)o["lod"]! == "2.2" && (double)o["height_m"]! > 1 && (double)o["height_m"]! < 30);
        objects.Should().OnlyContain(o => o["geom"] != null);
    }

    [Fact]
    public void A_block_has_the_area_and_height_it_was_given_and_a_bad_object_is_rejected_by_its_id()
    {
        var result = Parse(Minimal);
        var block = result.Rows("model.object", Objects).Single();
        block["local_id"].Should().Be("whole");
        block["attributes"].Should().Be("""{"name":"塔"}""");
        (block["ground_m"], block["roof_m"], block["height_m"]).Should().Be((5.0, 15.0, 10.0));
        block["bbox"].Should().BeEquivalentTo(new object[] { 113.0, 23.0, 113.001, 23.001 }, o => o.WithStrictOrdering());
        WkbReading.Polygons(block["geom"]).Single().Single().Should().HaveCount(5);
        var bad = result.Rejected.Single();
        bad.Should().BeEquivalentTo(new { Column = "CityObjects", Value = "holed", Reason = "city object 'holed': vertex 9 is not among the 8 vertices, or is broken" });
        result.Rows("model.asset", Assets).Single()["triangle_count"].Should().Be(12L);
    }

    [Theory]
    [InlineData("MultiSurface", "[[[0,1,2,3]],[[4,5,6,7]]]", "", "0 0 1 1")]
    [InlineData("CompositeSurface", "[[[0,1,2,3]]]", "", "0 0 1 1")]
    [InlineData("MultiSolid", "[[[[[0,3,2,1]],[[4,5,6,7]]]]]", "", "0 0 1 1")]
    [InlineData("CompositeSolid", "[[[[[0,3,2,1]],[[4,5,6,7]]]]]", "", "0 0 1 1")]
    [InlineData("Solid", "[[[[4,5,6,7]],[[0,3,2,1]]]]", ",\"semantics\":{\"surfaces\":[{\"type\":\"GroundSurface\"},{\"type\":\"RoofSurface\"}],\"values\":[[1,0]]}", "0 0 1 1")]
    [InlineData("MultiPoint", "[0,1,2]", "", "0 0 1 1")]
    [InlineData("MultiLineString", "[[0,1,2]]", "", "0 0 1 1")]
    public void Every_geometry_type_gives_a_footprint(string type, string boundaries, string semantics, string box)
    {
        var row = Parse(Minimal.Replace("""{"type":"Solid","lod":"1","boundaries":[[[[0,3,2,9]]]]}""", $$"""{"type":"{{type}}","lod":2,"boundaries":{{boundaries}}{{semantics}}}"""))
            .Rows("model.object", Objects).Single(o => (string)o["local_id"]! == "holed");
        row["lod"].Should().Be("2");
        string.Join(' ', ((object?[])row["bbox"]!).Select((v, i) => Math.Round(((double)v! - (i % 2 == 0 ? 113 : 23)) * 1000))).Should().Be(box);
    }

    [Fact]
    public void A_template_stands_where_its_matrix_and_reference_point_put_it()
    {
        var text = Minimal.Replace("""{"type":"Solid","lod":"1","boundaries":[[[[0,3,2,9]]]]}""",
                """{"type":"GeometryInstance","template":0,"boundaries":[6],"transformationMatrix":[2,0,0,0, 0,2,0,0, 0,0,1,0, 0,0,0,1]}""")
            .Replace("\"CityObjects\":", """
                "geometry-templates":{"templates":[{"type":"MultiSurface","lod":"3","boundaries":[[[0,1,2]]]}],"vertices-templates":[[0,0,0],[0.001,0,0],[0,0.001,2]]},"CityObjects":
                """);
        var row = Parse(text).Rows("model.object", Objects).Single(o => (string)o["local_id"]! == "holed");
        (row["ground_m"], row["roof_m"]).Should().Be((15.0, 17.0));
        ((object?[])row["bbox"]!).Select(v => Math.Round((double)v!, 6)).Should().Equal(113.001, 23.001, 113.003, 23.003);
    }

    [Theory]
    [InlineData("{}", "it has no type")]
    [InlineData("[1]", "it is no JSON: it is no JSON object")]
    [InlineData("""{"type":"FeatureCollection"}""", "its type is 'FeatureCollection'")]
    [InlineData("""{"type":"CityJSON","version":"3.0"}""", "its version is '3.0'")]
    [InlineData("""{"type":"CityJSON","version":"2.0"}""", "it has no CityObjects")]
    public void Another_JSON_is_refused_with_what_was_expected(string text, string reason)
    {
        var read = () => Parse(text);
        read.Should().Throw<SourceFormatException>().WithMessage($"x.json: {reason}; expected a CityJSON file of version 1.0 to 2.0");
    }

    [Fact]
    public void A_line_that_is_no_feature_is_rejected_with_its_number()
    {
        var lines = File.ReadAllLines(Repository.Sample("models", "3dbag_b2.city.jsonl")).ToList();
        lines.Insert(2, "{\"type\":");
        lines.Insert(1, "");
        var result = CityJsonSeqReader.Read(ByteView.Of(Encoding.UTF8.GetBytes(string.Join("\r\n", lines)), "x", "y"), Readers.Input("x"));
        result.Rejected.Should().ContainSingle().Which.Line.Should().Be(4);
        result.Rows("model.object", Objects).Should().HaveCount(4);
    }

    [Fact]
    public void Files_and_sequences_are_told_apart()
    {
        foreach (var (file, isSequence) in new[] { ("delft.json", false), ("DH_01_subs.city.json", false), ("3dbag_b2.city.jsonl", true) })
        {
            var head = File.ReadAllBytes(Repository.Sample("models", file)).AsSpan(0, 4096).ToArray();
            new CityJsonReader().Recognises(head, file).Should().Be(!isSequence, file);
            new CityJsonSeqReader().Recognises(head, file).Should().Be(isSequence, file);
        }
    }

    [Fact]
    public void No_mutation_of_a_file_crashes_or_hangs_the_reader() =>
        Readers.Fuzz(Encoding.UTF8.GetBytes(Minimal), 8000, bytes => CityJsonReader.Read(ByteView.Of(bytes, "x.json", "y"), Readers.Input("x.json")));

    [Fact]
    public void No_mutation_of_a_sequence_crashes_or_hangs_the_reader() => Readers.Fuzz(File.ReadAllBytes(Repository.Sample("models", "3dbag_b2.city.jsonl")), 2000,
        bytes => CityJsonSeqReader.Read(ByteView.Of(bytes, "x.jsonl", "y"), Readers.Input("x.jsonl")));

    private static ReadResult Read(string file, bool shared = false) =>
        Readers.Read(new CityJsonReader(), shared ? Repository.Shared("data", "models-3d", "cityjson", file) : Repository.Sample("models", file));

    private static ReadResult Parse(string text) => CityJsonReader.Read(ByteView.Of(Encoding.UTF8.GetBytes(text), "x.json", new CityJsonReader().Expected), Readers.Input("x.json"));
}
