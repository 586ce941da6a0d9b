namespace Plinth.Twin;

/// <summary>Oblique stereographic, EPSG method 9809 (Gauss' conformal sphere, then the stereographic projection of it): the Dutch RD New.</summary>
/// <remarks>Formulas: IOGP Guidance Note 7-2, section "Oblique and Equatorial Stereographic".</remarks>
internal sealed class ObliqueStereographic : LocalDatumSystem
{
    /// <summary>Distance from the origin in diameters of the sphere, about 1,270 km: what lies farther is of another system.</summary>
    private const double Reach = 0.1;

    private readonly double _longitude0, _falseEasting, _falseNorthing, _diameter, _n, _shift, _sine0, _cosine0;

    /// <param name="latitude0">Degrees, like <paramref name="longitude0"/>.</param>
    public ObliqueStereographic(CrsInfo info, Ellipsoid ellipsoid, HelmertShift shift,
        double longitude0, double latitude0, double scale, double falseEasting, double falseNorthing) : base(info, ellipsoid, shift)
    {
        (_longitude0, _falseEasting, _falseNorthing) = (longitude0 * Degree, falseEasting, falseNorthing);
        var phi = latitude0 * Degree;
        _n = Math.Sqrt(1 + (ellipsoid.E2 * Math.Pow(Math.Cos(phi), 4) / (1 - ellipsoid.E2)));
        _diameter = 2 * scale * Math.Sqrt(ellipsoid.MeridianRadius(phi) * ellipsoid.PrimeVerticalRadius(phi));
        // The conformal latitude of the origin is the one at which the sphere touches: sin χ0 = sin φ0 / n.
        _sine0 = Math.Sin(phi) / _n;
        _cosine0 = Math.Sqrt(1 - (_sine0 * _sine0));
        _shift = Math.Atanh(_sine0) - (_n * ellipsoid.Isometric(phi));
    }

    protected override (double X, double Y) Project(double longitude, double latitude)
    {
        var chi = Math.Atan(Math.Sinh((_n * Ellipsoid.Isometric(latitude)) + _shift));
        var (sine, cosine) = Math.SinCos(chi);
        var (sineL, cosineL) = Math.SinCos(_n * (longitude - _longitude0));
        var b = 1 + (sine * _sine0) + (cosine * _cosine0 * cosineL);
        return !(b > 2 - (2 * Reach * Reach)) ? Outside
            : (_falseEasting + (_diameter * cosine * sineL / b), _falseNorthing + (_diameter * ((sine * _cosine0) - (cosine * _sine0 * cosineL)) / b));
    }

    protected override (double Longitude, double Latitude) Unproject(double x, double y)
    {
        var (east, north) = ((x - _falseEasting) / _diameter, (y - _falseNorthing) / _diameter);
        var rho2 = (east * east) + (north * north);
        if (!(rho2 < Reach * Reach))
            return Outside;
        // With c the angle from the origin: cos c = (1 - ρ²)/(1 + ρ²), sin c / ρ = 2/(1 + ρ²).
        var (cosineC, ratio) = ((1 - rho2) / (1 + rho2), 2 / (1 + rho2));
        var sine = (cosineC * _sine0) + (north * ratio * _cosine0);
        var lambda = Math.Atan2(east * ratio, (_cosine0 * cosineC) - (north * _sine0 * ratio));
        return ((lambda / _n) + _longitude0, Ellipsoid.LatitudeOfIsometric((Math.Atanh(sine) - _shift) / _n));
    }
}
