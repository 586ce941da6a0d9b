using NetTopologySuite.Geometries;

namespace Plinth.Twin;

/// <summary>Something that photos may see: corners on the ground, and as many above them.</summary>
internal sealed class PhotoTarget(IReadOnlyList<Coordinate> corners, double height)
{
    /// <summary>Of nearer points the image is not to be trusted.</summary>
    private const double LeastDepth = 0.5;

    /// <summary>Half the side of the patch of ground that stands for a point, metres.</summary>
    private const double PatchMetres = 0.5;

    public static PhotoTarget Of(Geometry shape, double height) => new(shape.Coordinates, Math.Max(0, height));

    /// <summary>A metre of ground about a point.</summary>
    public static PhotoTarget At(double longitude, double latitude, double height)
    {
        var (dy, dx) = (PatchMetres / 111_000, PatchMetres / (111_000 * Math.Cos(latitude * Math.PI / 180)));
        return new([new(longitude - dx, latitude - dy), new(longitude + dx, latitude - dy), new(longitude + dx, latitude + dy), new(longitude - dx, latitude + dy)], 0) { Base = height };
    }

    /// <summary>Height of the corners over the ground, metres.</summary>
    public double Base { get; init; }

    public Envelope Box { get; } = new(corners);

    /// <summary>Where it appears in a photo; null where it does not.</summary>
    public (Envelope Box, double Pixels, double Share, double MetresPerPixel)? In(PhotoPose pose)
    {
        if (!pose.IsUsable)
            return null;
        var frame = new CameraFrame(pose);
        var seen = new List<Coordinate>(2 * corners.Count);
        var (depths, points) = (0.0, 0);
        foreach (var corner in corners)
        {
            var (east, north) = frame.ToLocal(corner.X, corner.Y);
            for (var up = Base; ; up += height)
            {
                var (u, v, depth) = frame.Project(east, north, up);
                points++;
                if (depth >= LeastDepth)
                {
                    seen.Add(new(u, v));
                    depths += depth;
                }
                if (height <= 0 || up > Base)
                    break;
            }
        }
        if (seen.Count == 0)
            return null;
        var image = new GeometryFactory().ToGeometry(new Envelope(0, pose.Width, 0, pose.Height));
        var outline = new MultiPoint([.. seen.Select(c => new Point(c))]).ConvexHull();
        var shown = outline.Intersection(image);
        if (shown.IsEmpty)
            return null;
        // Corners behind the camera are no part of the outline; they count as not shown.
        var share = outline.Area > 0 ? shown.Area / outline.Area * seen.Count / points : 1;
        return (shown.EnvelopeInternal, shown.Area, share, depths / seen.Count / pose.FocalPixels);
    }
}
