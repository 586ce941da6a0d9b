namespace Plinth.Ingestion;

/// <summary>Outlines of files in OGC:CRS84.</summary>
internal static class Extent
{
    /// <summary>Points put on each edge besides its corners, because straight lines bend when reprojected.</summary>
    public const int PointsPerEdge = 8;

    /// <summary>Reprojects a closed quadrangle of which each edge is densified. Counter-clockwise, closed.</summary>
    /// <returns>Null, and why, where the CRS is unknown or the outline cannot be had.</returns>
    public static (IReadOnlyList<Position>? Ring, string? Why) Reproject(ICoordinates coordinates, string crs, IReadOnlyList<Position> corners)
    {
        var ring = new List<Position>(corners.Count * (PointsPerEdge + 1) + 1);
        for (var i = 0; i < corners.Count; i++)
        {
            var (from, to) = (corners[i], corners[(i + 1) % corners.Count]);
            for (var step = 0; step <= PointsPerEdge; step++)
            {
                var share = step / (PointsPerEdge + 1.0);
                if (!ToCrs84(coordinates, crs, from.X + (to.X - from.X) * share, from.Y + (to.Y - from.Y) * share, out var position))
                    return (null, $"its extent cannot be brought from {Shorten(crs)} to longitude and latitude");
                ring.Add(position);
            }
        }
        ring.Add(ring[0]);
        for (var i = 1; i < ring.Count; i++)
            if (Math.Abs(ring[i].X - ring[i - 1].X) > 180)
                return (null, "it crosses the antimeridian, so that no outline was made");
        if (Rings.SignedArea(ring) < 0)
            ring.Reverse();
        return (ring, null);
    }

    /// <summary>The corners of a box, counter-clockwise.</summary>
    public static Position[] Box(double xmin, double ymin, double xmax, double ymax) => [new(xmin, ymin), new(xmax, ymin), new(xmax, ymax), new(xmin, ymax)];

    /// <summary>One position; false where the CRS is unknown or the result is no longitude and latitude.</summary>
    public static bool ToCrs84(ICoordinates coordinates, string crs, double x, double y, out Position position)
    {
        position = default;
        if (!double.IsFinite(x) || !double.IsFinite(y) || !coordinates.TryToCrs84(crs, x, y, out var longitude, out var latitude))
            return false;
        position = new(longitude, latitude);
        return Math.Abs(longitude) <= 180.000001 && Math.Abs(latitude) <= 90.000001;
    }

    /// <summary>A CRS as a message shows it: codes whole, WKT by its beginning.</summary>
    public static string Shorten(string crs) => crs.Length <= 60 ? crs : crs[..57] + "...";
}
