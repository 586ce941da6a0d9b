namespace Plinth.Twin;

/// <summary>Shortest lines on the WGS 84 ellipsoid: their length, and the area between them and the equator. Good to 1e-8 m and 1e-15 of the area.</summary>
/// <remarks>
/// Formulations of C. F. F. Karney, "Algorithms for geodesics", Journal of Geodesy 87 (2013), with its integrals (equations 7, 8, 59) taken by
/// Gauss-Legendre rules instead of series. 1. Bring the points into one canonical place. 2. Find the line: by fixed point on the
/// longitude of the auxiliary sphere, which gains a factor of 300 a step; near the antipodes, where it fails, by bisection on the
/// first azimuth. 3. Integrate along the line.
/// </remarks>
internal static class Geodesic
{
    private const double Degree = Math.PI / 180;
    private static readonly double s_f = Ellipsoid.Wgs84.Flattening;
    private static readonly double s_a = Ellipsoid.Wgs84.SemiMajor;
    private static readonly double s_b = Ellipsoid.Wgs84.SemiMinor;
    private static readonly double s_e2 = Ellipsoid.Wgs84.E2;
    private static readonly double s_ep2 = s_e2 / (1 - s_e2);

    /// <summary>Square of the authalic radius, m².</summary>
    public static readonly double AuthalicSquare =
        ((s_a * s_a) + (s_b * s_b * Math.Atanh(Ellipsoid.Wgs84.E) / Ellipsoid.Wgs84.E)) / 2;

    /// <summary>Coefficients, by powers of k² sin²σ, of the divided difference (t(e'²) - t(x)) / (e'² - x) of Karney's equation 59.</summary>
    private static readonly double[] s_areaKernel = AreaKernel();

    /// <summary>Length of the shortest line between two points in degrees, metres.</summary>
    public static double Distance(double longitude1, double latitude1, double longitude2, double latitude2) =>
        Solve(longitude1, latitude1, longitude2, latitude2, out _, out _).Length();

    /// <summary>
    /// Area between the shortest line and the equator, m²: positive to the north when going east.
    /// </summary>
    /// <param name="turned">Change of longitude along the line, degrees, in [-180, 180].</param>
    public static double AreaToEquator(double longitude1, double latitude1, double longitude2, double latitude2, out double turned)
    {
        var line = Solve(longitude1, latitude1, longitude2, latitude2, out turned, out var flipped);
        return turned == 0 ? 0 : line.Area() * (turned < 0 ? -1 : 1) * (flipped ? -1 : 1);
    }

    private static Line Solve(double longitude1, double latitude1, double longitude2, double latitude2, out double turned, out bool flipped)
    {
        // 1. Going east, from the latitude farther from the equator, which is made southern.
        turned = longitude2 - longitude1;
        if (turned is < -180 or > 180)
            turned = Math.IEEERemainder(turned, 360);
        var lambda = Math.Abs(turned) * Degree;
        if (Math.Abs(latitude1) < Math.Abs(latitude2))
            (latitude1, latitude2) = (latitude2, latitude1);
        flipped = latitude1 > 0;
        if (flipped)
            (latitude1, latitude2) = (-latitude1, -latitude2);
        var beta1 = Math.Atan((1 - s_f) * Math.Tan(latitude1 * Degree));
        var beta2 = Math.Atan((1 - s_f) * Math.Tan(latitude2 * Degree));
        if (beta1 == 0 && lambda <= (1 - s_f) * Math.PI)
            return new Line(0, 0, 0, lambda / (1 - s_f), 1, lambda); // along the equator: length aλ = b·λ/(1-f)

        // 2. The line.
        var omega = lambda;
        for (var step = 0; step < 25; step++)
        {
            var line = Line.Between(beta1, beta2, omega);
            var next = lambda + line.LongitudeLag();
            if (!(next < Math.PI))
                break;
            var change = Math.Abs(next - omega);
            omega = next;
            if (change <= 1e-14 * omega) // the next step would gain a factor of 300: that is the last bit
                return Line.Between(beta1, beta2, omega);
        }
        return NearlyAntipodal(Math.Min(beta1, -1e-200), beta2, lambda);
    }

    /// <summary>The first azimuth lies between 0 and π, and the longitude reached grows with it.</summary>
    private static Line NearlyAntipodal(double beta1, double beta2, double lambda)
    {
        double low = 0, high = Math.PI;
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            var line = Line.FromAzimuth(beta1, beta2, middle);
            if (line.Omega - line.LongitudeLag() < lambda)
                low = middle;
            else
                high = middle;
        }
        return Line.FromAzimuth(beta1, beta2, (low + high) / 2);
    }

    /// <summary>A line on the auxiliary sphere, from β1 at arc σ1 over <paramref name="Arc"/> to β2; α0 is its azimuth at the equator.</summary>
    private readonly record struct Line(double Beta1, double Beta2, double Sigma1, double Arc, double SinAlpha0, double Omega)
    {
        /// <summary>By the difference of spherical longitudes.</summary>
        public static Line Between(double beta1, double beta2, double omega)
        {
            var (s1, c1) = Math.SinCos(beta1);
            var (s2, c2) = Math.SinCos(beta2);
            var (sine, cosine) = Math.SinCos(omega);
            var half = Math.Sin(omega / 2);
            var z1 = c2 * sine;
            var z2 = Math.Sin(beta2 - beta1) + (2 * s1 * c2 * half * half); // c1 s2 - s1 c2 cos ω without cancellation
            var length = Math.Sqrt((z1 * z1) + (z2 * z2));
            if (length == 0)
                return new Line(beta1, beta2, 0, (s1 * s2) + (c1 * c2 * cosine) > 0 ? 0 : Math.PI, 0, omega);
            return new Line(beta1, beta2, Math.Atan2(s1, c1 * z2 / length), Math.Atan2(length, (s1 * s2) + (c1 * c2 * cosine)), c1 * z1 / length, omega);
        }

        /// <summary>By the azimuth at the first point; needs |β2| ≤ -β1.</summary>
        public static Line FromAzimuth(double beta1, double beta2, double azimuth)
        {
            var (s1, c1) = Math.SinCos(beta1);
            var (s2, c2) = Math.SinCos(beta2);
            var (sine, cosine) = Math.SinCos(azimuth);
            var sinAlpha0 = sine * c1;
            var along1 = cosine * c1; // cos α1 cos β1
            var along2 = Math.Sqrt(Math.Max(0, (along1 * along1) + ((c2 - c1) * (c2 + c1)))); // cos α2 cos β2
            var sigma1 = Math.Atan2(s1, along1);
            var arc = Math.Max(0, Math.Atan2(s2, along2) - sigma1);
            var omega = Math.Atan2(sinAlpha0 * s2, along2) - Math.Atan2(sinAlpha0 * s1, along1);
            return new Line(beta1, beta2, sigma1, arc, sinAlpha0, omega < 0 ? omega + (2 * Math.PI) : omega);
        }

        private double K2 => s_ep2 * (1 - (SinAlpha0 * SinAlpha0));

        public double Length()
        {
            var (rule, k2, sum) = (Quadrature.For(Arc), K2, 0.0);
            for (var i = 0; i < rule.Nodes.Length; i++)
            {
                var sine = Math.Sin(Sigma1 + (Arc / 2 * (1 + rule.Nodes[i])));
                sum += rule.Weights[i] * Math.Sqrt(1 + (k2 * sine * sine));
            }
            return s_b * Arc / 2 * sum;
        }

        /// <summary>By how much the longitude on the ellipsoid lags behind that on the sphere, radians.</summary>
        public double LongitudeLag()
        {
            if (SinAlpha0 == 0)
                return 0;
            var (rule, k2, sum) = (Quadrature.For(Arc), K2, 0.0);
            for (var i = 0; i < rule.Nodes.Length; i++)
            {
                var sine = Math.Sin(Sigma1 + (Arc / 2 * (1 + rule.Nodes[i])));
                sum += rule.Weights[i] * (2 - s_f) / (1 + ((1 - s_f) * Math.Sqrt(1 + (k2 * sine * sine))));
            }
            return s_f * SinAlpha0 * Arc / 2 * sum;
        }

        /// <summary>Area to the equator: that under the great circle of the authalic sphere, and the ellipsoid's correction.</summary>
        public double Area()
        {
            var (s1, c1) = Math.SinCos(Beta1);
            var (s2, c2) = Math.SinCos(Beta2);
            var (sineHalf, cosineHalf) = Math.SinCos(Omega / 2);
            var excess = 2 * Math.Atan2(sineHalf * ((s1 * (1 + c2)) + (s2 * (1 + c1))), cosineHalf * ((s1 * s2) + ((1 + c1) * (1 + c2))));
            var (rule, k2, sum) = (Quadrature.For(Arc), K2, 0.0);
            for (var i = 0; i < rule.Nodes.Length; i++)
            {
                var sine = Math.Sin(Sigma1 + (Arc / 2 * (1 + rule.Nodes[i])));
                var x = k2 * sine * sine;
                var kernel = 0.0;
                for (var j = s_areaKernel.Length - 1; j >= 0; j--)
                    kernel = (kernel * x) + s_areaKernel[j];
                sum += rule.Weights[i] * kernel * sine / 2;
            }
            var cosAlpha0 = Math.Sqrt(Math.Max(0, 1 - (SinAlpha0 * SinAlpha0)));
            return (AuthalicSquare * excess) - (s_e2 * s_a * s_a * cosAlpha0 * SinAlpha0 * Arc / 2 * sum);
        }
    }

    /// <summary>t(x) = x + √(1 + 1/x) asinh √x as a power series, then its divided difference with e'².</summary>
    private static double[] AreaKernel()
    {
        const int Count = 10;
        Span<double> root = stackalloc double[Count], asinh = stackalloc double[Count], t = stackalloc double[Count];
        (root[0], asinh[0]) = (1, 1);
        var centralBinomial = 1.0;
        for (var n = 1; n < Count; n++)
        {
            root[n] = root[n - 1] * (1.5 - n) / n;
            centralBinomial *= -((2.0 * n) - 1) / (2 * n);
            asinh[n] = centralBinomial / ((2 * n) + 1);
        }
        for (var n = 0; n < Count; n++)
            for (var i = 0; i <= n; i++)
                t[n] += root[i] * asinh[n - i];
        t[1] += 1;
        var kernel = new double[Count - 1];
        for (var j = 0; j < kernel.Length; j++)
            for (var n = Count - 1; n > j; n--)
                kernel[j] = (kernel[j] * s_ep2) + t[n]; // Horner: t[n] e'^2(n-1-j)
        return kernel;
    }
}
