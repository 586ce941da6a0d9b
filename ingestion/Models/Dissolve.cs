namespace Plinth.Ingestion.Models;

/// <summary>Joins polygons that share whole edges, as the triangles of a floor do, by dropping the shared ones; and drops those that lie within another.</summary>
internal static class Dissolve
{
    private const int MaximumCompared = 500;

    /// <summary>
    /// Polygons in and out: exterior ring counter-clockwise, holes clockwise, open. Where the rest of the edges forms no rings (overlaps, a torn mesh) the
    /// polygons come back as they were, without those that lie within another.
    /// </summary>
    public static List<List<Position[]>> Join(List<List<Position[]>> polygons) => WithoutNested(JoinEdges(polygons));

    private static List<List<Position[]>> JoinEdges(List<List<Position[]>> polygons)
    {
        if (polygons.Count < 2)
            return polygons;
        var next = Outline(polygons);
        if (next is null)
            return polygons;
        var rings = new List<Position[]>();
        while (next.Count > 0)
        {
            if (Trace(next) is not { } ring)
                return polygons;
            rings.AddRange(Split(ring));
        }
        return Nest(rings) ?? polygons;
    }

    private static List<List<Position[]>> WithoutNested(List<List<Position[]>> polygons)
    {
        if (polygons.Count is < 2 or > MaximumCompared)
            return polygons;
        var bySize = polygons.OrderByDescending(p => Rings.SignedArea(p[0])).ToList();
        var kept = new List<List<Position[]>>();
        foreach (var polygon in bySize)
            if (!kept.Exists(larger => larger.Count == 1 && Array.TrueForAll(polygon[0], corner => Array.IndexOf(larger[0], corner) >= 0 || Rings.Contains(larger[0], corner))
                && Rings.Contains(larger[0], Inside(polygon[0]))))
                kept.Add(polygon);
        return kept;
    }

    /// <summary>A point within a counter-clockwise ring, near its first convex corner.</summary>
    private static Position Inside(Position[] ring)
    {
        for (var i = 0; i < ring.Length; i++)
        {
            var (a, b, c) = (ring[i], ring[(i + 1) % ring.Length], ring[(i + 2) % ring.Length]);
            var middle = new Position((a.X + b.X + c.X) / 3, (a.Y + b.Y + c.Y) / 3);
            if (Rings.Contains(ring, middle))
                return middle;
        }
        return ring[0];
    }

    /// <summary>The edges that remain, by where they begin; null where one stands twice in the same direction.</summary>
    private static Dictionary<Position, List<Position>>? Outline(List<List<Position[]>> polygons)
    {
        var edges = new HashSet<(Position From, Position To)>();
        foreach (var ring in polygons.SelectMany(p => p))
            for (var i = 0; i < ring.Length; i++)
            {
                var (from, to) = (ring[i], ring[(i + 1) % ring.Length]);
                if (from != to && !edges.Remove((to, from)) && !edges.Add((from, to)))
                    return null;
            }
        var next = new Dictionary<Position, List<Position>>();
        foreach (var (from, to) in edges)
            if (next.TryGetValue(from, out var ends))
                ends.Add(to);
            else
                next.Add(from, [to]);
        return next;
    }

    /// <summary>Takes one ring out of the edges. Where rings touch, it turns so that the inside stays on the left.</summary>
    private static Position[]? Trace(Dictionary<Position, List<Position>> next)
    {
        var start = next.Keys.First();
        var ring = new List<Position>();
        var (before, at) = (start, start);
        do
        {
            if (!next.TryGetValue(at, out var ends))
                return null;
            var choice = 0;
            if (ends.Count > 1 && ring.Count > 0)
                for (var i = 1; i < ends.Count; i++)
                    if (Clockwise(at, before, ends[i]) < Clockwise(at, before, ends[choice]))
                        choice = i;
            ring.Add(at);
            (before, at) = (at, ends[choice]);
            ends.RemoveAt(choice);
            if (ends.Count == 0)
                next.Remove(before);
        }
        while (at != start);
        return ring.Count >= 3 ? [.. ring] : null;
    }

    /// <summary>Cuts a ring where it touches itself, so that what is left are simple rings: a shell, and holes that touch it.</summary>
    private static IEnumerable<Position[]> Split(Position[] ring)
    {
        var path = new List<Position>();
        var places = new Dictionary<Position, int>();
        foreach (var position in ring)
        {
            if (places.TryGetValue(position, out var first))
            {
                foreach (var inner in path.Skip(first + 1))
                    places.Remove(inner);
                var loop = path.GetRange(first, path.Count - first);
                path.RemoveRange(first + 1, path.Count - first - 1);
                if (loop.Count >= 3)
                    yield return [.. loop];
                continue;
            }
            places.Add(position, path.Count);
            path.Add(position);
        }
        if (path.Count >= 3)
            yield return [.. path];
    }

    /// <summary>The angle by which one turns clockwise at a corner from looking back to looking ahead, in (0, 2π].</summary>
    private static double Clockwise(Position at, Position back, Position ahead)
    {
        var angle = Math.Atan2(back.Y - at.Y, back.X - at.X) - Math.Atan2(ahead.Y - at.Y, ahead.X - at.X);
        return angle > 1e-12 ? angle : angle + 2 * Math.PI;
    }

    private static List<List<Position[]>>? Nest(List<Position[]> rings)
    {
        var shells = new List<(Position[] Ring, double Area, List<Position[]> Polygon)>();
        foreach (var ring in rings)
            if (Rings.SignedArea(ring) is > 0 and var area)
                shells.Add((ring, area, [ring]));
        foreach (var hole in rings)
        {
            if (Rings.SignedArea(hole) >= 0)
                continue;
            var middle = new Position((hole[0].X + hole[1].X) / 2, (hole[0].Y + hole[1].Y) / 2);
            var around = shells.FindAll(s => Rings.Contains(s.Ring, middle));
            if (around.Count == 0)
                return null;
            around.MinBy(s => s.Area).Polygon.Add(hole);
        }
        return shells.ConvertAll(s => s.Polygon);
    }
}
