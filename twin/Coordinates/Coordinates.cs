namespace Plinth.Twin;

/// <summary>Conversions between coordinate reference systems. Safe to use from many threads.</summary>
/// <remarks>
/// The first coordinate is always the longitude or easting, the second the latitude or northing, whatever order the authority gives
/// for a code: <c>EPSG:4326</c> and <c>EPSG:4490</c> mean longitude, latitude here. Degrees for geographic systems, metres for projected ones.
/// Known: OGC:CRS84, EPSG:4326, 4490 and other geographic ones equal to it within their epoch; web mercator (3857); the CGCS2000 zones 4491-4554;
/// UTM on WGS 84 (32601-32660, 32701-32760), NAD83 (26901-26923) and ETRS89 (25828-25838); RD New (28992, 7415); Swiss LV95 and LV03 (2056, 21781);
/// GCJ-02 and BD-09; and WKT 1 text. Beijing 1954 and Xian 1980 are refused unless given as WKT with local TOWGS84 parameters.
/// </remarks>
public static class Coordinates
{
    /// <summary>Converts one position to longitude, latitude in OGC:CRS84, degrees.</summary>
    /// <param name="crs">The name of the system the position is in, e.g. <c>EPSG:4547</c>, <c>GCJ-02</c>, or WKT 1 text.</param>
    /// <returns>False, with both results NaN, when the system is not known or the position lies outside of where it is defined.</returns>
    public static bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude)
    {
        (longitude, latitude) = (double.NaN, double.NaN);
        if (crs is null || CrsCatalogue.Find(crs, out _) is not { } system)
            return false;
        (longitude, latitude) = system.ToGeographic(x, y);
        if (IsOnGlobe(longitude, latitude))
            return true;
        (longitude, latitude) = (double.NaN, double.NaN);
        return false;
    }

    /// <summary>Converts one position from one system to another.</summary>
    /// <exception cref="UnknownCrsException">One of the systems is not known; the message names those that are.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The position lies outside of where one of the systems is defined.</exception>
    public static (double X, double Y) Transform(string from, string to, double x, double y)
    {
        var result = Convert(Require(from), Require(to), x, y);
        if (double.IsNaN(result.X))
            throw new ArgumentOutOfRangeException(nameof(x), $"({x}, {y}) in {from} has no position in {to}. Are the axes easting, northing (longitude, latitude), and is it the right zone?");
        return result;
    }

    /// <summary>Converts positions in place. A position outside of where one of the systems is defined becomes (NaN, NaN).</summary>
    /// <exception cref="UnknownCrsException">One of the systems is not known; the message names those that are.</exception>
    public static void Transform(string from, string to, Span<double> x, Span<double> y)
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"{x.Length} first coordinates, but {y.Length} second ones.", nameof(y));
        var (source, target) = (Require(from), Require(to));
        for (var i = 0; i < x.Length; i++)
            (x[i], y[i]) = Convert(source, target, x[i], y[i]);
    }

    /// <summary>What is known about a system.</summary>
    /// <exception cref="UnknownCrsException">The system is not known; the message names those that are.</exception>
    public static CrsInfo Describe(string crs) => Require(crs).Info;

    internal static CoordinateSystem Require(string crs) =>
        CrsCatalogue.Find(crs, out var reason) ?? throw (reason is null ? UnknownCrsException.NotKnown(crs) : new UnknownCrsException(crs, reason));

    internal static (double X, double Y) Convert(CoordinateSystem source, CoordinateSystem target, double x, double y)
    {
        if (ReferenceEquals(source, target))
            return (x, y);
        var (longitude, latitude) = source.ToGeographic(x, y);
        return IsOnGlobe(longitude, latitude) ? target.FromGeographic(longitude, latitude) : (double.NaN, double.NaN);
    }

    private static bool IsOnGlobe(double longitude, double latitude) => Math.Abs(longitude) <= 180 && Math.Abs(latitude) <= 90;
}
