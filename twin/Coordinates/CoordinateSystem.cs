namespace Plinth.Twin;

/// <summary>One coordinate reference system and its way to and from OGC:CRS84. Immutable; results outside its domain are NaN.</summary>
internal abstract class CoordinateSystem(CrsInfo info)
{
    protected const double Degree = Math.PI / 180;

    public CrsInfo Info { get; } = info;

    /// <summary>Longitude and latitude, degrees; (NaN, NaN) outside of the domain.</summary>
    public abstract (double Longitude, double Latitude) ToGeographic(double x, double y);

    /// <summary>This system's coordinates of a position in degrees; (NaN, NaN) outside of the domain.</summary>
    public abstract (double X, double Y) FromGeographic(double longitude, double latitude);

    protected static readonly (double, double) Outside = (double.NaN, double.NaN);

    /// <summary>A difference of longitudes brought into [-180, 180].</summary>
    protected static double Wrap(double degrees) => degrees is >= -180 and <= 180 ? degrees : Math.IEEERemainder(degrees, 360);
}

/// <summary>Longitude, latitude taken to be OGC:CRS84 itself.</summary>
internal sealed class GeographicSystem(CrsInfo info) : CoordinateSystem(info)
{
    public override (double Longitude, double Latitude) ToGeographic(double x, double y) => (x, y);

    public override (double X, double Y) FromGeographic(double longitude, double latitude) => (longitude, latitude);
}

/// <summary>Spherical mercator of web maps, EPSG:3857 (method 1024). Ends at latitude 89.9 so that results stay finite.</summary>
internal sealed class WebMercator(CrsInfo info) : CoordinateSystem(info)
{
    private const double Radius = 6378137;

    public override (double Longitude, double Latitude) ToGeographic(double x, double y) =>
        Math.Abs(x) > Math.PI * Radius * 1.0000001 ? Outside : (x / Radius / Degree, Math.Atan(Math.Sinh(y / Radius)) / Degree);

    public override (double X, double Y) FromGeographic(double longitude, double latitude) =>
        Math.Abs(latitude) > 89.9 ? Outside : (Radius * longitude * Degree, Radius * Math.Asinh(Math.Tan(latitude * Degree)));
}
