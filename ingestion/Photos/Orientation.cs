namespace Plinth.Ingestion.Photos;

/// <summary>Between the angles of photogrammetry and those of a gimbal.</summary>
internal static class Orientation
{
    private const double Degree = Math.PI / 180;

    /// <summary>Omega, phi, kappa (camera x right, y up, z back; R = Rx·Ry·Rz takes it to east, north, up) as yaw, pitch, roll, degrees.</summary>
    /// <param name="convergence">Azimuth of the grid's north, degrees: added to the yaw, so that it counts from true north.</param>
    public static (double Yaw, double Pitch, double Roll) FromOmegaPhiKappa(double omega, double phi, double kappa, double convergence)
    {
        var (so, co) = Math.SinCos(omega * Degree);
        var (sp, cp) = Math.SinCos(phi * Degree);
        var (sk, ck) = Math.SinCos(kappa * Degree);
        // Columns of R: the camera's right, up and back in east, north, up.
        var right = (E: cp * ck, N: co * sk + so * sp * ck, U: so * sk - co * sp * ck);
        var up = (E: -cp * sk, N: co * ck - so * sp * sk, U: so * ck + co * sp * sk);
        var forward = (E: -sp, N: so * cp, U: -co * cp);
        var pitch = Math.Asin(Math.Clamp(forward.U, -1, 1));
        // Straight down the axis has no direction: then the image's upper edge gives it, and there is no roll.
        var (yaw, roll) = Math.Abs(forward.U) > 1 - 1e-9 ? (Math.Atan2(up.E, up.N), 0) : (Math.Atan2(forward.E, forward.N), Math.Atan2(-right.U, up.U));
        return (PhotoPose.Wrap(yaw / Degree + convergence), pitch / Degree, roll / Degree);
    }

    /// <summary>Azimuth of a grid's north at a place, degrees, by a step of a hundred metres (or a millidegree); null where the CRS is not known.</summary>
    public static double? Convergence(ICoordinates coordinates, string crs, double x, double y, Position at)
    {
        if (Math.Abs(x) <= 360 && Math.Abs(y) <= 90)
            return 0;
        return Extent.ToCrs84(coordinates, crs, x, y + 100, out var north)
            ? Math.Atan2((north.X - at.X) * Math.Cos(at.Y * Degree), north.Y - at.Y) / Degree : null;
    }
}
