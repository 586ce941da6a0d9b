namespace Plinth.Twin;

/// <summary>
/// Transverse Mercator (EPSG method 9807) by Krüger's series to the sixth order in n: below a micrometre within 35 degrees of the central meridian.
/// </summary>
/// <remarks>Formulas: C. F. F. Karney, "Transverse Mercator with an accuracy of a few nanometers", Journal of Geodesy 85 (2011), section 3.</remarks>
internal sealed class TransverseMercator : CoordinateSystem
{
    /// <summary>Farther from the central meridian than this a coordinate belongs to another zone or has another meaning.</summary>
    private const double LargestDifference = 45;

    private readonly Ellipsoid _ellipsoid;
    private readonly double _centralMeridian;
    private readonly double _falseEasting;
    private readonly double _falseNorthing;
    private readonly double _scaledRadius;
    private readonly double[] _alpha;
    private readonly double[] _beta;

    public TransverseMercator(CrsInfo info, Ellipsoid ellipsoid, double centralMeridian, double scale, double falseEasting, double falseNorthing = 0)
        : base(info)
    {
        (_ellipsoid, _centralMeridian, _falseEasting, _falseNorthing) = (ellipsoid, centralMeridian, falseEasting, falseNorthing);
        var n = ellipsoid.N;
        var n2 = n * n;
        _scaledRadius = scale * ellipsoid.SemiMajor / (1 + n) * (1 + (n2 * ((1.0 / 4) + (n2 * ((1.0 / 64) + (n2 / 256))))));
        _alpha =
        [
            Series(n, 1, 1.0 / 2, -2.0 / 3, 5.0 / 16, 41.0 / 180, -127.0 / 288, 7891.0 / 37800),
            Series(n, 2, 13.0 / 48, -3.0 / 5, 557.0 / 1440, 281.0 / 630, -1983433.0 / 1935360),
            Series(n, 3, 61.0 / 240, -103.0 / 140, 15061.0 / 26880, 167603.0 / 181440),
            Series(n, 4, 49561.0 / 161280, -179.0 / 168, 6601661.0 / 7257600),
            Series(n, 5, 34729.0 / 80640, -3418889.0 / 1995840),
            Series(n, 6, 212378941.0 / 319334400),
        ];
        _beta =
        [
            Series(n, 1, 1.0 / 2, -2.0 / 3, 37.0 / 96, -1.0 / 360, -81.0 / 512, 96199.0 / 604800),
            Series(n, 2, 1.0 / 48, 1.0 / 15, -437.0 / 1440, 46.0 / 105, -1118711.0 / 3870720),
            Series(n, 3, 17.0 / 480, -37.0 / 840, -209.0 / 4480, 5569.0 / 90720),
            Series(n, 4, 4397.0 / 161280, -11.0 / 504, -830251.0 / 7257600),
            Series(n, 5, 4583.0 / 161280, -108847.0 / 3991680),
            Series(n, 6, 20648693.0 / 638668800),
        ];
    }

    public override (double X, double Y) FromGeographic(double longitude, double latitude)
    {
        var difference = Wrap(longitude - _centralMeridian);
        if (!(Math.Abs(difference) <= LargestDifference))
            return Outside;
        var (sine, cosine) = Math.SinCos(difference * Degree);
        var tau = ConformalTangent(Math.Tan(latitude * Degree));
        var square = (tau * tau) + (cosine * cosine);
        var xi = Math.Atan2(tau, cosine);
        var sinhEta = sine / Math.Sqrt(square);
        var coshEta = Math.Sqrt(1 + (sinhEta * sinhEta));
        var (dXi, dEta) = SumOfSines(_alpha,
            2 * tau * cosine / square, ((cosine * cosine) - (tau * tau)) / square, 2 * sinhEta * coshEta, 1 + (2 * sinhEta * sinhEta));
        return (_falseEasting + (_scaledRadius * (Math.Asinh(sinhEta) + dEta)), _falseNorthing + (_scaledRadius * (xi + dXi)));
    }

    public override (double Longitude, double Latitude) ToGeographic(double x, double y)
    {
        var xi = (y - _falseNorthing) / _scaledRadius;
        var eta = (x - _falseEasting) / _scaledRadius;
        if (!(Math.Abs(xi) <= Math.PI / 2) || !(Math.Abs(eta) < 0.9))
            return Outside;
        var (sine2, cosine2) = Math.SinCos(2 * xi);
        var (dXi, dEta) = SumOfSines(_beta, sine2, cosine2, Math.Sinh(2 * eta), Math.Cosh(2 * eta));
        var (sine, cosine) = Math.SinCos(xi - dXi);
        var sinhEta = Math.Sinh(eta - dEta);
        var difference = Math.Atan2(sinhEta, cosine) / Degree;
        var latitude = Math.Atan(TangentOfConformal(sine / Math.Sqrt((sinhEta * sinhEta) + (cosine * cosine)))) / Degree;
        return Math.Abs(difference) <= LargestDifference ? (Wrap(_centralMeridian + difference), latitude) : Outside;
    }

    /// <summary>Tangent of the conformal latitude from the tangent of the latitude.</summary>
    private double ConformalTangent(double tau)
    {
        var secant = Math.Sqrt(1 + (tau * tau));
        var sigma = Math.Sinh(_ellipsoid.E * Math.Atanh(_ellipsoid.E * tau / secant));
        return (tau * Math.Sqrt(1 + (sigma * sigma))) - (sigma * secant);
    }

    /// <summary>The inverse, by Newton's method: two or three steps.</summary>
    private double TangentOfConformal(double conformal)
    {
        var tau = conformal / (1 - _ellipsoid.E2);
        for (var step = 0; step < 5; step++)
        {
            var found = ConformalTangent(tau);
            var change = (conformal - found) / Math.Sqrt(1 + (found * found))
                * (1 + ((1 - _ellipsoid.E2) * tau * tau)) / ((1 - _ellipsoid.E2) * Math.Sqrt(1 + (tau * tau)));
            tau += change;
            if (Math.Abs(change) < 1e-8 * Math.Max(1, Math.Abs(tau)))
                break; // quadratic: the next step would change the last bit
        }
        return tau;
    }

    /// <summary>Sums c[j] sin(2(j+1)(ξ + iη)) by Clenshaw's recurrence, from the sine and cosine of 2ξ and the hyperbolic ones of 2η.</summary>
    private static (double Real, double Imaginary) SumOfSines(double[] c, double sine, double cosine, double sinh, double cosh)
    {
        var (re, im) = (2 * cosine * cosh, -2 * sine * sinh);
        double re1 = 0, im1 = 0, re2 = 0, im2 = 0;
        for (var j = c.Length - 1; j >= 0; j--)
        {
            var nextRe = (re * re1) - (im * im1) - re2 + c[j];
            var nextIm = (re * im1) + (im * re1) - im2;
            (re2, im2, re1, im1) = (re1, im1, nextRe, nextIm);
        }
        var (sinRe, sinIm) = (sine * cosh, cosine * sinh);
        return ((sinRe * re1) - (sinIm * im1), (sinRe * im1) + (sinIm * re1));
    }

    private static double Series(double n, int power, params ReadOnlySpan<double> coefficients)
    {
        var sum = 0.0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
            sum = (sum * n) + coefficients[i];
        return sum * Math.Pow(n, power);
    }
}
