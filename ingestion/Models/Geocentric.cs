namespace Plinth.Ingestion.Models;

/// <summary>Earth-centred coordinates of WGS 84 (EPSG:4978), in which 3D Tiles are: part of that format, so that no projection needs to be known.</summary>
internal static class Geocentric
{
    public const string Crs = "EPSG:4978";

    private const double A = 6378137, F = 1 / 298.257223563, E2 = F * (2 - F);

    /// <summary>Longitude and latitude in degrees, ellipsoidal height in metres; null deep inside the earth, where they have no meaning, and far above it.</summary>
    public static Corner? ToGeographic(Corner p)
    {
        var (radius, distance) = (Math.Sqrt(p.X * p.X + p.Y * p.Y), Math.Sqrt(p.X * p.X + p.Y * p.Y + p.Z * p.Z));
        if (!(distance is > 6_000_000 and < 7_000_000))
            return null;
        // Bowring's start, then the fixed point: below 1e-9 m after three steps anywhere near the surface.
        var latitude = Math.Atan2(p.Z, radius * (1 - E2));
        for (var step = 0; step < 6; step++)
        {
            var n = A / Math.Sqrt(1 - E2 * Math.Sin(latitude) * Math.Sin(latitude));
            latitude = Math.Atan2(p.Z + E2 * n * Math.Sin(latitude), radius);
        }
        var (sin, cos) = Math.SinCos(latitude);
        var prime = A / Math.Sqrt(1 - E2 * sin * sin);
        var height = Math.Abs(cos) > 1e-3 ? radius / cos - prime : Math.Abs(p.Z) / Math.Abs(sin) - prime * (1 - E2);
        return new(Math.Atan2(p.Y, p.X) * 180 / Math.PI, latitude * 180 / Math.PI, height);
    }

    /// <summary>Degrees and metres to geocentric metres.</summary>
    public static Corner FromGeographic(Corner p)
    {
        var ((sinLatitude, cosLatitude), (sinLongitude, cosLongitude)) = (Math.SinCos(p.Y * Math.PI / 180), Math.SinCos(p.X * Math.PI / 180));
        var n = A / Math.Sqrt(1 - E2 * sinLatitude * sinLatitude);
        return new((n + p.Z) * cosLatitude * cosLongitude, (n + p.Z) * cosLatitude * sinLongitude, (n * (1 - E2) + p.Z) * sinLatitude);
    }

    /// <summary>East, north and up of a place (degrees, metres) as a matrix to geocentric coordinates.</summary>
    public static Matrix4 EastNorthUp(Corner origin)
    {
        var ((sinB, cosB), (sinL, cosL), o) = (Math.SinCos(origin.Y * Math.PI / 180), Math.SinCos(origin.X * Math.PI / 180), FromGeographic(origin));
        return Matrix4.Of([-sinL, cosL, 0, 0, -sinB * cosL, -sinB * sinL, cosB, 0, cosB * cosL, cosB * sinL, sinB, 0, o.X, o.Y, o.Z, 1])!;
    }
}
