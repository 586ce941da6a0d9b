namespace Plinth.Ingestion.Photos;

/// <summary>What a photograph sees of flat ground at the height of take-off, in metres east and north of the camera's foot.</summary>
/// <remarks>Relief, buildings and lens distortion are not taken into account. Ground farther than <see cref="Reach"/> is cut off.</remarks>
internal static class GroundFootprint
{
    /// <summary>Metres from the camera's foot.</summary>
    public const double Reach = 5000;

    private const double Degree = Math.PI / 180, LeastDepression = 1.5, MetresPerDegree = 111_320;
    private const int PerEdge = 5;

    /// <summary>The outline, counter-clockwise and open; null where the photo sees no ground or its pose is not known.</summary>
    public static List<Position>? Local(PhotoPose pose, double? focal, int width, int height)
    {
        if (pose is not { RelativeAltitude: > 0 and var above, Yaw: { } yaw, Pitch: { } pitch } || focal is not > 0)
            return null;
        var (sy, cy) = Math.SinCos(yaw * Degree);
        var (sp, cp) = Math.SinCos(pitch * Degree);
        var (sr, cr) = Math.SinCos((pose.Roll ?? 0) * Degree);
        // Where the image's axis, its right and its down point to: east, north, up.
        var forward = (E: sy * cp, N: cy * cp, U: sp);
        var right = (E: sy * sp * sr + cy * cr, N: cy * sp * sr - sy * cr, U: -cp * sr);
        var down = (E: sy * sp * cr - cy * sr, N: cy * sp * cr + sy * sr, U: -cp * cr);
        var reach = Math.Min(Reach, above / Math.Tan(LeastDepression * Degree));
        var least = above / (reach * 20);
        var outline = Clip(Border(width, height, focal.Value).Select(p =>
            (E: forward.E + p.X * right.E + p.Y * down.E, N: forward.N + p.X * right.N + p.Y * down.N, U: forward.U + p.X * right.U + p.Y * down.U)).ToList(), least);
        if (outline.Count < 3)
            return null;
        var ring = outline.ConvertAll(ray =>
        {
            var (x, y) = (ray.E * above / -ray.U, ray.N * above / -ray.U);
            var distance = Math.Sqrt(x * x + y * y);
            return distance > reach ? new Position(x * reach / distance, y * reach / distance) : new(x, y);
        });
        if (Rings.SignedArea(ring) < 0)
            ring.Reverse();
        return Math.Abs(Rings.SignedArea(ring)) < 1e-6 ? null : ring;
    }

    /// <summary>The same in degrees, around a camera.</summary>
    public static List<Position> ToCrs84(List<Position> local, double longitude, double latitude) =>
        local.ConvertAll(p => new Position(longitude + p.X / (MetresPerDegree * Math.Cos(latitude * Degree)), latitude + p.Y / MetresPerDegree));

    /// <summary>Metres a pixel in the middle of the image; null where that is not on the ground.</summary>
    public static double? SampleDistance(PhotoPose pose, double? focal) =>
        pose is { RelativeAltitude: > 0 and var above, Pitch: { } pitch } && focal is > 0 && Math.Sin(-pitch * Degree) is > 0.03 and var sine ? above / sine / focal : null;

    private static IEnumerable<Position> Border(int width, int height, double focal)
    {
        var (x, y) = (width / 2.0 / focal, height / 2.0 / focal);
        Position[] corners = [new(-x, -y), new(x, -y), new(x, y), new(-x, y)];
        for (var i = 0; i < 4; i++)
            for (var step = 0; step < PerEdge; step++)
                yield return new(corners[i].X + (corners[(i + 1) % 4].X - corners[i].X) * step / PerEdge, corners[i].Y + (corners[(i + 1) % 4].Y - corners[i].Y) * step / PerEdge);
    }

    /// <summary>Keeps the rays that fall at least so steeply; new ones stand where the outline crosses that limit.</summary>
    private static List<(double E, double N, double U)> Clip(List<(double E, double N, double U)> rays, double least)
    {
        var kept = new List<(double E, double N, double U)>();
        for (var i = 0; i < rays.Count; i++)
        {
            var (a, b) = (rays[i], rays[(i + 1) % rays.Count]);
            if (-a.U >= least)
                kept.Add(a);
            if (-a.U >= least != -b.U >= least)
            {
                var share = (-least - a.U) / (b.U - a.U);
                kept.Add((a.E + (b.E - a.E) * share, a.N + (b.N - a.N) * share, -least));
            }
        }
        return kept;
    }
}
