namespace Plinth.Twin;

/// <summary>The oblique, conformal cylindrical projection of Switzerland (EPSG method 9815 with azimuth 90 degrees): LV95 and LV03.</summary>
/// <remarks>Formulas: swisstopo, "Formulas and constants for the calculation of the Swiss conformal cylindrical projection".</remarks>
internal sealed class SwissObliqueMercator : LocalDatumSystem
{
    private const double Longitude0 = (7 + (26 / 60.0) + (22.5 / 3600)) * Degree;
    private const double Latitude0 = (46 + (57 / 60.0) + (8.66 / 3600)) * Degree;

    /// <summary>Radians from the origin, about 640 km: no coordinate of the country lies farther.</summary>
    private const double Reach = 0.1;

    private readonly double _falseEasting, _falseNorthing, _radius, _alpha, _shift, _sine0, _cosine0;

    public SwissObliqueMercator(CrsInfo info, HelmertShift shift, double falseEasting, double falseNorthing) : base(info, Ellipsoid.Bessel, shift)
    {
        (_falseEasting, _falseNorthing) = (falseEasting, falseNorthing);
        _radius = Math.Sqrt(Ellipsoid.MeridianRadius(Latitude0) * Ellipsoid.PrimeVerticalRadius(Latitude0));
        _alpha = Math.Sqrt(1 + (Ellipsoid.E2 / (1 - Ellipsoid.E2) * Math.Pow(Math.Cos(Latitude0), 4)));
        _sine0 = Math.Sin(Latitude0) / _alpha;
        _cosine0 = Math.Sqrt(1 - (_sine0 * _sine0));
        _shift = Math.Atanh(_sine0) - (_alpha * Ellipsoid.Isometric(Latitude0));
    }

    protected override (double X, double Y) Project(double longitude, double latitude)
    {
        var (sineB, cosineB) = Math.SinCos(Math.Atan(Math.Sinh((_alpha * Ellipsoid.Isometric(latitude)) + _shift)));
        var (sineL, cosineL) = Math.SinCos(_alpha * (longitude - Longitude0));
        var rotatedSine = (_cosine0 * sineB) - (_sine0 * cosineB * cosineL);
        var rotatedL = Math.Atan2(cosineB * sineL, (_sine0 * sineB) + (_cosine0 * cosineB * cosineL));
        return Math.Abs(rotatedL) > Reach ? Outside : (_falseEasting + (_radius * rotatedL), _falseNorthing + (_radius * Math.Atanh(rotatedSine)));
    }

    protected override (double Longitude, double Latitude) Unproject(double x, double y)
    {
        var (l, isometric) = ((x - _falseEasting) / _radius, (y - _falseNorthing) / _radius);
        if (!(Math.Abs(l) <= Reach) || !(Math.Abs(isometric) <= Reach))
            return Outside;
        var (sineB, cosineB) = (Math.Tanh(isometric), 1 / Math.Cosh(isometric));
        var (sineL, cosineL) = Math.SinCos(l);
        var sine = (_cosine0 * sineB) + (_sine0 * cosineB * cosineL);
        var lambda = Math.Atan2(cosineB * sineL, (_cosine0 * cosineB * cosineL) - (_sine0 * sineB));
        return ((lambda / _alpha) + Longitude0, Ellipsoid.LatitudeOfIsometric((Math.Atanh(sine) - _shift) / _alpha));
    }
}
