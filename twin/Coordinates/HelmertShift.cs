namespace Plinth.Twin;

/// <summary>Seven parameters from a local datum to WGS 84: metres, arc seconds (position vector, EPSG method 9606) and parts per million.</summary>
internal sealed record HelmertShift(double Dx, double Dy, double Dz, double Rx = 0, double Ry = 0, double Rz = 0, double Ppm = 0)
{
    private const double ArcSecond = Math.PI / 648000;

    /// <summary>Radians on <paramref name="local"/> to radians on WGS 84; the height is taken as 0.</summary>
    public (double Longitude, double Latitude) ToWgs84(Ellipsoid local, double longitude, double latitude)
    {
        var (x, y, z) = local.ToGeocentric(longitude, latitude);
        var (rx, ry, rz, m) = (Rx * ArcSecond, Ry * ArcSecond, Rz * ArcSecond, 1 + (Ppm * 1e-6));
        return Ellipsoid.Wgs84.FromGeocentric(
            Dx + (m * (x - (rz * y) + (ry * z))), Dy + (m * ((rz * x) + y - (rx * z))), Dz + (m * ((-ry * x) + (rx * y) + z)));
    }

    /// <summary>Radians on WGS 84 to radians on <paramref name="local"/>: the exact inverse of the small-angle matrix.</summary>
    public (double Longitude, double Latitude) FromWgs84(Ellipsoid local, double longitude, double latitude)
    {
        var (x, y, z) = Ellipsoid.Wgs84.ToGeocentric(longitude, latitude);
        var (rx, ry, rz, m) = (Rx * ArcSecond, Ry * ArcSecond, Rz * ArcSecond, 1 + (Ppm * 1e-6));
        var (u, v, w) = ((x - Dx) / m, (y - Dy) / m, (z - Dz) / m);
        // (1 + R)^-1 with R the cross product by r: (u - r×u + r(r·u)) / (1 + r²).
        var (cx, cy, cz) = ((ry * w) - (rz * v), (rz * u) - (rx * w), (rx * v) - (ry * u));
        var dot = (rx * u) + (ry * v) + (rz * w);
        var square = 1 + (rx * rx) + (ry * ry) + (rz * rz);
        return local.FromGeocentric((u - cx + (rx * dot)) / square, (v - cy + (ry * dot)) / square, (w - cz + (rz * dot)) / square);
    }
}

/// <summary>A projection on an ellipsoid of its own, linked to WGS 84 by a shift.</summary>
internal abstract class LocalDatumSystem(CrsInfo info, Ellipsoid ellipsoid, HelmertShift shift) : CoordinateSystem(info)
{
    protected Ellipsoid Ellipsoid { get; } = ellipsoid;

    public sealed override (double Longitude, double Latitude) ToGeographic(double x, double y)
    {
        var (longitude, latitude) = Unproject(x, y);
        (longitude, latitude) = shift.ToWgs84(Ellipsoid, longitude, latitude);
        return (longitude / Degree, latitude / Degree);
    }

    public sealed override (double X, double Y) FromGeographic(double longitude, double latitude)
    {
        (longitude, latitude) = shift.FromWgs84(Ellipsoid, longitude * Degree, latitude * Degree);
        return Project(longitude, latitude);
    }

    /// <summary>Radians on the local ellipsoid to metres.</summary>
    protected abstract (double X, double Y) Project(double longitude, double latitude);

    /// <summary>Metres to radians on the local ellipsoid.</summary>
    protected abstract (double Longitude, double Latitude) Unproject(double x, double y);
}
