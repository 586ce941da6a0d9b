using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.IO;
using Plinth.Twin;
using Plinth.Twin.Joins;

namespace Plinth.Tests.Twin;

/// <summary>Random geometry whose corners, edges and borders often meet exactly: half of it on a grid.</summary>
internal sealed class Shapes(int seed)
{
    private readonly Random _random = new(seed);

    public static GeometryFactory Factory { get; } = new();

    public int Pick(int of) => _random.Next(of);

    public double Ordinate(bool grid) => grid ? _random.Next(0, 33) / 16.0 : _random.NextDouble() * 2;

    public Coordinate Place() => _random.Next(2) == 0 ? new(Ordinate(true), Ordinate(true)) : new(Ordinate(false), Ordinate(false));

    /// <summary>A star about a middle, at times with a hole or of two parts; valid.</summary>
    public Geometry Polygon()
    {
        var grid = _random.Next(2) == 0;
        var shell = Star(grid, 0.1 + (_random.NextDouble() * 0.4));
        if (_random.Next(3) == 0)
            shell = shell.Difference(AffineTransformation.ScaleInstance(0.4, 0.4, shell.Centroid.X, shell.Centroid.Y).Transform(shell));
        if (_random.Next(4) == 0)
            shell = shell.Union(Star(grid, 0.1));
        return shell is NetTopologySuite.Geometries.Polygon or MultiPolygon && shell.IsValid && !shell.IsEmpty ? shell : Polygon();
    }

    public Geometry Line()
    {
        var grid = _random.Next(2) == 0;
        var at = new Coordinate(Ordinate(grid), Ordinate(grid));
        var points = new List<Coordinate> { at };
        for (var i = _random.Next(1, 5); i > 0; i--)
            points.Add(grid ? new(at.X + (_random.Next(-6, 7) / 16.0), at.Y + (_random.Next(-6, 7) / 16.0)) : new(at.X + _random.NextDouble() - 0.5, at.Y + _random.NextDouble() - 0.5));
        var line = Factory.CreateLineString([.. points]);
        return line.Length > 0 ? line : Line();
    }

    public static SpatialLayer Layer(string name, IEnumerable<Geometry> geometries) =>
        SpatialLayer.Of(name, geometries.Select((g, i) => ((object?)i, (byte[]?)new WKBWriter(ByteOrder.LittleEndian).Write(g))));

    private Geometry Star(bool grid, double size)
    {
        var (x, y, corners) = (Ordinate(grid), Ordinate(grid), _random.Next(3, 12));
        var ring = new List<Coordinate>();
        for (var i = 0; i < corners; i++)
        {
            var (sine, cosine) = Math.SinCos(2 * Math.PI * i / corners);
            var radius = size * (0.4 + _random.NextDouble());
            var at = new Coordinate(x + (radius * cosine), y + (radius * sine));
            ring.Add(grid ? new(Math.Round(at.X * 16) / 16, Math.Round(at.Y * 16) / 16) : at);
        }
        ring.Add(ring[0].Copy());
        return Factory.CreatePolygon([.. ring]).Buffer(0);
    }
}
