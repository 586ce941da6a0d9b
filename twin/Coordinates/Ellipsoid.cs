namespace Plinth.Twin;

/// <summary>A reference ellipsoid: semi-major axis in metres and inverse flattening.</summary>
internal sealed record Ellipsoid(double SemiMajor, double InverseFlattening)
{
    public static readonly Ellipsoid Wgs84 = new(6378137, 298.257223563);
    public static readonly Ellipsoid Grs80 = new(6378137, 298.257222101);
    public static readonly Ellipsoid Cgcs2000 = Grs80;
    public static readonly Ellipsoid Bessel = new(6377397.155, 299.1528128);

    public double Flattening { get; } = 1 / InverseFlattening;

    public double SemiMinor { get; } = SemiMajor * (1 - (1 / InverseFlattening));

    /// <summary>First eccentricity squared.</summary>
    public double E2 { get; } = (2 - (1 / InverseFlattening)) / InverseFlattening;

    public double E { get; } = Math.Sqrt((2 - (1 / InverseFlattening)) / InverseFlattening);

    /// <summary>Third flattening, n = f / (2 - f).</summary>
    public double N { get; } = 1 / ((2 * InverseFlattening) - 1);

    /// <summary>Radius of curvature in the meridian, metres, at a latitude in radians.</summary>
    public double MeridianRadius(double latitude)
    {
        var w = 1 - (E2 * Math.Sin(latitude) * Math.Sin(latitude));
        return SemiMajor * (1 - E2) / (w * Math.Sqrt(w));
    }

    /// <summary>Radius of curvature in the prime vertical, metres, at a latitude in radians.</summary>
    public double PrimeVerticalRadius(double latitude) =>
        SemiMajor / Math.Sqrt(1 - (E2 * Math.Sin(latitude) * Math.Sin(latitude)));

    /// <summary>Isometric latitude of a latitude, both radians.</summary>
    public double Isometric(double latitude)
    {
        var sine = Math.Sin(latitude);
        return Math.Atanh(sine) - (E * Math.Atanh(E * sine));
    }

    /// <summary>Latitude of an isometric latitude, both radians; by fixed point, which gains a factor 1/e² a step.</summary>
    public double LatitudeOfIsometric(double isometric)
    {
        var latitude = Math.Atan(Math.Sinh(isometric));
        for (var step = 0; step < 10; step++)
        {
            var next = Math.Atan(Math.Sinh(isometric + (E * Math.Atanh(E * Math.Sin(latitude)))));
            var done = Math.Abs(next - latitude) < 1e-15;
            latitude = next;
            if (done)
                break;
        }
        return latitude;
    }

    /// <summary>Geocentric metres of a position in radians at ellipsoidal height 0.</summary>
    public (double X, double Y, double Z) ToGeocentric(double longitude, double latitude)
    {
        var n = PrimeVerticalRadius(latitude);
        return (n * Math.Cos(latitude) * Math.Cos(longitude), n * Math.Cos(latitude) * Math.Sin(longitude), n * (1 - E2) * Math.Sin(latitude));
    }

    /// <summary>Longitude and latitude in radians of a geocentric position near the surface (Bowring's method, twice: exact to 1e-15).</summary>
    public (double Longitude, double Latitude) FromGeocentric(double x, double y, double z)
    {
        var p = Math.Sqrt((x * x) + (y * y));
        var reduced = Math.Atan2(z * SemiMajor, p * SemiMinor);
        var latitude = 0.0;
        for (var step = 0; step < 2; step++)
        {
            var (sine, cosine) = Math.SinCos(reduced);
            latitude = Math.Atan2(z + (E2 / (1 - E2) * SemiMinor * sine * sine * sine), p - (E2 * SemiMajor * cosine * cosine * cosine));
            reduced = Math.Atan((1 - Flattening) * Math.Tan(latitude));
        }
        return (Math.Atan2(y, x), latitude);
    }
}
