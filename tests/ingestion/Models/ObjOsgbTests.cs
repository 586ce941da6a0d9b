using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Models;

namespace Plinth.Tests.Models;

public class ObjOsgbTests
{
    private static string Obj => Repository.Shared("data", "models-3d", "obj", "1.2-with-color.obj");

    private static string Osgb => Repository.Shared("data", "models-3d", "osgb", "test.osgb");

    // Numbers: the file's own heading (911 vertices, 1672 faces), and minimum and maximum by awk.
    [Fact]
    public void An_OBJ_without_metadata_has_triangles_and_heights_and_no_place()
    {
        var row = Row(new ObjReader(), Obj);
        (row["format"], row["triangle_count"], row["geom"], row["crs"], row["texture_bytes"]).Should().Be(("obj", 1672L, null, null, 0L));
        ((double)row["height_min_m"]!).Should().BeApproximately(406.589996, 1e-6);
        row["notes"].Should().Be("vertices carry colours; 1 material files it names do not lie beside it; it names no CRS and no metadata.xml lies beside it, so that it has no place; declare one in the contract");
    }

    [Fact]
    public void Metadata_above_an_OBJ_gives_it_SRS_and_origin_and_its_textures_are_weighed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["Data", "Tile_1"]);
        File.WriteAllText(folder["metadata.xml"], "<?xml version=\"1.0\"?><ModelMetadata version=\"1\"><SRS>EPSG:32649</SRS><SRSOrigin>700000,2500000,10</SRSOrigin></ModelMetadata>");
        File.WriteAllText(folder["Data", "Tile_1", "a.mtl"], "newmtl m\nmap_Kd a.jpg\nnewmtl n\nmap_Kd gone.jpg\n");
        File.WriteAllBytes(folder["Data", "Tile_1", "a.jpg"], new byte[123]);
        File.WriteAllText(folder["Data", "Tile_1", "Tile.obj"], "mtllib a.mtl\nv 0 0 1\nv 100 0 2\nv 100 100 3e0\nv 0 100 4\nf 1/1 2/2 \\\n3/3 4/4\n");
        var row = Row(new ObjReader(), folder["Data", "Tile_1", "Tile.obj"]);
        (row["crs"], row["triangle_count"], row["height_min_m"], row["height_max_m"], row["texture_bytes"]).Should().Be(("EPSG:32649", 2L, 11.0, 14.0, 123L));
        row["notes"].Should().Be("of the 2 textures it names, 1 do not lie beside it");
        var box = ((object?[])row["bbox"]!).Cast<double>().ToArray();
        box[0].Should().BeApproximately(112.94, 0.05);
        box[1].Should().BeApproximately(22.59, 0.05);
        ((box[2] - box[0]) * 111320 * Math.Cos(box[1] * Math.PI / 180)).Should().BeApproximately(100, 3);
    }

    [Fact]
    public void An_ENU_plane_puts_a_model_round_its_place()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["metadata.xml"], "<ModelMetadata version=\"1\"><SRS>ENU:23.4,113.2</SRS><SRSOrigin>0,0,0</SRSOrigin></ModelMetadata>");
        File.WriteAllText(folder["a.obj"], "v -50 -50 5\nv 50 -50 5\nv 50 50 25\nf 1 2 3\n");
        var row = Row(new ObjReader(), folder["a.obj"]);
        var box = ((object?[])row["bbox"]!).Cast<double>().ToArray();
        ((box[0] + box[2]) / 2).Should().BeApproximately(113.2, 1e-6);
        ((box[1] + box[3]) / 2).Should().BeApproximately(23.4, 1e-6);
        ((double)row["height_max_m"]!).Should().BeApproximately(25, 0.01);
    }

    [Fact]
    public void An_OSGB_tells_version_textures_sphere_and_the_child_that_is_absent()
    {
        var row = Row(new OsgbReader(), Osgb);
        (row["format"], row["format_version"], row["triangle_count"], row["geom"], row["texture_bytes"]).Should().Be(("osgb", "91", null, null, (long)0x417F));
        // Centre 438.4 and radius 36.65 by python's struct.
        ((double)row["height_max_m"]!).Should().BeApproximately(438.4127 + 36.6513, 0.01);
        ((string)row["notes"]!).Should().Contain("it names 1 finer tiles, of which 1 do not lie beside it").And.Contain("no metadata.xml");
    }

    [Fact]
    public void The_child_of_an_OSGB_is_found_and_its_level_is_that_of_its_name()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Osgb, folder["Tile_+000_+000.osgb"]);
        File.Copy(Osgb, folder["Tile_+000_+000_L16_0.osgb"]);
        File.WriteAllText(folder["metadata.xml"], "<ModelMetadata version=\"1\"><SRS>EPSG:32649</SRS><SRSOrigin>700000,2500000,0</SRSOrigin></ModelMetadata>");
        var root = Row(new OsgbReader(), folder["Tile_+000_+000.osgb"]);
        root["geom"].Should().NotBeNull();
        root["notes"].Should().Be("triangles are not counted; the extent is that of its bounding sphere; it names 1 finer tiles");
        Row(new OsgbReader(), folder["Tile_+000_+000_L16_0.osgb"])["lod"].Should().Be("16");
    }

    [Theory]
    [InlineData("v 1 2\n", "its line 1 is a vertex without three numbers")]
    [InlineData("v 1 2 3\nf 1 1\n", "its line 2 is a face of 2 corners")]
    [InlineData("hello\n", "it has no vertices")]
    public void A_broken_OBJ_is_refused(string text, string reason) =>
        FluentActions.Invoking(() => ObjReader.Read(ByteView.Of(Encoding.UTF8.GetBytes(text), "a.obj", "x"), null)).Should().Throw<SourceFormatException>().Which.Reason.Should().Be(reason);

    [Fact]
    public void No_mutation_crashes_or_hangs_the_readers()
    {
        Readers.Fuzz(File.ReadAllBytes(Obj)[..8000], 1000, bytes => Nothing(ObjReader.Read(ByteView.Of(bytes, "a.obj", "x"), null)));
        Readers.Fuzz(File.ReadAllBytes(Osgb), 1500, bytes => Nothing(OsgbReader.Read(ByteView.Of(bytes, "a.osgb", "x"), bytes).Content));
        Readers.Fuzz("<ModelMetadata version=\"1\"><SRS>ENU:23.4,113.2</SRS><SRSOrigin>1,2,3</SRSOrigin></ModelMetadata>"u8.ToArray(), 2000, bytes =>
        {
            _ = ModelPlace.Parse(Encoding.UTF8.GetString(bytes));
            return new([], []);
        });
    }

    private static ReadResult Nothing(ModelContent content) => new([], [new(null, null, null, content.Format)]);

    private static Dictionary<string, object?> Row(IFileReader reader, string path) => Readers.Read(reader, path).Rows("model.asset", TilesTests.Assets).Single();
}
