using Plinth.Ingestion;

namespace Plinth.Tests.Imagery;

public class TileFolderTests
{
    [Fact]
    public async Task A_TMS_folder_in_degrees_has_two_tiles_at_zoom_0_and_rows_from_the_south()
    {
        using var given = new Given();
        var report = await given.Ingest("imagery", Repository.Shared("data", "imagery", "tms-natural-earth-ii"));
        report.Rows.Should().Be(42);
        (await given.Sql("SELECT z, count(*) FROM imagery.tile GROUP BY z ORDER BY z")).Select(r => ((int)r[0]!, (long)r[1]!)).Should().Equal((0, 2L), (1, 8L), (2, 32L));
        // 1/0/0.jpg is the south-west: row 1 from the north.
        (await given.Sql("SELECT bbox.xmin, bbox.ymin, bbox.xmax, bbox.ymax, size_bytes, media_type FROM imagery.tile WHERE z = 1 AND x = 0 AND y = 1")).Single().Should().Equal(-180.0, -90.0, -90.0, 0.0, 7278L, "image/jpeg");
        given.Originals().Should().Be(43, "each tile, and the list that stands for the folder");
        (await given.Ingest("imagery", Repository.Shared("data", "imagery", "tms-natural-earth-ii"))).Files.Should().OnlyContain(f => f.Status == FileStatus.Unchanged);
    }

    [Fact]
    public async Task A_folder_without_description_is_web_mercator_from_the_north_and_keeps_tiles_that_look_the_same()
    {
        using var given = new Given();
        foreach (var name in new[] { "sea/1/0/0.png", "sea/1/1/1.png", "sea/1/0/1.png" })
            given.File(name, name.EndsWith("0/1.png", StringComparison.Ordinal) ? [] : [0x89, (byte)'P', (byte)'N', (byte)'G']);
        given.File("sea/1/7/0.png", [1]);
        var report = await given.Ingest("imagery", given.Folder("sea"));
        (report.Rows, report.Rejected).Should().Be((3, 1));
        (await given.Sql("SELECT x, y, quadkey, is_empty FROM imagery.tile ORDER BY x, y")).Select(r => string.Join(' ', r)).Should().Equal("0 0 0 ", "0 1 2 True", "1 1 3 ");
    }
}
