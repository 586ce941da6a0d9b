using System.Runtime.InteropServices;
using NetTopologySuite.Geometries;

namespace Plinth.Twin.Joins;

/// <summary>A geometry taken apart for overlaps: edges of its polygons, segments of its lines, its points. Filled again and again.</summary>
internal sealed class Shape
{
    private readonly List<Edge> _edges = [];
    private readonly List<(double X, double Y)> _starts = [];

    public Box Box { get; private set; }

    /// <summary>2 with polygons, 1 with lines, 0 with points only, -1 when empty.</summary>
    public int Dimension { get; private set; }

    /// <summary>Edges of polygons or, for lines, their segments; a point is a segment of no length.</summary>
    public ReadOnlySpan<Edge> Edges => CollectionsMarshal.AsSpan(_edges);

    /// <summary>A point of each ring or line: where no edges meet, all of it lies where this does.</summary>
    public ReadOnlySpan<(double X, double Y)> Starts => CollectionsMarshal.AsSpan(_starts);

    /// <exception cref="ArgumentException">Polygons, lines and points in one collection have no common measure.</exception>
    public void Take(ReadOnlySpan<byte> wkb)
    {
        _edges.Clear();
        _starts.Clear();
        (Box, Dimension) = (Box.Nothing, -1);
        var cursor = new WkbCursor(wkb);
        Walk(ref cursor);
    }

    public Location Locate(double x, double y)
    {
        if (!(x >= Box.MinX && x <= Box.MaxX && y >= Box.MinY && y <= Box.MaxY))
            return Location.Exterior;
        var crossings = new RayCrossings(x, y);
        foreach (ref readonly var edge in Edges)
            crossings.Add(edge.X1, edge.Y1, edge.X2, edge.Y2);
        return crossings.Location;
    }

    private void Walk(ref WkbCursor cursor)
    {
        switch (cursor.ReadHeader())
        {
            case WkbType.Point:
                cursor.ReadXY(out var x, out var y);
                if (!double.IsNaN(x))
                {
                    Is(0);
                    Add(new(x, y, x, y));
                    _starts.Add((x, y));
                }
                break;
            case WkbType.LineString:
                Line(ref cursor, 1);
                break;
            case WkbType.Polygon:
                for (var rings = cursor.ReadCount(4); rings > 0; rings--)
                    Line(ref cursor, 2);
                break;
            default:
                for (var parts = cursor.ReadCount(5); parts > 0; parts--)
                    Walk(ref cursor);
                break;
        }
    }

    private void Line(ref WkbCursor cursor, int dimension)
    {
        double x1 = 0, y1 = 0;
        var count = cursor.ReadCoordinateCount();
        for (var i = 0; i < count; i++)
        {
            cursor.ReadXY(out var x2, out var y2);
            if (i == 0)
            {
                Is(dimension);
                _starts.Add((x2, y2));
            }
            else
            {
                Add(new(x1, y1, x2, y2));
            }
            (x1, y1) = (x2, y2);
        }
    }

    private void Is(int dimension)
    {
        if (Dimension >= 0 && Dimension != dimension)
            throw new ArgumentException("a collection mixes points, lines and polygons: take them apart with ST_Dump");
        Dimension = dimension;
    }

    private void Add(in Edge edge)
    {
        _edges.Add(edge);
        Box = Box.With(new(Math.Min(edge.X1, edge.X2), Math.Min(edge.Y1, edge.Y2), Math.Max(edge.X1, edge.X2), Math.Max(edge.Y1, edge.Y2)));
    }
}
