using System.Runtime.CompilerServices;
using NetTopologySuite.Algorithm;
using NetTopologySuite.Geometries;

namespace Plinth.Twin;

/// <summary>Counts how often a ray from a point to the right crosses edges; tells the border apart from the inside, exactly.</summary>
internal struct RayCrossings(double x, double y)
{
    private const double OrientationError = 3.3306690738754716e-16; // Shewchuk's bound of the plain determinant

    private bool _odd;

    public bool OnBorder { get; private set; }

    public readonly Location Location => OnBorder ? Location.Boundary : _odd ? Location.Interior : Location.Exterior;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double x1, double y1, double x2, double y2)
    {
        if (y1 > y != y2 > y)
        {
            if (x > x1 && x > x2)
                return;
            if (x < x1 && x < x2)
            {
                _odd = !_odd;
                return;
            }
            var side = Side(x1, y1, x2, y2);
            if (side == 0)
                OnBorder = true;
            else if (side > 0 == y2 > y1)
                _odd = !_odd;
        }
        else if ((y1 == y && x1 == x) || (y2 == y && x2 == x) || (y1 == y && y2 == y && (x1 > x) != (x2 > x)))
        {
            OnBorder = true;
        }
    }

    /// <summary>Positive where the point is left of the edge.</summary>
    private readonly double Side(double x1, double y1, double x2, double y2)
    {
        var (left, right) = ((x2 - x1) * (y - y1), (x - x1) * (y2 - y1));
        var determinant = left - right;
        return Math.Abs(determinant) > OrientationError * (Math.Abs(left) + Math.Abs(right))
            ? determinant
            : CGAlgorithmsDD.OrientationIndex(x1, y1, x2, y2, x, y);
    }
}

/// <summary>Where a point lies in one polygon or multipolygon (even-odd over all rings): the edges by slabs of y, so that few are looked at.</summary>
internal sealed class PolygonIndex
{
    private const int MostEntriesPerEdge = 6;

    private readonly double _minX, _minY, _maxX, _maxY, _slabsPerUnit;
    private readonly int[] _starts;
    private readonly Edge[] _edges;

    private readonly record struct Edge(double X1, double Y1, double X2, double Y2);

    public PolygonIndex(ReadOnlySpan<byte> wkb, in WkbShape shape)
    {
        (_minX, _minY, _maxX, _maxY) = (shape.MinX, shape.MinY, shape.MaxX, shape.MaxY);
        var edges = new List<Edge>(shape.Points);
        Rings.Walk(wkb, (x1, y1, x2, y2) => edges.Add(new(x1, y1, x2, y2)));
        var height = shape.IsEmpty ? 0 : _maxY - _minY;
        for (var slabs = Math.Clamp(edges.Count, 1, 4096); ; slabs /= 2)
        {
            _slabsPerUnit = height > 0 ? slabs / height : 0;
            _starts = new int[slabs + 1];
            var entries = 0L;
            foreach (var edge in edges)
                entries += Slab(Math.Max(edge.Y1, edge.Y2)) - Slab(Math.Min(edge.Y1, edge.Y2)) + 1;
            if (slabs > 1 && entries > (long)MostEntriesPerEdge * edges.Count)
                continue;
            _edges = new Edge[entries];
            break;
        }
        foreach (var edge in edges)
            for (var slab = Slab(Math.Min(edge.Y1, edge.Y2)); slab <= Slab(Math.Max(edge.Y1, edge.Y2)); slab++)
                _starts[slab + 1]++;
        for (var slab = 1; slab < _starts.Length; slab++)
            _starts[slab] += _starts[slab - 1];
        var next = (int[])_starts.Clone();
        foreach (var edge in edges)
            for (var slab = Slab(Math.Min(edge.Y1, edge.Y2)); slab <= Slab(Math.Max(edge.Y1, edge.Y2)); slab++)
                _edges[next[slab]++] = edge;
    }

    public Location Locate(double x, double y)
    {
        if (!(x >= _minX && x <= _maxX && y >= _minY && y <= _maxY))
            return Location.Exterior;
        var slab = Slab(y);
        var crossings = new RayCrossings(x, y);
        foreach (ref readonly var edge in _edges.AsSpan(_starts[slab].._starts[slab + 1]))
            crossings.Add(edge.X1, edge.Y1, edge.X2, edge.Y2);
        return crossings.Location;
    }

    private int Slab(double y) => Math.Clamp((int)((y - _minY) * _slabsPerUnit), 0, _starts.Length - 2);
}

/// <summary>Walks over the edges of polygons in WKB that is known to be well formed.</summary>
internal static class Rings
{
    public static void Walk(ReadOnlySpan<byte> wkb, Action<double, double, double, double> edge)
    {
        var cursor = new WkbCursor(wkb);
        Walk(ref cursor, edge);
    }

    /// <summary>Where a point lies, by one walk over all edges: for a polygon that is asked once.</summary>
    public static Location Locate(ReadOnlySpan<byte> wkb, double x, double y)
    {
        var cursor = new WkbCursor(wkb);
        var crossings = new RayCrossings(x, y);
        Locate(ref cursor, ref crossings);
        return crossings.Location;
    }

    private static void Locate(ref WkbCursor cursor, ref RayCrossings crossings)
    {
        if (cursor.ReadHeader() == WkbType.MultiPolygon)
        {
            for (var parts = cursor.ReadCount(9); parts > 0; parts--)
                Locate(ref cursor, ref crossings);
            return;
        }
        for (var rings = cursor.ReadCount(4); rings > 0; rings--)
        {
            double x1 = 0, y1 = 0;
            var count = cursor.ReadCoordinateCount();
            for (var i = 0; i < count; i++)
            {
                cursor.ReadXY(out var x2, out var y2);
                if (i > 0)
                    crossings.Add(x1, y1, x2, y2);
                (x1, y1) = (x2, y2);
            }
        }
    }

    private static void Walk(ref WkbCursor cursor, Action<double, double, double, double> edge)
    {
        if (cursor.ReadHeader() == WkbType.MultiPolygon)
        {
            for (var parts = cursor.ReadCount(9); parts > 0; parts--)
                Walk(ref cursor, edge);
            return;
        }
        for (var rings = cursor.ReadCount(4); rings > 0; rings--)
        {
            double x1 = 0, y1 = 0;
            var count = cursor.ReadCoordinateCount();
            for (var i = 0; i < count; i++)
            {
                cursor.ReadXY(out var x2, out var y2);
                if (i > 0)
                    edge(x1, y1, x2, y2);
                (x1, y1) = (x2, y2);
            }
        }
    }
}
