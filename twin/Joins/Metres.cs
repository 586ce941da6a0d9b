namespace Plinth.Twin.Joins;

/// <summary>Metres between two near positions without a geodesic's cost, and how few they can be to a box.</summary>
internal static class Metres
{
    private const double Degree = Math.PI / 180;
    private const double Near = 5000;

    /// <summary>On the WGS 84 ellipsoid, to 0.1 mm: up to 5 km by the radii at the middle latitude, else the geodesic.</summary>
    public static double Between(double ax, double ay, double bx, double by)
    {
        var (east, north) = PerDegree((ay + by) / 2);
        var (dx, dy) = ((bx - ax) * east, (by - ay) * north);
        var metres = Math.Sqrt((dx * dx) + (dy * dy));
        return metres <= Near && Math.Abs(ay) < 80 ? metres : Geodesic.Distance(ax, ay, bx, by);
    }

    /// <summary>Metres of a degree to the east and to the north.</summary>
    public static (double East, double North) PerDegree(double latitude)
    {
        var (sine, cosine) = Math.SinCos(latitude * Degree);
        var w = 1 - (Ellipsoid.Wgs84.E2 * sine * sine);
        var root = Math.Sqrt(w);
        return (Ellipsoid.Wgs84.SemiMajor / root * cosine * Degree, Ellipsoid.Wgs84.SemiMajor * (1 - Ellipsoid.Wgs84.E2) / (w * root) * Degree);
    }

    /// <summary>Square metres of a square degree at a latitude.</summary>
    public static double PerSquareDegree(double latitude)
    {
        var (east, north) = PerDegree(latitude);
        return east * north;
    }
}

/// <summary>A lower bound of the metres from a position to anything in a box, within the latitudes of a layer.</summary>
internal readonly struct LowerBound
{
    private const double LeastNorth = 110_574;

    private readonly double _x, _y, _east;

    public LowerBound(double x, double y, in Box extent)
    {
        (_x, _y) = (x, y);
        var farthest = Math.Max(Math.Abs(y), Math.Max(Math.Abs(extent.MinY), Math.Abs(extent.MaxY)));
        _east = Metres.PerDegree(Math.Min(farthest, 90)).East;
    }

    public double To(in Box box)
    {
        var dx = Math.Max(0, Math.Max(box.MinX - _x, _x - box.MaxX));
        var dy = Math.Max(0, Math.Max(box.MinY - _y, _y - box.MaxY)) * LeastNorth;
        // A great circle is a little shorter than the way along the parallel, by dx²/24 at most; and beyond 20 degrees only the latitude counts.
        if (dx > 20)
            return dy * 0.999;
        var east = dx * _east;
        return Math.Sqrt((east * east) + (dy * dy)) * (dx < 1 ? 0.9999 : 0.994);
    }
}
