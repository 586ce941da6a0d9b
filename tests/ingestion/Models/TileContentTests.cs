using System.Buffers.Binary;
using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Models;

namespace Plinth.Tests.Models;

/// <summary>i3dm, pnts and cmpt, built here byte by byte as the 3D Tiles specification lays them out.</summary>
public class TileContentTests
{
    private static byte[] Glb => File.ReadAllBytes(Repository.Shared("data", "models-3d", "3dtiles-metadata-granularities", "tree-lime-2-0.glb"));

    [Fact]
    public void An_instanced_model_has_its_triangles_as_often_as_it_stands_there()
    {
        var one = TileContent.Read(ByteView.Of(Glb, "x", "x"), null);
        var tile = TileContent.Read(ByteView.Of(Instanced(3, Glb), "x", "x"), null);
        (tile.Format, tile.Objects, tile.Triangles).Should().Be(("i3dm", 3L, 3 * one.Triangles));
        one.Triangles.Should().BePositive();
    }

    [Fact]
    public void An_instanced_model_may_be_another_file()
    {
        var tile = TileContent.Read(ByteView.Of(Tile("i3dm", """{"INSTANCES_LENGTH":5,"POSITION":{"byteOffset":0}}""", new byte[60], "tree.glb "u8.ToArray(), gltfFormat: 0), "x", "x"), null);
        (tile.Objects, tile.Triangles).Should().Be((5L, 0L));
        tile.Notes.Should().Contain("its model is another file");
    }

    [Fact]
    public void Points_lie_round_their_centre_plain_or_quantised()
    {
        var plain = TileContent.Read(ByteView.Of(Points(), "x", "x"), null);
        (plain.Format, plain.Points).Should().Be(("pnts", 2L));
        plain.Bounds.Corners().Select(c => (c.X, c.Y, c.Z)).Should().Contain((101, 202, 303)).And.Contain((104, 205, 306));
        var quantised = TileContent.Read(ByteView.Of(Tile("pnts", """{"POINTS_LENGTH":2,"POSITION_QUANTIZED":{"byteOffset":0},"QUANTIZED_VOLUME_OFFSET":[10,20,30],"QUANTIZED_VOLUME_SCALE":[1,2,4]}""",
            [0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255], []), "x", "x"), null);
        quantised.Bounds.Corners().Select(c => (c.X, c.Y, c.Z)).Should().Contain((10, 20, 30)).And.Contain((11, 22, 34));
    }

    [Fact]
    public void A_composite_is_the_sum_of_its_tiles()
    {
        var one = TileContent.Read(ByteView.Of(Glb, "x", "x"), null);
        var tile = TileContent.Read(ByteView.Of(Composite(Instanced(2, Glb), Points(), Composite(Points())), "x", "x"), null);
        (tile.Format, tile.Points, tile.Triangles).Should().Be(("cmpt", 4L, 2 * one.Triangles));
    }

    [Fact]
    public void What_is_not_all_there_is_refused_before_it_is_allocated()
    {
        Refusal(Tile("pnts", """{"POINTS_LENGTH":2000000000,"POSITION":{"byteOffset":0}}""", new byte[24], [])).Should().Contain("positions are not all there");
        Refusal(Points()[..60]).Should().Contain("it is cut");
        var endless = Composite(Points());
        BinaryPrimitives.WriteUInt32LittleEndian(endless.AsSpan(12), uint.MaxValue);
        Refusal(endless).Should().Contain("it announces 4294967295 tiles, and 1 are there");
        var deep = Points();
        for (var i = 0; i < 20; i++)
            deep = Composite(deep);
        Refusal(deep).Should().Contain("composites have no end");
    }

    [Theory]
    [InlineData("i3dm")]
    [InlineData("pnts")]
    [InlineData("cmpt")]
    public void No_mutation_crashes_or_hangs_the_reader(string kind)
    {
        var sample = kind switch { "i3dm" => Instanced(3, Glb), "pnts" => Points(), _ => Composite(Points(), Instanced(2, Glb)) };
        Readers.Fuzz(sample, 1500, bytes => GltfReader.Read(ByteView.Of(bytes, $"x.{kind}", "x"), Readers.Input($"x.{kind}"), null), headBytes: 400);
    }

    private static string Refusal(byte[] tile) => FluentActions.Invoking(() => TileContent.Read(ByteView.Of(tile, "x", "x"), null)).Should().Throw<Exception>()
        .Which.Should().Match(e => e is InvalidDataException || e is SourceFormatException).And.Subject.As<Exception>().Message;

    private static byte[] Points()
    {
        var positions = new byte[24];
        foreach (var (value, i) in new float[] { 1, 2, 3, 4, 5, 6 }.Select((v, i) => (v, i)))
            BinaryPrimitives.WriteSingleLittleEndian(positions.AsSpan(4 * i), value);
        return Tile("pnts", """{"POINTS_LENGTH":2,"POSITION":{"byteOffset":0},"RTC_CENTER":[100,200,300]}""", positions, []);
    }

    private static byte[] Instanced(int times, byte[] glb) => Tile("i3dm", $$$"""{"INSTANCES_LENGTH":{{{times}}},"POSITION":{"byteOffset":0}}""", new byte[12 * times], glb, gltfFormat: 1);

    private static byte[] Composite(params byte[][] tiles)
    {
        byte[] head = [.. "cmpt"u8, .. U32(1), .. U32(16 + tiles.Sum(t => t.Length)), .. U32(tiles.Length)];
        return [.. head, .. tiles.SelectMany(t => t)];
    }

    private static byte[] Tile(string magic, string table, byte[] binary, byte[] model, int? gltfFormat = null)
    {
        var json = Encoding.UTF8.GetBytes(table.PadRight((table.Length + 7) / 8 * 8));
        var size = (gltfFormat is null ? 28 : 32) + json.Length + binary.Length + model.Length;
        return [.. Encoding.ASCII.GetBytes(magic), .. U32(1), .. U32(size), .. U32(json.Length), .. U32(binary.Length), .. U32(0), .. U32(0), .. gltfFormat is { } format ? U32(format) : [], .. json, .. binary, .. model];
    }

    private static byte[] U32(int value) => BitConverter.GetBytes(value);
}
