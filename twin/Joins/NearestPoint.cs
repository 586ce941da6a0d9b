using NetTopologySuite.Geometries;

namespace Plinth.Twin.Joins;

/// <summary>The point of a geometry that is nearest to a position, by one walk over its WKB.</summary>
/// <remarks>The place on a segment is found in a plane about the position; the metres to it are then those of the ellipsoid.</remarks>
internal ref struct NearestPoint
{
    private readonly double _x, _y, _east, _north;
    private double _best;
    private double _along;
    private int _segment;

    private NearestPoint(double x, double y)
    {
        (_x, _y, _best) = (x, y, double.PositiveInfinity);
        (_east, _north) = Metres.PerDegree(y);
    }

    public double X { get; private set; }

    public double Y { get; private set; }

    /// <summary>Number of the segment it lies on, counted through all lines, and how far along that, 0 to 1.</summary>
    public readonly (int Segment, double Along) Position => (_segment, _along);

    /// <summary>Direction of the segment: degrees clockwise from north.</summary>
    public double Heading { get; private set; }

    public static NearestPoint On(ReadOnlySpan<byte> wkb, double x, double y)
    {
        var nearest = new NearestPoint(x, y);
        var cursor = new WkbCursor(wkb);
        var segments = 0;
        nearest.Walk(ref cursor, ref segments);
        return nearest;
    }

    /// <summary>Metres from the position to a geometry; 0 inside of a polygon; NaN to an empty one.</summary>
    public static double Distance(ReadOnlySpan<byte> wkb, double x, double y)
    {
        if (WkbShape.TryReadPoint(wkb, out var px, out var py))
            return Metres.Between(x, y, px, py);
        var nearest = On(wkb, x, y);
        if (double.IsPositiveInfinity(nearest._best))
            return double.NaN;
        if (nearest._best == 0)
            return 0;
        var metres = Metres.Between(x, y, nearest.X, nearest.Y);
        return metres < 20_000 ? metres : GeodesicDistance.Between(new Point(x, y), Wkb.Read(wkb)); // the plane no longer finds the place well enough
    }

    private void Walk(ref WkbCursor cursor, ref int segments)
    {
        switch (cursor.ReadHeader())
        {
            case WkbType.Point:
                cursor.ReadXY(out var x, out var y);
                if (!double.IsNaN(x))
                    Segment(x, y, x, y, segments);
                break;
            case WkbType.LineString:
                Line(ref cursor, ref segments);
                break;
            case WkbType.Polygon:
                var crossings = new RayCrossings(_x, _y);
                for (var rings = cursor.ReadCount(4); rings > 0; rings--)
                    Line(ref cursor, ref segments, ref crossings);
                if (crossings.Location != Location.Exterior)
                    (_best, X, Y) = (0, _x, _y);
                break;
            default:
                for (var parts = cursor.ReadCount(5); parts > 0; parts--)
                    Walk(ref cursor, ref segments);
                break;
        }
    }

    private void Line(ref WkbCursor cursor, ref int segments)
    {
        var crossings = new RayCrossings(_x, _y);
        Line(ref cursor, ref segments, ref crossings);
    }

    private void Line(ref WkbCursor cursor, ref int segments, ref RayCrossings crossings)
    {
        double x1 = 0, y1 = 0;
        var count = cursor.ReadCoordinateCount();
        for (var i = 0; i < count; i++)
        {
            cursor.ReadXY(out var x2, out var y2);
            if (i > 0)
            {
                Segment(x1, y1, x2, y2, segments++);
                crossings.Add(x1, y1, x2, y2);
            }
            (x1, y1) = (x2, y2);
        }
    }

    private void Segment(double x1, double y1, double x2, double y2, int number)
    {
        var (ax, ay) = ((x1 - _x) * _east, (y1 - _y) * _north);
        var (dx, dy) = ((x2 - x1) * _east, (y2 - y1) * _north);
        var length = (dx * dx) + (dy * dy);
        var t = length > 0 ? Math.Clamp(-((ax * dx) + (ay * dy)) / length, 0, 1) : 0;
        var (px, py) = (ax + (t * dx), ay + (t * dy));
        var square = (px * px) + (py * py);
        if (square >= _best)
            return;
        (_best, _segment, _along) = (square, number, t);
        (X, Y) = t == 1 ? (x2, y2) : (x1 + (t * (x2 - x1)), y1 + (t * (y2 - y1)));
        Heading = (Math.Atan2(dx, dy) * 180 / Math.PI + 360) % 360;
    }
}
