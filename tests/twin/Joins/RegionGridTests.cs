using NetTopologySuite.Algorithm.Locate;
using NetTopologySuite.Geometries;
using Plinth.Tests.Twin;
using Plinth.Twin.Joins;

namespace Plinth.Tests;

/// <summary>The region grid beside an exact location in each polygon, one after the other.</summary>
public class RegionGridTests
{
    [Theory]
    [InlineData(1, 40, 64)]
    [InlineData(2, 40, 1)]
    [InlineData(3, 300, 256)]
    [InlineData(4, 3, 7)]
    [InlineData(5, 1, 64)]
    public void Every_point_gets_the_regions_that_an_exact_search_finds_also_on_corners_edges_and_in_holes(int seed, int polygons, int side)
    {
        var shapes = new Shapes(seed);
        var regions = Enumerable.Range(0, polygons).Select(_ => shapes.Polygon()).ToList();
        var layer = Shapes.Layer("regions", regions);
        var grid = RegionGridBuilder.Build(layer.Geometry, side);
        var exact = regions.ConvertAll(r => new IndexedPointInAreaLocator(r));
        var points = Enumerable.Range(0, 20_000).Select(_ => shapes.Place()).Concat(regions.SelectMany(r => r.Coordinates)).Concat(regions.SelectMany(Middles)).ToArray();
        var found = new int[points.Length];
        grid.Locate([.. points.Select(p => p.X)], [.. points.Select(p => p.Y)], found);
        var sets = new long[points.Length];
        grid.LocateSets([.. points.Select(p => p.X)], [.. points.Select(p => p.Y)], sets);
        var (onBorder, several, hits) = (0, 0, new List<int>());
        for (var i = 0; i < points.Length; i++)
        {
            var locations = exact.ConvertAll(e => e.Locate(points[i]));
            var first = locations.IndexOf(Location.Interior) is var inside and >= 0 ? inside : locations.IndexOf(Location.Boundary);
            found[i].Should().Be(first, "of {0}", points[i]);
            hits.Clear();
            grid.All(points[i].X, points[i].Y, hits);
            hits.Should().Equal(Enumerable.Range(0, regions.Count).Where(r => locations[r] != Location.Exterior), "of {0}", points[i]);
            (sets[i] < 0 ? [] : grid.Members(sets[i])).Should().Equal(hits, "of {0}", points[i]);
            onBorder += locations.Contains(Location.Boundary) ? 1 : 0;
            several += hits.Count > 1 ? 1 : 0;
        }
        onBorder.Should().BeGreaterThan(polygons);
        if (polygons > 10)
            several.Should().BeGreaterThan(1000);
    }

    [Fact]
    public void What_is_outside_of_the_extent_not_a_number_or_in_an_empty_layer_is_in_no_region()
    {
        var layer = Shapes.Layer("one", [Shapes.Factory.ToGeometry(new Envelope(1, 2, 1, 2))]);
        var found = new int[6];
        layer.Grid.Locate([0.5, 3, double.NaN, 1.5, double.PositiveInfinity, 1.5], [1.5, 1.5, 1.5, double.NaN, 1.5, 1e300], found);
        found.Should().AllBeEquivalentTo(-1);
        Shapes.Layer("none", []).Grid.Locate([1.5], [1.5], found.AsSpan(0, 1));
        found[0].Should().Be(-1);
    }

    private static IEnumerable<Coordinate> Middles(Geometry polygon) =>
        polygon.Coordinates.Zip(polygon.Coordinates.Skip(1), (a, b) => new Coordinate((a.X + b.X) / 2, (a.Y + b.Y) / 2));
}
