using Microsoft.Data.Sqlite;
using Plinth.Ingestion;
using Plinth.Ingestion.Imagery;

namespace Plinth.Tests.Imagery;

public sealed class MbTilesTests : IDisposable
{
    private const string Columns = "tileset_id z x y quadkey media_type taken_at size_bytes byte_offset sha256 is_empty bbox source_row";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Every_tile_is_a_row_and_its_kind_is_seen_where_the_metadata_do_not_say_it()
    {
        var rows = Rows(Repository.Shared("data", "imagery", "mbtiles", "plain_1.mbtiles"));
        rows.Should().HaveCount(285);
        rows.GroupBy(row => (int)row["z"]!).ToDictionary(g => g.Key, g => g.Count()).Should().Equal(new Dictionary<int, int> { [0] = 1, [1] = 4, [2] = 16, [3] = 56, [4] = 208 });
        rows.Should().OnlyContain(row => (string)row["media_type"]! == "image/png");
        // The bounds end at 70 degrees south: at zoom 4 the rows that are missing (0 to 2 from the south) are the southern ones.
        rows.Where(row => (int)row["z"]! == 4).Max(row => (int)row["y"]!).Should().Be(12, "rows count from the north here");
        rows.Where(row => (int)row["z"]! == 4).Min(row => (int)row["y"]!).Should().Be(0);
    }

    [Fact]
    public void An_archive_with_gaps_gives_the_tiles_that_are_there()
    {
        var rows = Rows(Repository.Shared("data", "imagery", "mbtiles", "some-empty-tiles.mbtiles"));
        rows.Should().HaveCount(11);
        rows.Should().OnlyContain(row => (bool?)row["is_empty"] == false, "on each of them something is drawn, on some very little");
    }

    [Theory]
    [InlineData(6, 0, true)]
    [InlineData(6, 1, false)]
    [InlineData(4, 0, true)]
    [InlineData(4, 200, false)]
    public void A_picture_is_empty_only_where_no_pixel_has_opacity(int colour, byte opacity, bool empty)
    {
        // White under no opacity, with the filter 'sub' in the first row and 'up' in the second: bytes that are not zero, pixels that are not seen.
        var samples = colour == 6 ? 4 : 2;
        var rows = new byte[2 * (1 + 3 * samples)];
        rows[0] = 1;
        for (var i = 1; i < samples; i++)
            rows[i] = 255;
        rows[1 + 3 * samples] = 2;
        rows[^1] = opacity;
        TileImage.IsEmpty(Png(3, 2, colour, rows)).Should().Be(empty);
    }

    [Fact]
    public void A_damaged_database_is_refused_with_the_reason()
    {
        var file = Repository.Shared("data", "imagery", "mbtiles", "corrupt.mbtiles");
        var read = () => Rows(file);
        read.Should().Throw<SourceFormatException>().WithMessage("*its SQLite database is damaged (database disk image is malformed)*");
    }

    [Theory]
    [InlineData("CREATE TABLE other (x)", "it is an SQLite database without a table or view 'tiles'")]
    [InlineData("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)", "it holds no tiles")]
    [InlineData("CREATE VIEW tiles AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS zoom_level, x AS tile_column, x AS tile_row, x'00' AS tile_data FROM n", "its view 'tiles' does not come to an end")]
    [InlineData("CREATE TABLE metadata (name, value); INSERT INTO metadata VALUES ('srs', 'EPSG:4326'); CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data); INSERT INTO tiles VALUES (0, 0, 0, x'00')", "its metadata say its tiles are in EPSG:4326")]
    [InlineData("CREATE TABLE tiles (zoom_level, tile_column); INSERT INTO tiles VALUES (0, 0)", "its SQLite database cannot be read")]
    public void A_database_that_is_no_tile_archive_is_refused(string sql, string reason)
    {
        var path = Make("none.mbtiles", sql);
        var read = () => Rows(path);
        read.Should().Throw<SourceFormatException>().Which.Reason.Should().StartWith(reason);
    }

    [Fact]
    public void A_tile_outside_its_zoom_without_bytes_or_of_absurd_size_is_rejected_and_the_others_are_taken()
    {
        const string png = "89504E470D0A1A0A0000000D49484452000F4240000F42400806000000000000000000000000";
        var path = Make("bad.mbtiles", "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data); "
            + $"INSERT INTO tiles VALUES (1, 0, 0, x'FFD8FF'), (1, 2, 0, x'FFD8FF'), (1, 0, 1, NULL), ('a', 0, 0, x'00'), (99, 0, 0, x'00'), (2, 0, 0, x'{png}'), (2, 1, 1, x'')");
        var result = Readers.Read(new MbTilesReader(), path);
        result.Rows("imagery.tile", Columns).Select(row => (row["z"], row["x"], row["y"], row["is_empty"])).Should().Equal((1, 0, 1, false), (2, 1, 2, true));
        result.Rejected.Select(r => r.Value).Should().Equal("1/2/0", "1/0/1", "-1/0/0", "99/0/0", "2/0/0");
        result.Rejected[^1].Reason.Should().StartWith("the tile says it is 1000000 × 1000000 pixels");
    }

    [Fact]
    public void No_mutation_crashes_or_hangs_the_reader()
    {
        var sample = File.ReadAllBytes(Make("small.mbtiles", "PRAGMA page_size=512; CREATE TABLE metadata (name, value); INSERT INTO metadata VALUES ('format', 'png'); "
            + "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data); INSERT INTO tiles VALUES (0, 0, 0, randomblob(700)), (1, 0, 0, x'FFD8FF'), (1, 1, 1, x'')"));
        var path = _folder["mutant.mbtiles"];
        Readers.Fuzz(sample, 500, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            return new MbTilesReader().Read(Readers.Input(path));
        });
    }

    public void Dispose() => _folder.Dispose();

    private static List<Dictionary<string, object?>> Rows(string path) => Readers.Read(new MbTilesReader(), path).Rows("imagery.tile", Columns);

    private static byte[] Png(int width, int height, int colour, byte[] rows)
    {
        var packed = new MemoryStream();
        using (var zip = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            zip.Write(rows);
        byte[] Chunk(string type, byte[] content) => [0, 0, (byte)(content.Length >> 8), (byte)content.Length, .. System.Text.Encoding.ASCII.GetBytes(type), .. content, 0, 0, 0, 0];
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Chunk("IHDR", [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, 8, (byte)colour, 0, 0, 0]), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    private string Make(string name, string sql)
    {
        var path = _folder[name];
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
        return path;
    }
}
