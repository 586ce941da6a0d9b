using Plinth.Ingestion;
using Plinth.Ingestion.Models;

namespace Plinth.Tests.Models;

public class DissolveTests
{
    [Fact]
    public void Triangles_of_a_square_become_the_square() =>
        Dissolve.Join([[Ring(0, 0, 1, 0, 1, 1)], [Ring(0, 0, 1, 1, 0, 1)]]).Should().ContainSingle().Which.Should().ContainSingle().Which.Should().HaveCount(4);

    [Fact]
    public void A_frame_of_four_trapezoids_becomes_a_square_with_a_hole()
    {
        var joined = Dissolve.Join([[Ring(0, 0, 3, 0, 2, 1, 1, 1)], [Ring(3, 0, 3, 3, 2, 2, 2, 1)], [Ring(3, 3, 0, 3, 1, 2, 2, 2)], [Ring(0, 3, 0, 0, 1, 1, 1, 2)]]);
        var polygon = joined.Should().ContainSingle().Subject;
        polygon.Select(Rings.SignedArea).Should().Equal(9, -1);
    }

    [Fact]
    public void Squares_that_touch_at_a_corner_stay_two_rings()
    {
        var joined = Dissolve.Join([[Ring(0, 0, 1, 0, 1, 1, 0, 1)], [Ring(1, 1, 2, 1, 2, 2, 1, 2)]]);
        joined.Should().HaveCount(2).And.OnlyContain(polygon => polygon.Count == 1 && polygon[0].Length == 4);
    }

    [Fact]
    public void Polygons_within_another_or_twice_the_same_are_dropped()
    {
        Dissolve.Join([[Ring(0, 0, 1, 0, 1, 1)], [Ring(0, 0, 1, 0, 1, 1)]]).Should().ContainSingle();
        var large = Ring(0, 0, 9, 0, 9, 9, 0, 9);
        Dissolve.Join([[Ring(1, 1, 2, 1, 2, 2)], [large], [Ring(0, 0, 9, 0, 5, 5)]]).Should().ContainSingle().Which.Should().ContainSingle().Which.Should().Equal(large);
    }

    [Fact]
    public void Polygons_that_overlap_in_part_come_back_as_they_were() =>
        Dissolve.Join([[Ring(0, 0, 2, 0, 2, 2, 0, 2)], [Ring(1, 1, 3, 1, 3, 3, 1, 3)]]).Should().HaveCount(2);

    [Fact]
    public void Joining_a_triangulated_grid_keeps_its_area_whatever_cells_are_missing()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var cells = Enumerable.Range(0, 36).Where(_ => random.Next(3) > 0).ToList();
            var joined = Dissolve.Join([.. cells.SelectMany(c => new List<Position[]>[]
            {
                [Ring(c % 6, c / 6, c % 6 + 1, c / 6, c % 6 + 1, c / 6 + 1)],
                [Ring(c % 6, c / 6, c % 6 + 1, c / 6 + 1, c % 6, c / 6 + 1)],
            })]);
            joined.Sum(polygon => polygon.Sum(Rings.SignedArea)).Should().BeApproximately(cells.Count, 1e-9);
            joined.Should().OnlyContain(polygon => Rings.SignedArea(polygon[0]) > 0 && polygon.Skip(1).All(hole => Rings.SignedArea(hole) < 0));
            joined.SelectMany(polygon => polygon).Count(ring => ring.Distinct().Count() != ring.Length).Should().Be(0, "a ring never touches itself");
        }
    }

    private static Position[] Ring(params double[] xy) => [.. xy.Chunk(2).Select(p => new Position(p[0], p[1]))];
}
