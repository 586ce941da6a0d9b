using System.Buffers.Binary;

namespace Plinth.Twin;

/// <summary>What a photo sees: its outline on flat ground, where a point lies in it, and how fine it is there.</summary>
/// <remarks>
/// Pixels are counted from the image's upper left corner, u to the right, v down; the middle of an image of width 4000 is u = 2000.
/// Relief, buildings and lens distortion are not taken into account: with poses from EXIF expect corners 1 to 10 % of the flying height off.
/// </remarks>
public static class PhotoGeometry
{
    /// <summary>Rays that fall less steeply than this, degrees, are taken to see nothing: there the ground is blurred, hidden and far.</summary>
    public const double LeastDepressionDegrees = 1.5;

    private const int CircleSides = 72;

    /// <summary>The footprint on flat ground: what of it the photo sees.</summary>
    /// <param name="maximumRange">Ground farther from the camera's foot than this, metres, is cut off.</param>
    /// <param name="pointsPerEdge">Points put on each edge between its ends.</param>
    /// <returns>WKB polygon in OGC:CRS84, counter-clockwise; null where the photo sees no ground, or the pose is not usable.</returns>
    public static byte[]? Footprint(PhotoPose pose, double maximumRange = 5000, int pointsPerEdge = 4)
    {
        if (!pose.IsUsable || pose.HeightAboveGround <= 0)
            return null;
        var frame = new CameraFrame(pose);
        var reach = Math.Min(maximumRange, pose.HeightAboveGround / Math.Tan(LeastDepressionDegrees * Math.PI / 180));
        var ring = OnGround(frame, pose, farthest: reach * 100);
        ring = ClipToCircle(ring, reach);
        return ring.Count < 3 ? null : Wkb(frame, Densify(ring, pointsPerEdge));
    }

    /// <summary>The pixel at which a point appears, and whether it lies inside the image and before the camera. What stands between is not considered.</summary>
    /// <param name="heightAboveGround">Of the point, metres.</param>
    public static bool WorldToPixel(PhotoPose pose, double longitude, double latitude, double heightAboveGround, out double u, out double v)
    {
        (u, v) = (double.NaN, double.NaN);
        if (!pose.IsUsable)
            return false;
        var frame = new CameraFrame(pose);
        var (east, north) = frame.ToLocal(longitude, latitude);
        (u, v, var depth) = frame.Project(east, north, heightAboveGround);
        if (depth > 0.1)
            return u >= 0 && u <= pose.Width && v >= 0 && v <= pose.Height;
        (u, v) = (double.NaN, double.NaN);
        return false;
    }

    /// <summary>Where the ray through a pixel meets level ground, OGC:CRS84, degrees; null where it does not fall onto it.</summary>
    /// <param name="groundHeight">Of the level, metres above the ground that the pose's height counts from.</param>
    public static (double Longitude, double Latitude)? PixelToGround(PhotoPose pose, double u, double v, double groundHeight = 0)
    {
        if (!pose.IsUsable)
            return null;
        var frame = new CameraFrame(pose);
        var ray = frame.Ray(u, v);
        var way = (groundHeight - pose.HeightAboveGround) / ray.Up;
        return ray.Up < 0 && way > 0 ? frame.ToGeographic(way * ray.East, way * ray.North) : null;
    }

    /// <summary>Ground sample distance at a point on the ground, metres a pixel across the axis of view; null where the photo does not see it.</summary>
    public static double? GroundSampleDistance(PhotoPose pose, double longitude, double latitude)
    {
        if (!WorldToPixel(pose, longitude, latitude, 0, out _, out _))
            return null;
        var frame = new CameraFrame(pose);
        var (east, north) = frame.ToLocal(longitude, latitude);
        return frame.Project(east, north, 0).Depth / pose.FocalPixels;
    }

    /// <summary>Ground sample distance in the middle of the image, metres a pixel; null where the middle is not on the ground.</summary>
    public static double? GroundSampleDistance(PhotoPose pose) =>
        PixelToGround(pose, pose.Width / 2.0, pose.Height / 2.0) is var (longitude, latitude) ? GroundSampleDistance(pose, longitude, latitude) : null;

    /// <summary>The image's outline on the ground, in metres from the camera's foot, as far as its rays fall steeply enough to land within <paramref name="farthest"/>.</summary>
    private static List<(double X, double Y)> OnGround(CameraFrame frame, PhotoPose pose, double farthest)
    {
        var least = pose.HeightAboveGround / farthest;
        var ring = new List<(double X, double Y)>(8);
        Span<CameraFrame.Axis> corners = [frame.Ray(0, 0), frame.Ray(pose.Width, 0), frame.Ray(pose.Width, pose.Height), frame.Ray(0, pose.Height)];
        for (var i = 0; i < corners.Length; i++)
        {
            var (a, b) = (corners[i], corners[(i + 1) % corners.Length]);
            if (a.Up <= -least)
                Add(a);
            if (a.Up <= -least != b.Up <= -least)
            {
                var t = (-least - a.Up) / (b.Up - a.Up);
                Add(new(a.East + (t * (b.East - a.East)), a.North + (t * (b.North - a.North)), -least));
            }
        }
        return ring;

        void Add(CameraFrame.Axis ray)
        {
            var way = pose.HeightAboveGround / -ray.Up;
            ring.Add((way * ray.East, way * ray.North));
        }
    }

    /// <summary>Cuts a convex ring by the tangents of a circle about the origin (Sutherland and Hodgman).</summary>
    private static List<(double X, double Y)> ClipToCircle(List<(double X, double Y)> ring, double radius)
    {
        if (ring.TrueForAll(p => (p.X * p.X) + (p.Y * p.Y) <= radius * radius))
            return ring;
        for (var side = 0; side < CircleSides && ring.Count > 0; side++)
        {
            var (ny, nx) = Math.SinCos(2 * Math.PI * side / CircleSides);
            var clipped = new List<(double X, double Y)>(ring.Count + 1);
            for (var i = 0; i < ring.Count; i++)
            {
                var (a, b) = (ring[i], ring[(i + 1) % ring.Count]);
                var (da, db) = ((a.X * nx) + (a.Y * ny) - radius, (b.X * nx) + (b.Y * ny) - radius);
                if (da <= 0)
                    clipped.Add(a);
                if (da <= 0 != db <= 0)
                    clipped.Add((a.X + (da / (da - db) * (b.X - a.X)), a.Y + (da / (da - db) * (b.Y - a.Y))));
            }
            ring = clipped;
        }
        return ring;
    }

    private static List<(double X, double Y)> Densify(List<(double X, double Y)> ring, int pointsPerEdge)
    {
        var dense = new List<(double X, double Y)>(ring.Count * (pointsPerEdge + 1));
        for (var i = 0; i < ring.Count; i++)
        {
            var (a, b) = (ring[i], ring[(i + 1) % ring.Count]);
            for (var k = 0; k <= pointsPerEdge; k++)
                dense.Add((a.X + ((b.X - a.X) * k / (pointsPerEdge + 1)), a.Y + ((b.Y - a.Y) * k / (pointsPerEdge + 1))));
        }
        return dense;
    }

    private static byte[] Wkb(CameraFrame frame, List<(double X, double Y)> ring)
    {
        var area = 0.0;
        for (var i = 0; i < ring.Count; i++)
            area += (ring[i].X * ring[(i + 1) % ring.Count].Y) - (ring[(i + 1) % ring.Count].X * ring[i].Y);
        if (area < 0)
            ring.Reverse();
        var bytes = new byte[13 + (16 * (ring.Count + 1))];
        bytes[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), 3);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(5), 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), ring.Count + 1);
        for (var i = 0; i <= ring.Count; i++)
        {
            var (longitude, latitude) = frame.ToGeographic(ring[i % ring.Count].X, ring[i % ring.Count].Y);
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(13 + (16 * i)), longitude);
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(21 + (16 * i)), latitude);
        }
        return bytes;
    }
}
