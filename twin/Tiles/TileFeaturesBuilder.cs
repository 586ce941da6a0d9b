using System.Globalization;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;

namespace Plinth.Twin.Tiles;

/// <summary>Collects features for <see cref="TileFeatures"/>: repairs, projects, turns rings the way round that tiles want.</summary>
internal sealed class TileFeaturesBuilder
{
    public List<ulong> Ids { get; } = [];

    public List<byte> Kinds { get; } = [];

    public List<int> FirstPart { get; } = [];

    public List<int> FirstPoint { get; } = [];

    public List<double> Coordinates { get; } = [];

    public List<double> Boxes { get; } = [];

    public List<double> Areas { get; } = [];

    public List<int> FirstTag { get; } = [];

    public List<int> Tags { get; } = [];

    public Dictionary<string, int> KeyNumbers { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, int> Keys => KeyNumbers;

    public ValueTable Values { get; } = new();

    /// <summary>Adds a feature; one without an extent that a tile can show is left out.</summary>
    /// <param name="geometry">OGC:CRS84. Parts of one kind are taken: areas before lines before points.</param>
    /// <param name="properties">Text, number, or null to leave it out.</param>
    public void Add(string entityId, Geometry geometry, IEnumerable<(string Name, object? Value)> properties)
    {
        if (geometry is Polygon or MultiPolygon && !geometry.IsValid)
            geometry = GeometryFixer.Fix(geometry);
        var parts = Flatten(geometry).Where(g => !g.IsEmpty).ToList();
        if (parts.Count == 0)
            return;
        var dimension = parts.Max(p => p.Dimension);
        var (firstPart, firstCoordinate, area) = (FirstPoint.Count, Coordinates.Count, dimension == Dimension.Point ? double.PositiveInfinity : 0.0);
        foreach (var part in parts.Where(p => p.Dimension == dimension))
            switch (part)
            {
                case Polygon polygon:
                    area += Ring(polygon.ExteriorRing, outline: true);
                    foreach (var hole in polygon.InteriorRings)
                        area -= Ring(hole, outline: false);
                    break;
                case LineString line:
                    var length = Line(line);
                    area += length * length;
                    break;
                case Point point:
                    FirstPoint.Add(Coordinates.Count / 2);
                    Position(point.Coordinate);
                    break;
            }
        var (x1, y1, x2, y2) = (double.MaxValue, double.MaxValue, double.MinValue, double.MinValue);
        for (var i = firstCoordinate; i < Coordinates.Count; i += 2)
            (x1, y1, x2, y2) = (Math.Min(x1, Coordinates[i]), Math.Min(y1, Coordinates[i + 1]), Math.Max(x2, Coordinates[i]), Math.Max(y2, Coordinates[i + 1]));
        Boxes.AddRange([x1, y1, x2, y2]);
        Areas.Add(area);
        Ids.Add(TileFeatures.IdOf(entityId));
        Kinds.Add((byte)(dimension + 1));
        FirstPart.Add(firstPart);
        FirstTag.Add(Tags.Count);
        foreach (var (name, value) in properties)
            if (Values.Number(value) is { } number)
            {
                ref var key = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(KeyNumbers, name, out var known);
                if (!known)
                    key = KeyNumbers.Count - 1;
                Tags.Add(key);
                Tags.Add(number);
            }
    }

    private static IEnumerable<Geometry> Flatten(Geometry geometry) =>
        geometry is GeometryCollection collection ? collection.Geometries.SelectMany(Flatten) : [geometry];

    private double Ring(LineString ring, bool outline)
    {
        var first = Coordinates.Count;
        FirstPoint.Add(first / 2);
        var points = ring.Coordinates;
        for (var i = 0; i < points.Length - 1; i++)
            Position(points[i]);
        var twice = 0.0;
        var (x0, y0) = (Coordinates[first], Coordinates[first + 1]);
        for (var i = first; i < Coordinates.Count; i += 2)
        {
            var next = i + 2 < Coordinates.Count ? i + 2 : first;
            twice += ((Coordinates[i] - x0) * (Coordinates[next + 1] - y0)) - ((Coordinates[next] - x0) * (Coordinates[i + 1] - y0));
        }
        if (twice > 0 != outline)
            for (var (i, j) = (first, Coordinates.Count - 2); i < j; (i, j) = (i + 2, j - 2))
                (Coordinates[i], Coordinates[i + 1], Coordinates[j], Coordinates[j + 1]) = (Coordinates[j], Coordinates[j + 1], Coordinates[i], Coordinates[i + 1]);
        return Math.Abs(twice) / 2;
    }

    private double Line(LineString line)
    {
        FirstPoint.Add(Coordinates.Count / 2);
        var length = 0.0;
        for (var i = 0; i < line.NumPoints; i++)
        {
            var before = Coordinates.Count - 2;
            Position(line.GetCoordinateN(i));
            if (i > 0)
                length += Math.Sqrt(Math.Pow(Coordinates[^2] - Coordinates[before], 2) + Math.Pow(Coordinates[^1] - Coordinates[before + 1], 2));
        }
        return length;
    }

    private void Position(Coordinate at)
    {
        var (x, y) = TileGrid.Project(at.X, at.Y);
        Coordinates.Add(x);
        Coordinates.Add(y);
    }

    /// <summary>Values by number, each encoded once.</summary>
    internal sealed class ValueTable
    {
        private readonly Dictionary<object, int> _numbers = [];
        private readonly PbfWriter _writer = new();

        public List<byte[]> Encoded { get; } = [];

        public int? Number(object? value)
        {
            if (value is null)
                return null;
            ref var number = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_numbers, value, out var known);
            if (known)
                return number;
            _writer.Clear();
            switch (value)
            {
                case double d when d == Math.Floor(d) && Math.Abs(d) < 1L << 53:
                    _writer.Field(6, (ulong)(((long)d << 1) ^ ((long)d >> 63)));
                    break;
                case double d:
                    _writer.Field(3, d);
                    break;
                case bool b:
                    _writer.Field(7, b ? 1UL : 0);
                    break;
                case DateTimeOffset t:
                    _writer.Field(1, t.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                    break;
                default:
                    _writer.Field(1, value.ToString()!);
                    break;
            }
            Encoded.Add(_writer.Written.ToArray());
            return number = Encoded.Count - 1;
        }
    }
}
