using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using Plinth.Twin.Tiles;

namespace Plinth.Tests.Twin.Tiles;

/// <summary>Tiles of hard shapes, read by another reader and compared with the exact shapes.</summary>
public sealed class TileEncoderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(14)]
    [InlineData(11)]
    public void Every_feature_that_meets_a_tile_is_in_it_valid_and_in_place_and_no_other(int zoom)
    {
        var shapes = Shapes(new Random(zoom), 360.0 / (1 << zoom)).ToDictionary(s => s.Id, s => s.Shape);
        var features = Build(shapes);
        var tiles = (from x in Enumerable.Range(0, 4) from y in Enumerable.Range(0, 4) select (X: TileGrid.At(zoom, 113.2, 23.4).X + x - 1, Y: TileGrid.At(zoom, 113.2, 23.4).Y + y - 1)).ToList();
        foreach (var (x, y) in tiles)
            File.WriteAllBytes(_folder[$"{zoom}-{x}-{y}.mvt"], new TileEncoder().Encode(features, "shapes", zoom, x, y, 100_000, int.MaxValue));

        var decoded = TileClient.Decode(_folder.Path);
        var pieces = 0;
        foreach (var (x, y) in tiles)
        {
            var found = decoded[$"{zoom}-{x}-{y}.mvt"].ToDictionary(f => f.Properties["entity_id"].GetString()!);
            var box = new GeometryFactory().ToGeometry(new Envelope(-TileGrid.Buffer, TileGrid.Extent + TileGrid.Buffer, -TileGrid.Buffer, TileGrid.Extent + TileGrid.Buffer));
            foreach (var (id, shape) in shapes)
            {
                var exact = Exact(shape, zoom, x, y).Intersection(box);
                if (!found.Remove(id, out var feature))
                {
                    // Left out is what whole units cannot show, or, farther out, what is smaller than a quarter of a pixel.
                    exact.Buffer(-3).IsEmpty.Should().BeTrue($"{id} in {zoom}/{x}/{y} has {exact.Area} square units");
                    (exact is Point { IsEmpty: false }).Should().BeFalse($"{id} in {zoom}/{x}/{y}");
                    continue;
                }
                pieces++;
                feature.Geometry.IsValid.Should().BeTrue($"{id} in {zoom}/{x}/{y}");
                feature.Id.Should().Be((long)TileFeatures.IdOf(id));
                // Half a unit by snapping, and by simplification two more below zoom 14; nothing is farther off, either way.
                var off = zoom >= 14 ? 1.5 : 4.5;
                var inner = exact is Polygon or MultiPolygon ? exact.Buffer(-off) : exact;
                (inner.IsEmpty || feature.Geometry.Buffer(off).Covers(inner)).Should().BeTrue($"{id} in {zoom}/{x}/{y}");
                exact.Buffer(off).Covers(feature.Geometry).Should().BeTrue($"{id} in {zoom}/{x}/{y} draws {feature.Geometry.Difference(exact.Buffer(off))}");
            }
            found.Keys.Should().BeEmpty($"in {zoom}/{x}/{y}");
        }
        pieces.Should().BeGreaterThan(150);
    }

    [Fact]
    public void Properties_come_back_with_their_types()
    {
        var builder = new TileFeaturesBuilder();
        builder.Add("a", new Point(113.2, 23.4), [("text", "路口85"), ("whole", -3.0), ("part", 2.5), ("large", 1e300), ("none", null), ("when", DateTimeOffset.UnixEpoch), ("yes", true)]);
        var (x, y) = TileGrid.At(14, 113.2, 23.4);
        File.WriteAllBytes(_folder[$"14-{x}-{y}.mvt"], new TileEncoder().Encode(new(builder), "points", 14, x, y, 10, int.MaxValue));
        var properties = TileClient.Decode(_folder.Path).Single().Value.Single().Properties;
        properties.Keys.Should().BeEquivalentTo("text", "whole", "part", "large", "when", "yes");
        properties["text"].GetString().Should().Be("路口85");
        (properties["whole"].GetDouble(), properties["part"].GetDouble(), properties["large"].GetDouble(), properties["yes"].GetBoolean()).Should().Be((-3, 2.5, 1e300, true));
        properties["when"].GetString().Should().Be("1970-01-01T00:00:00Z");
    }

    [Fact]
    public void A_crowded_tile_keeps_its_largest_features_and_stays_below_its_bytes()
    {
        var builder = new TileFeaturesBuilder();
        for (var i = 1; i <= 500; i++)
            builder.Add($"b{i}", Square(113.2, 23.4, 0.00002 * i), [("entity_id", $"b{i}")]);
        var features = new TileFeatures(builder);
        var (x, y) = TileGrid.At(14, 113.2, 23.4);
        File.WriteAllBytes(_folder["count.mvt"], new TileEncoder().Encode(features, "l", 14, x, y, 100, int.MaxValue));
        var small = new TileEncoder().Encode(features, "l", 14, x, y, 1000, 4000);
        small.Length.Should().BeLessThan(4200);
        File.WriteAllBytes(_folder["bytes.mvt"], small);
        var decoded = TileClient.Decode(_folder.Path);
        decoded["count.mvt"].Select(f => f.Properties["entity_id"].GetString()).Should().BeEquivalentTo(Enumerable.Range(401, 100).Select(i => $"b{i}"));
        decoded["bytes.mvt"].Should().HaveCountGreaterThan(20);
        decoded["bytes.mvt"].Select(f => f.Properties["entity_id"].GetString()).Should().Contain("b500");
    }

    [Fact]
    public void A_tile_that_shows_nothing_has_no_bytes_and_one_that_is_none_is_refused()
    {
        new TileEncoder().Encode(Build(new Dictionary<string, Geometry> { ["a"] = new Point(0, 0) }), "l", 14, 1, 1, 10, 1000).Should().BeEmpty();
        new TileEncoder().Encode(Build([]), "l", 0, 0, 0, 10, 1000).Should().BeEmpty();
        var act = () => TileGrid.Check(3, 8, 0);
        act.Should().Throw<ArgumentException>().WithMessage("There is no tile 3/8/0: the zoom goes from 0 to 22*");
    }

    [Fact]
    public void Gdal_reads_the_same_features()
    {
        var shapes = Shapes(new Random(5), 360.0 / (1 << 14)).ToDictionary(s => s.Id, s => s.Shape);
        var (x, y) = TileGrid.At(14, 113.2, 23.4);
        var bytes = new TileEncoder().Encode(Build(shapes), "shapes", 14, x, y, 100_000, int.MaxValue);
        File.WriteAllBytes(_folder["t.pbf"], bytes);
        File.WriteAllBytes(_folder["14-t.mvt"], bytes);
        var count = TileClient.Decode(_folder.Path).Single().Value.Count;
        count.Should().BeGreaterThan(20);
        var text = TileClient.Ogrinfo("-al", "-q", "MVT:" + _folder["t.pbf"], "-oo", "CLIP=NO", "-oo", $"X={x}", "-oo", $"Y={y}", "-oo", "Z=14");
        text.Split("OGRFeature(shapes)").Length.Should().Be(count + 1);
        TileClient.Ogrinfo("-al", "-so", "MVT:" + _folder["t.pbf"], "-oo", $"X={x}", "-oo", $"Y={y}", "-oo", "Z=14").Should().Contain("entity_id: String");
    }

    private static TileFeatures Build(Dictionary<string, Geometry> shapes)
    {
        var builder = new TileFeaturesBuilder();
        foreach (var (id, shape) in shapes)
            builder.Add(id, shape, [("entity_id", id)]);
        return new(builder);
    }

    private static Geometry Square(double x, double y, double half) => new GeometryFactory().ToGeometry(new Envelope(x - half, x + half, y - half, y + half));

    /// <summary>Boxes, stars (concave), combs that a border cuts into many pieces, rings with a hole, several parts, bow-ties (not valid), lines, points; some larger than a tile.</summary>
    private static IEnumerable<(string Id, Geometry Shape)> Shapes(Random random, double tile)
    {
        for (var i = 0; i < 120; i++)
        {
            var (x, y, r) = (113.2 + ((random.NextDouble() - 0.3) * 3 * tile), 23.4 + ((random.NextDouble() - 0.7) * 3 * tile), tile * Math.Pow(10, (random.NextDouble() * 2.4) - 2));
            yield return ($"{i}", (i % 8) switch
            {
                0 => Square(x, y, r),
                1 => Star(x, y, r, 5 + random.Next(40), random),
                2 => Comb(x, y, r),
                3 => ((Polygon)Square(x, y, r)) is var outer ? new Polygon((LinearRing)outer.ExteriorRing, [(LinearRing)((Polygon)Square(x, y, r * 0.6)).ExteriorRing]) : outer,
                4 => new MultiPolygon([(Polygon)Square(x, y, r), (Polygon)Square(x + (3 * r), y, r)]),
                5 => GeometryFixer.Fix(new Polygon(new LinearRing([new(x, y), new(x + r, y + r), new(x + r, y), new(x, y + r), new(x, y)]))),
                6 => new LineString([new(x, y), new(x + r, y + (r / 3)), new(x + (2 * r), y - r), new(x - r, y - r)]),
                _ => new Point(x, y),
            });
        }
    }

    private static Polygon Star(double x, double y, double r, int corners, Random random)
    {
        var ring = Enumerable.Range(0, corners * 2).Select(i => (Angle: Math.PI * i / corners, R: i % 2 == 0 ? r : r * (0.2 + (0.5 * random.NextDouble())))).Select(p => new Coordinate(x + (p.R * Math.Cos(p.Angle)), y + (p.R * Math.Sin(p.Angle)))).ToList();
        return new(new LinearRing([.. ring, ring[0]]));
    }

    private static Polygon Comb(double x, double y, double r)
    {
        List<Coordinate> ring = [new(x - r, y - r), new(x + r, y - r), new(x + r, y + r)];
        for (var tooth = 0; tooth < 5; tooth++)
        {
            var right = x + r - (0.4 * r * tooth);
            ring.AddRange([new(right - (0.2 * r), y + r), new(right - (0.2 * r), y - (0.8 * r)), new(right - (0.39 * r), y - (0.8 * r)), new(right - (0.39 * r), y + r)]);
        }
        return new(new LinearRing([.. ring, ring[0]]));
    }

    /// <summary>In tile units, unrounded.</summary>
    private static Geometry Exact(Geometry shape, int zoom, int x, int y)
    {
        var copy = shape.Copy();
        copy.Apply(new ToTile(zoom, x, y));
        copy.GeometryChanged();
        return copy;
    }

    private sealed class ToTile(int zoom, int x, int y) : ICoordinateFilter
    {
        public void Filter(Coordinate coord)
        {
            var (px, py) = TileGrid.Project(coord.X, coord.Y);
            (coord.X, coord.Y) = ((px * (1 << zoom) - x) * TileGrid.Extent, (py * (1 << zoom) - y) * TileGrid.Extent);
        }
    }
}
