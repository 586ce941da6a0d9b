namespace Plinth.Twin;

/// <summary>Area and length of WKB, on the ellipsoid (metres, for longitude and latitude) or in the plane (units of the coordinates).</summary>
internal static class Measures
{
    private const double Degree = Math.PI / 180;

    /// <summary>Area of all polygons, m²; 0 for points and lines. Edges are geodesics.</summary>
    public static double Area(ReadOnlySpan<byte> wkb) => Sum(wkb, What.Area, planar: false);

    /// <summary>Length of all lines, metres; 0 for points and polygons.</summary>
    public static double Length(ReadOnlySpan<byte> wkb) => Sum(wkb, What.Length, planar: false);

    /// <summary>Length of all rings of polygons, metres; 0 for points and lines.</summary>
    public static double Perimeter(ReadOnlySpan<byte> wkb) => Sum(wkb, What.Perimeter, planar: false);

    public static double PlanarArea(ReadOnlySpan<byte> wkb) => Sum(wkb, What.Area, planar: true);

    public static double PlanarLength(ReadOnlySpan<byte> wkb) => Sum(wkb, What.Length, planar: true);

    private enum What
    {
        Area,
        Length,
        Perimeter,
    }

    private static double Sum(ReadOnlySpan<byte> wkb, What what, bool planar)
    {
        var shape = WkbShape.Read(wkb);
        if (!planar)
            RequireDegrees(shape);
        var cursor = new WkbCursor(wkb);
        return Sum(ref cursor, what, planar);
    }

    private static double Sum(ref WkbCursor cursor, What what, bool planar)
    {
        var sum = 0.0;
        switch (cursor.ReadHeader())
        {
            case WkbType.Point:
                cursor.ReadXY(out _, out _);
                break;
            case WkbType.LineString:
                sum = Path(ref cursor, planar, area: false) is var length && what == What.Length ? length : 0;
                break;
            case WkbType.Polygon:
                var rings = cursor.ReadCount(4);
                for (var ring = 0; ring < rings; ring++)
                {
                    var measure = Path(ref cursor, planar, what == What.Area);
                    sum += what == What.Length ? 0 : what == What.Area && ring > 0 ? -measure : measure;
                }
                break;
            default:
                for (var parts = cursor.ReadCount(5); parts > 0; parts--)
                    sum += Sum(ref cursor, what, planar);
                break;
        }
        return sum;
    }

    private static double Path(ref WkbCursor cursor, bool planar, bool area)
    {
        var count = cursor.ReadCoordinateCount();
        double sum = 0, turned = 0, x1 = 0, y1 = 0, x0 = 0, y0 = 0;
        for (var i = 0; i < count; i++)
        {
            cursor.ReadXY(out var x2, out var y2);
            if (i == 0)
                (x0, y0) = (x2, y2);
            else if (!area)
                sum += planar ? Math.Sqrt(((x2 - x1) * (x2 - x1)) + ((y2 - y1) * (y2 - y1))) : Geodesic.Distance(x1, y1, x2, y2);
            else if (planar)
                sum += (((x1 - x0) * (y2 - y0)) - ((x2 - x0) * (y1 - y0))) / 2; // about the first point, to keep digits
            else
            {
                sum += Geodesic.AreaToEquator(x1, y1, x2, y2, out var step);
                turned += step;
            }
            (x1, y1) = (x2, y2);
        }
        sum = Math.Abs(sum);
        if (!area || planar)
            return sum;
        var globe = 4 * Math.PI * Geodesic.AuthalicSquare;
        if (Math.Abs(turned) > 180)
            sum = Math.Abs((globe / 2) - sum); // the ring goes around a pole
        return Math.Min(sum, globe - sum);
    }

    /// <exception cref="ArgumentException">The coordinates cannot be longitude and latitude.</exception>
    public static void RequireDegrees(in WkbShape shape)
    {
        if (!shape.IsEmpty && !(shape.MinX >= -180.000001 && shape.MaxX <= 180.000001 && shape.MinY >= -90.000001 && shape.MaxY <= 90.000001))
            throw new ArgumentException($"the coordinates go to ({Math.Round(shape.MaxX, 6)}, {Math.Round(shape.MaxY, 6)}), which is no longitude, latitude: "
                + "lengths and areas are taken on the ellipsoid. For metric coordinates use ST_PlanarArea, ST_PlanarLength or ST_PlanarDistance, or bring them to OGC:CRS84 with ST_Transform");
    }

    /// <summary>Metres of one degree to the east and to the north at a latitude in degrees.</summary>
    public static (double East, double North) MetresPerDegree(double latitude) =>
        (Ellipsoid.Wgs84.PrimeVerticalRadius(latitude * Degree) * Math.Cos(latitude * Degree) * Degree, Ellipsoid.Wgs84.MeridianRadius(latitude * Degree) * Degree);
}
