using Plinth.Ingestion;

namespace Plinth.Tests;

public class WkbTests
{
    [Fact]
    public void A_point_is_written_little_endian_as_the_standard_shows_it() =>
        Convert.ToHexString(Wkb.Point(1, 2)).Should().Be("0101000000" + "000000000000F03F" + "0000000000000040");

    [Fact]
    public void An_open_ring_is_closed_and_a_closed_one_stays()
    {
        Position[] open = [new(0, 0), new(1, 0), new(1, 1)];
        Position[] closed = [.. open, open[0]];
        Wkb.Polygon([open]).Should().Equal(Wkb.Polygon([closed]));
        Wkb.Polygon([open]).Should().HaveCount(9 + 4 + 4 * 16);
    }

    [Fact]
    public void A_multipolygon_holds_whole_polygons()
    {
        Position[] ring = [new(0, 0), new(1, 0), new(1, 1)];
        var bytes = Wkb.MultiPolygon([[ring], [ring]]);
        Convert.ToHexString(bytes.AsSpan(0, 9)).Should().Be("010600000002000000");
        bytes.AsSpan(9).ToArray().Should().Equal([.. Wkb.Polygon([ring]), .. Wkb.Polygon([ring])]);
    }

    [Fact]
    public void A_bbox_of_nothing_is_null() => Wkb.Bbox([]).Should().BeNull();

    [Fact]
    public void A_bbox_holds_the_extremes() => Wkb.Bbox([new(3, 1), new(-1, 5)]).Should().Equal(-1.0, 1.0, 3.0, 5.0);
}
