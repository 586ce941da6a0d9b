namespace Plinth.Ingestion;

/// <summary>Plane geometry of rings, as far as footprints need it.</summary>
internal static class Rings
{
    /// <summary>Signed area: positive where the ring runs counter-clockwise. Open and closed rings give the same.</summary>
    public static double SignedArea(IReadOnlyList<Position> ring)
    {
        if (ring.Count < 3)
            return 0;
        var (area, origin) = (0.0, ring[0]);
        for (var i = 1; i + 1 < ring.Count; i++)
            area += (ring[i].X - origin.X) * (ring[i + 1].Y - origin.Y) - (ring[i + 1].X - origin.X) * (ring[i].Y - origin.Y);
        return area / 2;
    }

    /// <summary>Whether a point lies inside a ring (even-odd rule; on the edge, either).</summary>
    public static bool Contains(IReadOnlyList<Position> ring, Position point)
    {
        var inside = false;
        for (int i = 0, j = ring.Count - 1; i < ring.Count; j = i++)
            if (ring[i].Y > point.Y != ring[j].Y > point.Y
                && point.X < (ring[j].X - ring[i].X) * (point.Y - ring[i].Y) / (ring[j].Y - ring[i].Y) + ring[i].X)
                inside = !inside;
        return inside;
    }

    /// <summary>The convex hull, counter-clockwise and open; fewer than three points where it has no area. Andrew's monotone chain.</summary>
    public static List<Position> Hull(IEnumerable<Position> points)
    {
        var sorted = points.Distinct().OrderBy(p => p.X).ThenBy(p => p.Y).ToList();
        if (sorted.Count < 3)
            return sorted;
        var hull = new List<Position>();
        for (var pass = 0; pass < 2; pass++)
        {
            var start = hull.Count;
            foreach (var point in sorted)
            {
                while (hull.Count >= start + 2 && Cross(hull[^2], hull[^1], point) <= 0)
                    hull.RemoveAt(hull.Count - 1);
                hull.Add(point);
            }
            hull.RemoveAt(hull.Count - 1);
            sorted.Reverse();
        }
        return hull;
    }

    private static double Cross(Position o, Position a, Position b) => (a.X - o.X) * (b.Y - o.Y) - (a.Y - o.Y) * (b.X - o.X);
}
