namespace Plinth.Ingestion.Imagery;

/// <summary>Pixel (column, row; from the upper left corner) to CRS: <c>x = X0 + A·column + B·row, y = Y0 + D·column + E·row</c>.</summary>
internal sealed record GeoTransform(double X0, double A, double B, double Y0, double D, double E)
{
    private const ushort PixelScale = 33550, TiePoints = 33922, Transformation = 34264;
    internal const int MaximumControlPoints = 4096;

    /// <summary>Out of ModelTransformation, ModelPixelScale with one tie point, or the best affine fit through several tie points; null where there is none.</summary>
    public static GeoTransform? From(TiffDirectory image, bool pixelIsPoint, List<string> notes)
    {
        var transform = Read(image, notes);
        if (transform is null || !transform.IsSound)
        {
            if (transform is not null)
                notes.Add("its georeference has no area");
            return null;
        }
        return pixelIsPoint
            ? transform with { X0 = transform.X0 - (transform.A + transform.B) / 2, Y0 = transform.Y0 - (transform.D + transform.E) / 2 }
            : transform;
    }

    public Position At(double column, double row) => new(X0 + A * column + B * row, Y0 + D * column + E * row);

    /// <summary>Size of a pixel along a row and along a column, in the CRS's unit.</summary>
    public (double X, double Y) PixelSize => (Math.Sqrt(A * A + D * D), Math.Sqrt(B * B + E * E));

    public bool IsRotated => B != 0 || D != 0;

    public bool IsSouthUp => !IsRotated && E > 0;

    private bool IsSound => double.IsFinite(X0 + A + B + Y0 + D + E) && A * E - B * D != 0;

    private static GeoTransform? Read(TiffDirectory image, List<string> notes)
    {
        if (image.Numbers(Transformation, 16) is { Length: 16 } m)
            return new(m[3], m[0], m[1], m[7], m[4], m[5]);
        var points = image.Numbers(TiePoints, MaximumControlPoints * 6);
        if (image.Numbers(PixelScale, 3) is [var sx, var sy, ..] && points is [var column, var row, _, var x, var y, _, ..])
            return new(x - column * sx, sx, 0, y + row * sy, 0, -sy);
        if (points.Length < 18)
            return null;
        return ThroughControlPoints(points, notes);
    }

    /// <summary>The best affine fit through control points of six numbers each: column, row, -, x, y, -. Null where they lie on one line.</summary>
    public static GeoTransform? ThroughControlPoints(double[] points, List<string> notes)
    {
        notes.Add($"placed by {points.Length / 6} ground control points (affine fit)");
        return Fit(points) is { IsSound: true } fit ? fit : null;
    }

    /// <summary>Out of six numbers in GDAL's order: x0, a, b, y0, d, e.</summary>
    public static GeoTransform? FromGdal(string? text) =>
        text?.Split(',') is { Length: 6 } parts && Array.ConvertAll(parts, p => Photos.XmpPose.Parse(p) ?? double.NaN) is var n
        && new GeoTransform(n[0], n[1], n[2], n[3], n[4], n[5]) is { IsSound: true } transform ? transform : null;

    /// <summary>Six numbers in GDAL's order, with blanks between.</summary>
    public string ToGdal() => string.Join(' ', new[] { X0, A, B, Y0, D, E }.Select(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>How many control points place an image; 0 where a transform or a tie point does.</summary>
    public static int ControlPoints(TiffDirectory image) =>
        image.Has(Transformation) || image.Has(PixelScale) || image.Count(TiePoints) < 18 ? 0 : (int)Math.Min(image.Count(TiePoints) / 6, MaximumControlPoints);

    /// <summary>Least squares through control points.</summary>
    private static GeoTransform? Fit(double[] points)
    {
        var n = points.Length / 6;
        double mc = 0, mr = 0, mx = 0, my = 0;
        for (var i = 0; i < n * 6; i += 6)
            (mc, mr, mx, my) = (mc + points[i] / n, mr + points[i + 1] / n, mx + points[i + 3] / n, my + points[i + 4] / n);
        double cc = 0, cr = 0, rr = 0, cx = 0, rx = 0, cy = 0, ry = 0;
        for (var i = 0; i < n * 6; i += 6)
        {
            var (c, r, x, y) = (points[i] - mc, points[i + 1] - mr, points[i + 3] - mx, points[i + 4] - my);
            (cc, cr, rr, cx, rx, cy, ry) = (cc + c * c, cr + c * r, rr + r * r, cx + c * x, rx + r * x, cy + c * y, ry + r * y);
        }
        var determinant = cc * rr - cr * cr;
        if (!(Math.Abs(determinant) > 1e-9 * cc * rr))
            return null;
        var (a, b) = ((cx * rr - rx * cr) / determinant, (rx * cc - cx * cr) / determinant);
        var (d, e) = ((cy * rr - ry * cr) / determinant, (ry * cc - cy * cr) / determinant);
        return new(mx - a * mc - b * mr, a, b, my - d * mc - e * mr, d, e);
    }
}
