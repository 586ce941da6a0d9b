using Plinth.Ingestion;
using Plinth.Ingestion.Imagery;

namespace Plinth.Tests.Imagery;

public class PmTilesTests
{
    private const string Columns = "tileset_id z x y quadkey media_type taken_at size_bytes byte_offset sha256 is_empty bbox source_row";

    private static string Sample => Repository.Sample("imagery", "usgs-mt-whitney-8-15-webp-512.pmtiles");

    [Fact]
    public void Each_tile_of_an_archive_is_a_row_that_leads_to_its_bytes()
    {
        var rows = Readers.Read(new PmTilesReader(), Sample, settings: ("taken_at", "2022-01-02")).Rows("imagery.tile", Columns);
        rows.Should().HaveCount(50);
        rows.Select(row => (int)row["z"]!).Distinct().Should().Equal(8, 9, 10, 11, 12, 13, 14, 15);
        rows.Should().OnlyContain(row => (string)row["media_type"]! == "image/webp");
        rows.Should().OnlyContain(row => (DateTime)row["taken_at"]! == new DateTime(2022, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        var archive = File.ReadAllBytes(Sample);
        foreach (var row in rows)
        {
            var tile = archive.AsSpan((int)(long)row["byte_offset"]!, (int)(long)row["size_bytes"]!);
            tile[..4].SequenceEqual("RIFF"u8).Should().BeTrue();
            (BitConverter.ToInt32(tile[4..]) + 8).Should().Be(tile.Length, "a WebP file says its own length");
        }
    }

    [Fact]
    public void Tiles_lie_where_the_mountain_is()
    {
        var rows = Readers.Read(new PmTilesReader(), Sample).Rows("imagery.tile", Columns);
        var deepest = rows.Where(row => (int)row["z"]! == 15).ToList();
        deepest.Should().OnlyContain(row => ((string)row["quadkey"]!).Length == 15);
        // Mount Whitney: 36.5785 N, 118.2923 W.
        rows.Where(row => row["bbox"] is object?[] box && (double)box[0]! <= -118.2923 && (double)box[2]! >= -118.2923 && (double)box[1]! <= 36.5785 && (double)box[3]! >= 36.5785)
            .Select(row => (int)row["z"]!).Should().Contain([8, 9, 10, 11, 12, 13, 14, 15]);
        var top = rows.Single(row => (int)row["z"]! == 8);
        top["source_row"].Should().Be($"sha256:{top["sha256"]}#8/{top["x"]}/{top["y"]}");
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 0, 0, 1)]
    [InlineData(1, 0, 1, 2)]
    [InlineData(1, 1, 1, 3)]
    [InlineData(1, 1, 0, 4)]
    [InlineData(2, 0, 0, 5)]
    [InlineData(12, 3423, 1763, 19078479)] // The specification's own example, section 4.1.
    public void Tile_numbers_are_those_of_the_specification(int z, int x, int y, long id)
    {
        WebTile.FromHilbert(id).Should().Be(new WebTile(z, x, y));
        new WebTile(z, x, y).ToHilbert().Should().Be(id);
    }

    [Fact]
    public void Tile_numbers_lead_there_and_back()
    {
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++)
        {
            var id = random.NextInt64(WebTile.FirstOf(random.Next(1, WebTile.MaximumZoom + 1) + 1));
            WebTile.FromHilbert(id).ToHilbert().Should().Be(id);
        }
    }

    [Fact]
    public void A_quadkey_is_the_one_of_the_tile_system() => new WebTile(3, 3, 5).Quadkey.Should().Be("213"); // Bing Maps Tile System, its own example.

    [Fact]
    public void A_file_that_is_no_archive_is_refused()
    {
        var file = Repository.Shared("data", "imagery", "pmtiles", "invalid.pmtiles");
        var read = () => Readers.Read(new PmTilesReader(), file);
        read.Should().Throw<SourceFormatException>().Which.Expected.Should().Be("a PMTiles archive of version 3");
    }

    [Fact]
    public void An_archive_cut_in_its_tiles_gives_those_that_are_whole_and_rejects_the_others()
    {
        var result = Read(File.ReadAllBytes(Sample)[..1_000_000]);
        var rows = result.Rows("imagery.tile", Columns);
        rows.Should().NotBeEmpty();
        (rows.Count + result.Rejected.Count).Should().Be(50);
        result.Rejected.Should().OnlyContain(row => row.Column == "tile_id" && row.Reason.StartsWith("the tile's bytes lie outside the file"));
    }

    [Fact]
    public void No_mutation_crashes_or_hangs_the_reader() => Readers.Fuzz(File.ReadAllBytes(Sample)[..20_000], 5000, Read, headBytes: 1000);

    private static ReadResult Read(byte[] bytes) => PmTilesReader.Read(ByteView.Of(bytes, "x.pmtiles", new PmTilesReader().Expected), Readers.Input("x.pmtiles"));
}
