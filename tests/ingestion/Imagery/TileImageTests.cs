using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Imagery;

namespace Plinth.Tests.Imagery;

public class TileImageTests
{
    // 2 × 2 pixels, RGBA, all transparent; made with Python's zlib.
    private static readonly byte[] Transparent = Convert.FromHexString(
        "89504E470D0A1A0A0000000D494844520000000200000002080600000072B60D240000000B49444154789C63604007000012000177F1FA000000000049454E44AE426082");

    [Fact]
    public void No_mutation_of_a_picture_crashes_or_hangs_what_looks_at_it()
    {
        (TileImage.MediaType(Transparent), TileImage.IsEmpty(Transparent)).Should().Be(("image/png", true));
        Readers.Fuzz(Transparent, 400, bytes =>
        {
            _ = (TileImage.MediaType(bytes), TileImage.Fault(bytes), TileImage.IsEmpty(bytes));
            return new([], []);
        });
    }

    [Fact]
    public void No_mutation_of_a_list_of_tiles_crashes_or_hangs_its_reader()
    {
        var list = new StringBuilder(TileFolder.Heading).Append("\nrows=south crs=EPSG:4326\n");
        foreach (var (z, x, y) in new[] { (0, 0, 0), (0, 1, 0), (1, 3, 1), (2, 7, 3) })
            list.Append($"{z}/{x}/{y}.png 100 {Readers.Hash}\n");
        var sample = Encoding.UTF8.GetBytes(list.ToString());
        Read(sample).Tables.Single().Rows.Should().HaveCount(4);
        Readers.Fuzz(sample, 3000, Read);

        static ReadResult Read(byte[] bytes) => TileFolderReader.Read(ByteView.Of(bytes, "x.tiles", "x"), Readers.Input("x.tiles"));
    }
}
