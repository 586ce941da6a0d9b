using System.Text;
using System.Text.Json;
using Plinth.Ingestion;
using Plinth.Ingestion.Models;

namespace Plinth.Tests.Models;

public class TilesTests
{
    internal const string Assets = "asset_id sha256 file_name format format_version crs lod object_count triangle_count point_count height_min_m height_max_m geom bbox notes source_row texture_bytes";
    private const string Tiles = "tile_id asset_id parent_id level refine geometric_error_m content_uri content_format is_present size_bytes triangle_count point_count texture_bytes object_count "
        + "height_min_m height_max_m metadata geom bbox notes source_row";

    private static string Sibbe => Repository.Shared("data", "models-3d", "3dtiles-sibbe-1.1", "tileset.json");

    [Fact]
    public void Implicit_tiles_are_those_of_the_subtrees_and_missing_ones_are_named()
    {
        var result = Readers.Read(new TilesetReader(), Sibbe);
        var tiles = result.Rows("model.tile", Tiles);
        // SOURCES.md: of the six contents that the subtrees announce, three are absent.
        var contents = tiles.Where(t => t["content_uri"] is not null).ToDictionary(t => (string)t["content_uri"]!, t => t["is_present"]);
        contents.Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["content/1_0_0.glb"] = false, ["content/1_1_0.glb"] = true, ["content/1_0_1.glb"] = false, ["content/2_2_3.glb"] = true, ["content/2_3_2.glb"] = true, ["content/2_3_3.glb"] = false,
        });
        tiles.Select(t => t["level"]).Should().BeEquivalentTo(new object[] { 0L, 1L, 1L, 1L, 1L, 2L, 2L, 2L });
        var asset = result.Rows("model.asset", Assets).Single();
        (asset["format"], asset["format_version"], asset["crs"], asset["lod"]).Should().Be(("3dtiles", "1.1", "EPSG:4978", "0-2"));
        ((string)asset["notes"]!).Should().StartWith("of the 6 contents it names, 3 are not there: content/1_0_0.glb");
    }

    [Fact]
    public void A_tileset_lies_where_its_region_says_and_each_tile_in_its_quarter()
    {
        var result = Readers.Read(new TilesetReader(), Sibbe);
        var box = ((object?[])result.Rows("model.asset", Assets).Single()["bbox"]!).Cast<double>().ToArray();
        // The root's region in radians.
        double[] expected = [0.10160054765815166, 0.8870283716791313, 0.10259914663702543, 0.8876579354215639];
        box.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second * 180 / Math.PI) < 1e-9);
        var east = ((object?[])result.Rows("model.tile", Tiles).Single(t => (string?)t["content_uri"] == "content/1_1_0.glb")["bbox"]!).Cast<double>().ToArray();
        east.Should().BeEquivalentTo([(box[0] + box[2]) / 2, box[1], box[2], (box[1] + box[3]) / 2], o => o.WithStrictOrdering().Using<double>(c => c.Subject.Should().BeApproximately(c.Expectation, 1e-9)).WhenTypeIs<double>());
    }

    // Independent: gltf-transform and hand counts over the JSON (python): indices / 3 of each primitive.
    [Fact]
    public void Triangles_and_features_are_counted_over_the_tiles_that_are_there()
    {
        var result = Readers.Read(new TilesetReader(), Sibbe);
        var byUri = result.Rows("model.tile", Tiles).Where(t => t["content_uri"] is not null).ToDictionary(t => (string)t["content_uri"]!);
        byUri["content/1_1_0.glb"]["triangle_count"].Should().Be(Triangles("content/1_1_0.glb"));
        byUri["content/1_1_0.glb"]["object_count"].Should().Be(23L);
        var asset = result.Rows("model.asset", Assets).Single();
        asset["triangle_count"].Should().Be(Triangles("content/1_1_0.glb") + Triangles("content/2_2_3.glb") + Triangles("content/2_3_2.glb"));
    }

    [Fact]
    public void A_model_in_a_tile_lies_within_the_region_that_its_tileset_gives_it()
    {
        // The GLB is in metres about the root's transform, so that place, axes and heights all must be right for this.
        var content = TileContent.Read(ByteView.Open(Path.Combine(Path.GetDirectoryName(Sibbe)!, "content", "2_2_3.glb"), "x"), null);
        var places = content.Bounds.Corners().Select(c => Geocentric.ToGeographic(new(c.X + 4014743.25, c.Y + 411334.96875, c.Z + 4922395.0))!.Value).ToList();
        places.Average(p => p.X).Should().BeInRange(5.82, 5.88);
        places.Average(p => p.Y).Should().BeInRange(50.82, 50.87);
    }

    [Fact]
    public void A_hand_made_scene_has_tiles_metadata_and_no_place()
    {
        var result = Readers.Read(new TilesetReader(), Repository.Shared("data", "models-3d", "3dtiles-metadata-granularities", "tileset.json"));
        var tiles = result.Rows("model.tile", Tiles);
        tiles.Where(t => t["content_uri"] is not null).Should().HaveCount(20).And.OnlyContain(t => t["is_present"]!.Equals(true) && ((long?)t["triangle_count"]) > 0);
        JsonDocument.Parse((string)tiles.Single(t => (string?)t["content_uri"] == "house-3-0.glb")["metadata"]!).RootElement.GetProperty("properties").GetProperty("vertices").GetInt32().Should().Be(1032);
        var asset = result.Rows("model.asset", Assets).Single();
        asset["geom"].Should().BeNull();
        tiles.Select(t => t["tile_id"]).Should().OnlyHaveUniqueItems();
        asset["notes"].Should().Be("its coordinates are no place on earth in EPSG:4978; declare another CRS in the contract, if it has one");
        asset["texture_bytes"].Should().BeOfType<long>();
    }

    [Theory]
    [InlineData("2_0_1.b3dm", 15154L)]
    [InlineData("py3dtiles_test_build_1.b3dm", 22L)]
    public void A_batched_model_is_read_whatever_its_feature_table_is(string file, long triangles)
    {
        var row = Readers.Read(new GltfReader(), Repository.Shared("data", "models-3d", "b3dm", file)).Rows("model.asset", Assets).Single();
        (row["format"], row["format_version"], row["triangle_count"], row["geom"]).Should().Be(("b3dm", "1.0", triangles, null));
        row["height_max_m"].Should().BeOfType<double>();
    }

    [Fact]
    public void A_file_whose_bounds_are_the_wrong_way_round_has_bounds_all_the_same()
    {
        // py3dtiles wrote min and max in each other's place; its node stands at 1842015, 5177109, 248 with Y up.
        var row = Readers.Read(new GltfReader(), Repository.Shared("data", "models-3d", "b3dm", "py3dtiles_test_build_1.b3dm"), crs: "EPSG:32631").Rows("model.asset", Assets).Single();
        ((double)row["height_max_m"]! - (double)row["height_min_m"]!).Should().BeApproximately(2 * 2.05386, 1e-3);
        ((double)row["height_min_m"]!).Should().BeApproximately(5177109.25 - 2.05386, 1e-3, "glTF's Y is up, whatever that file meant");
    }

    [Fact]
    public void Draco_and_meshopt_are_said_and_what_they_declare_is_counted()
    {
        const string json = """
            {"asset":{"version":"2.0"},"extensionsUsed":["KHR_draco_mesh_compression","EXT_meshopt_compression"],"scene":0,"scenes":[{"nodes":[0]}],
             "nodes":[{"children":[1],"translation":[10,20,30]},{"mesh":0,"scale":[2,2,2]}],"meshes":[{"primitives":[{"attributes":{"POSITION":0},"indices":1,"mode":4},{"attributes":{"POSITION":0},"mode":0}]}],
             "accessors":[{"count":8,"type":"VEC3","componentType":5126,"min":[0,0,0],"max":[1,2,3]},{"count":36,"type":"SCALAR","componentType":5123}],
             "images":[{"uri":"gone.jpg"},{"uri":"data:image/png;base64,AAAABBBB"}],"buffers":[{"uri":"gone.bin","byteLength":5}]}
            """;
        var row = GltfReader.Read(ByteView.Of(Encoding.UTF8.GetBytes(json), "a.gltf", "x"), Readers.Input("a.gltf", crs: "EPSG:32631"), null).Rows("model.asset", Assets).Single();
        (row["format"], row["triangle_count"], row["point_count"], row["texture_bytes"], row["height_min_m"], row["height_max_m"]).Should().Be(("gltf", 12L, 8L, 6L, 20.0, 24.0));
        ((string)row["notes"]!).Should().Contain("Draco").And.Contain("meshopt").And.Contain("1 of the textures").And.Contain("1 of the 1 buffers");
    }

    [Fact]
    public void Boxes_spheres_transforms_and_inner_tilesets_find_their_place()
    {
        using var folder = new TemporaryFolder();
        var origin = Geocentric.FromGeographic(new(113.2, 23.4, 30));
        var transform = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[1,0,0,0,0,1,0,0,0,0,1,0,{origin.X:R},{origin.Y:R},{origin.Z:R},1]");
        File.WriteAllText(folder["tileset.json"], $$$"""
            {"asset":{"version":"1.0"},"geometricError":100,"root":{"transform":{{{transform}}},"boundingVolume":{"sphere":[0,0,0,100]},"geometricError":50,"refine":"REPLACE",
             "children":[{"boundingVolume":{"box":[0,0,0,10,0,0,0,10,0,0,0,10]},"geometricError":0,"content":{"url":"inner/tileset.json"}},{"boundingVolume":{"box":[0,0,0,1,0,0,0,1,0,0,0,1]},"geometricError":0,"content":{"uri":"../outside.glb"}}]}}
            """);
        Directory.CreateDirectory(folder["inner"]);
        File.WriteAllText(folder["inner", "tileset.json"], """{"asset":{"version":"1.0"},"geometricError":1,"root":{"boundingVolume":{"sphere":[5,0,0,5]},"geometricError":0,"content":{"uri":"../tileset.json"}}}""");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(folder.Path)!, "outside.glb"), "not to be read");
        var result = Readers.Read(new TilesetReader(), folder["tileset.json"]);
        var tiles = result.Rows("model.tile", Tiles);
        tiles.Should().OnlyContain(t => t["geom"] != null);
        foreach (var box in tiles.Select(t => ((object?[])t["bbox"]!).Cast<double>().ToArray()))
            (box[0] < 113.2001 && box[2] > 113.1999 && box[1] < 23.4001 && box[3] > 23.3999 && box[2] - box[0] < 0.005).Should().BeTrue();
        tiles.Single(t => (string?)t["content_uri"] == "../outside.glb")["is_present"].Should().Be(false, "no name leads out of the folder");
        ((double)tiles[0]["height_max_m"]!).Should().BeInRange(130, 210);
        tiles.Select(t => t["tile_id"]).Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("""{"asset":{"version":"3.0"},"root":{}}""", "it is of version '3.0'")]
    [InlineData("""{"asset":{}}""", "it is JSON without asset.version")]
    [InlineData("""{"asset":{"version":"1.1"}}""", "it has no root tile")]
    [InlineData("""{"asset":{"version":"1.1"},"root":{"implicitTiling":{"subtreeLevels":99,"availableLevels":3}}}""", "its implicit tiling of 3 levels, 99 a subtree, is none that is read")]
    [InlineData("""{"asset":""", "it is no JSON")]
    public void Another_tileset_is_refused(string json, string reason) =>
        FluentActions.Invoking(() => TilesetReader.Read(ByteView.Of(Encoding.UTF8.GetBytes(json), "tileset.json", "x"), Readers.Input("tileset.json"), null))
            .Should().Throw<SourceFormatException>().Which.Reason.Should().StartWith(reason);

    [Fact]
    public void Availability_that_is_constant_is_not_walked_without_end()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tileset.json"], """{"asset":{"version":"1.1"},"geometricError":1,"root":{"boundingVolume":{"region":[0,0,1,1,0,1]},"geometricError":1,"content":{"uri":"{level}/{x}/{y}.glb"},"implicitTiling":{"subdivisionScheme":"OCTREE","subtreeLevels":12,"availableLevels":24,"subtrees":{"uri":"s.json"}}}}""");
        File.WriteAllText(folder["s.json"], """{"tileAvailability":{"constant":0},"childSubtreeAvailability":{"constant":1}}""");
        FluentActions.Invoking(() => Readers.Read(new TilesetReader(), folder["tileset.json"])).Should().Throw<SourceFormatException>().Which.Reason.Should().Contain("nodes");
    }

    [Fact]
    public void Geocentric_coordinates_come_back_to_a_tenth_of_a_millimetre_anywhere()
    {
        for (var latitude = -90.0; latitude <= 90; latitude += 7.5)
            foreach (var height in new[] { -100.0, 0, 8848, 100_000 })
            {
                var back = Geocentric.ToGeographic(Geocentric.FromGeographic(new(113.25, latitude, height)))!.Value;
                back.Y.Should().BeApproximately(latitude, 1e-9);
                back.Z.Should().BeApproximately(height, 1e-4);
            }
        Geocentric.ToGeographic(new(0, 0, 0)).Should().BeNull();
    }

    [Fact]
    public void No_mutation_crashes_or_hangs_the_reader_of_a_tileset()
    {
        var sample = File.ReadAllBytes(Repository.Shared("data", "models-3d", "3dtiles-metadata-granularities", "tileset.json"));
        Readers.Fuzz(sample, 1500, bytes => TilesetReader.Read(ByteView.Of(bytes, "tileset.json", "x"), Readers.Input("tileset.json"), null));
    }

    [Fact]
    public void No_mutation_crashes_or_hangs_the_reader_of_a_subtree() =>
        Readers.Fuzz(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(Sibbe)!, "subtrees", "0_0_0.subtree")), 5000, bytes =>
        {
            try
            {
                var subtree = Subtree.Read(bytes, null);
                _ = Enumerable.Range(0, 1000).Count(i => subtree.HasTile(i) | subtree.HasChild(i) | (subtree.Contents > 0 && subtree.HasContent(0, i)));
            }
            catch (InvalidDataException broken)
            {
                throw new SourceFormatException("x", broken.Message, "y");
            }
            return new([], []);
        });

    [Theory]
    [InlineData("b3dm", "2_0_1.b3dm")]
    [InlineData("b3dm", "py3dtiles_test_build_1.b3dm")]
    [InlineData("3dtiles-sibbe-1.1", "content", "1_1_0.glb")]
    public void No_mutation_crashes_or_hangs_the_reader_of_a_model(params string[] path)
    {
        var whole = File.ReadAllBytes(Repository.Shared(["data", "models-3d", .. path]));
        var json = BitConverter.ToInt32(whole, whole[0] == 'g' ? 12 : 28 + BitConverter.ToInt32(whole, 12) + 12);
        Readers.Fuzz(whole, 1000, bytes => GltfReader.Read(ByteView.Of(bytes, "x.glb", "x"), Readers.Input("x.glb"), null), headBytes: Math.Min(whole.Length, json + 80));
    }

    private static long Triangles(string content)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(Sibbe)!, content));
        using var document = JsonDocument.Parse(bytes.AsMemory(20, BitConverter.ToInt32(bytes, 12)));
        var accessors = document.RootElement.GetProperty("accessors");
        return document.RootElement.GetProperty("meshes").EnumerateArray().SelectMany(m => m.GetProperty("primitives").EnumerateArray()).Sum(p => accessors[p.GetProperty("indices").GetInt32()].GetProperty("count").GetInt64() / 3);
    }
}
