namespace Plinth.Twin;

/// <summary>The public approximation of GCJ-02, the shifted coordinates that Chinese map services must use. Outside of China's box nothing is shifted.</summary>
/// <remarks>Hong Kong, Macau and Taiwan lie inside the box although their data may not be shifted: a source declares what it is, nothing is guessed.</remarks>
internal sealed class Gcj02(CrsInfo info) : CoordinateSystem(info)
{
    private const double A = 6378245;
    private const double E2 = 0.006693421622965823;

    public override (double Longitude, double Latitude) ToGeographic(double x, double y) => Unshift(x, y);

    public override (double X, double Y) FromGeographic(double longitude, double latitude) => Shift(longitude, latitude);

    public static bool IsInBox(double longitude, double latitude) => longitude is >= 72.004 and <= 137.8347 && latitude is >= 0.8293 and <= 55.8271;

    /// <summary>WGS 84 to GCJ-02, degrees.</summary>
    public static (double Longitude, double Latitude) Shift(double longitude, double latitude)
    {
        if (!IsInBox(longitude, latitude))
            return (longitude, latitude);
        var (x, y) = (longitude - 105, latitude - 35);
        var root = Math.Sqrt(Math.Abs(x));
        var common = (20 * Math.Sin(6 * x * Math.PI)) + (20 * Math.Sin(2 * x * Math.PI));
        var north = -100 + (2 * x) + (3 * y) + (0.2 * y * y) + (0.1 * x * y) + (0.2 * root)
            + ((common + (20 * Math.Sin(y * Math.PI)) + (40 * Math.Sin(y / 3 * Math.PI)) + (160 * Math.Sin(y / 12 * Math.PI)) + (320 * Math.Sin(y / 30 * Math.PI))) * 2 / 3);
        var east = 300 + x + (2 * y) + (0.1 * x * x) + (0.1 * x * y) + (0.1 * root)
            + ((common + (20 * Math.Sin(x * Math.PI)) + (40 * Math.Sin(x / 3 * Math.PI)) + (150 * Math.Sin(x / 12 * Math.PI)) + (300 * Math.Sin(x / 30 * Math.PI))) * 2 / 3);
        var (sine, cosine) = Math.SinCos(latitude * Degree);
        var w = 1 - (E2 * sine * sine);
        return (longitude + (east / (A / Math.Sqrt(w) * cosine * Degree)), latitude + (north / (A * (1 - E2) / (w * Math.Sqrt(w)) * Degree)));
    }

    /// <summary>GCJ-02 to WGS 84, degrees: iterated until a step is below 1e-11 degrees, at most six times in practice.</summary>
    public static (double Longitude, double Latitude) Unshift(double longitude, double latitude)
    {
        if (!IsInBox(longitude, latitude))
            return (longitude, latitude);
        var (x, y) = (longitude, latitude);
        for (var step = 0; step < 20; step++)
        {
            var (shiftedX, shiftedY) = Shift(x, y);
            var (dx, dy) = (longitude - shiftedX, latitude - shiftedY);
            (x, y) = (x + dx, y + dy);
            if (Math.Abs(dx) < 1e-11 && Math.Abs(dy) < 1e-11)
                break;
        }
        return (x, y);
    }
}

/// <summary>BD-09, a second shift upon GCJ-02.</summary>
internal sealed class Bd09(CrsInfo info) : CoordinateSystem(info)
{
    private const double Pi3000 = Math.PI * 3000 / 180;

    public override (double Longitude, double Latitude) ToGeographic(double x, double y)
    {
        if (!Gcj02.IsInBox(x, y))
            return (x, y);
        var (longitude, latitude) = (x - 0.0065, y - 0.006);
        for (var step = 0; step < 20; step++)
        {
            var (shiftedX, shiftedY) = Shift(longitude, latitude);
            var (dx, dy) = (x - shiftedX, y - shiftedY);
            (longitude, latitude) = (longitude + dx, latitude + dy);
            if (Math.Abs(dx) < 1e-11 && Math.Abs(dy) < 1e-11)
                break;
        }
        return Gcj02.Unshift(longitude, latitude);
    }

    public override (double X, double Y) FromGeographic(double longitude, double latitude)
    {
        if (!Gcj02.IsInBox(longitude, latitude))
            return (longitude, latitude);
        (longitude, latitude) = Gcj02.Shift(longitude, latitude);
        return Shift(longitude, latitude);
    }

    private static (double X, double Y) Shift(double x, double y)
    {
        var radius = Math.Sqrt((x * x) + (y * y)) + (0.00002 * Math.Sin(y * Pi3000));
        var (sine, cosine) = Math.SinCos(Math.Atan2(y, x) + (0.000003 * Math.Cos(x * Pi3000)));
        return ((radius * cosine) + 0.0065, (radius * sine) + 0.006);
    }
}
