using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using Plinth.Tests.Twin;
using Plinth.Twin;
using Plinth.Twin.Joins;

namespace Plinth.Tests;

/// <summary>Nearest, within and overlap beside brute force over geodesic distances and NetTopologySuite's overlay. An edge of 500 m is straight in longitude and latitude here, a geodesic there: up to 4 mm apart.</summary>
public class LayerSearchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_nearest_and_those_within_a_distance_are_the_ones_brute_force_finds(int seed)
    {
        var shapes = new Shapes(seed);
        var things = Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? shapes.Polygon() : i % 3 == 1 ? shapes.Line() : Shapes.Factory.CreatePoint(shapes.Place())).ToList();
        // About a city: half a kilometre to a unit, at 22.5 N.
        foreach (var thing in things)
            thing.Apply(new AffineTransformation(0.005, 0, 114, 0, 0.005, 22.5));
        var layer = Shapes.Layer("things", things);
        var search = new NearestSearch();
        for (var query = 0; query < 60; query++)
        {
            var (x, y) = (114 + (shapes.Ordinate(query % 2 == 0) * 0.005), 22.5 + (shapes.Ordinate(query % 2 == 0) * 0.005));
            var brute = things.Select((t, i) => (Item: i, Metres: GeodesicDistance.Between(new Point(x, y), t))).OrderBy(d => d.Metres).ToList();
            search.Find(layer, x, y, 8);
            search.Found.Select(f => f.Metres).Should().BeInAscendingOrder();
            foreach (var (found, expected) in search.Found.Zip(brute))
                found.Metres.Should().BeApproximately(expected.Metres, 0.005, "{0} from ({1}, {2})", things[expected.Item], x, y);
            search.FindWithin(layer, x, y, 150);
            search.Found.Count.Should().BeInRange(brute.Count(b => b.Metres < 149.999), brute.Count(b => b.Metres < 150.001));
            foreach (var (item, metres) in search.Found)
                metres.Should().BeApproximately(brute.First(b => b.Item == item).Metres, 0.005, "{0} from ({1:R}, {2:R})", things[item], x, y);
        }
    }

    [Fact]
    public void Far_away_the_nearest_are_found_by_the_geodesic()
    {
        var random = new Random(5);
        var towns = Enumerable.Range(0, 500).Select(_ => (Geometry)Shapes.Factory.CreatePoint(new Coordinate(75 + (random.NextDouble() * 60), 18 + (random.NextDouble() * 35)))).ToList();
        var layer = Shapes.Layer("towns", towns);
        var search = new NearestSearch();
        for (var query = 0; query < 100; query++)
        {
            var (x, y) = (75 + (random.NextDouble() * 60), 18 + (random.NextDouble() * 35));
            search.Find(layer, x, y, 5);
            var brute = towns.Cast<Point>().Select((t, i) => (i, Geodesic.Distance(x, y, t.X, t.Y))).OrderBy(d => d.Item2).Take(5);
            search.Found.Select(f => f.Item).Should().Equal(brute.Select(b => b.i));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Overlaps_and_their_areas_and_lengths_are_those_of_the_overlay(int seed)
    {
        var shapes = new Shapes(seed);
        var overlap = new Overlap();
        var (met, measured) = (0, 0);
        for (var i = 0; i < 4000; i++)
        {
            var a = i % 3 == 0 ? shapes.Line() : shapes.Polygon();
            var b = shapes.Polygon();
            if (i % 50 == 0)
                b = a is Polygon ? a.Copy() : b;
            if (a is LineString { IsSimple: false })
                continue; // a stretch walked twice counts twice here, once in the overlay
            // To the size of a city, where edges straight in longitude and latitude are geodesics; by a power of two, which keeps what meets exactly.
            a.Apply(AffineTransformation.ScaleInstance(1 / 64.0, 1 / 64.0));
            b.Apply(AffineTransformation.ScaleInstance(1 / 64.0, 1 / 64.0));
            overlap.Left.Take(Wkb.Write(a));
            overlap.Right.Take(Wkb.Write(b));
            var meets = overlap.Meet();
            meets.Should().Be(a.Intersects(b), "{0} and {1}", a, b);
            met += meets ? 1 : 0;
            if (!meets)
                continue;
            var common = NetTopologySuite.Operation.OverlayNG.OverlayNGRobust.Overlay(a, b, NetTopologySuite.Operation.Overlay.SpatialFunction.Intersection);
            var (area, length) = overlap.Measure();
            var expectedArea = a is LineString ? 0 : Measures.Area(Wkb.Write(common));
            var expectedLength = a is LineString ? Measures.Length(Wkb.Write(common)) : 0;
            area.Should().BeApproximately(expectedArea, 1e-6 * expectedArea + 0.01, "{0} and {1}", a, b);
            length.Should().BeApproximately(expectedLength, 1e-6 * expectedLength + 0.001, "{0} and {1}", a, b);
            measured += area > 1000 || length > 1 ? 1 : 0;
        }
        met.Should().BeGreaterThan(300);
        measured.Should().BeGreaterThan(200);
    }
}
