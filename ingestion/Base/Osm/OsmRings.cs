namespace Plinth.Ingestion.Base.Osm;

/// <summary>Makes polygons out of the ways of a multipolygon relation: joins them end to end to rings, and puts rings into one another.</summary>
/// <remarks>Roles (outer, inner) are often wrong and are not asked: a ring within an odd number of others is a hole.</remarks>
internal static class OsmRings
{
    private const int MaximumRings = 20_000;

    /// <summary>Polygons with holes; or what is wrong, as the end of a sentence.</summary>
    /// <param name="ways">Node ids of each.</param>
    public static (List<List<IReadOnlyList<Position>>>? Polygons, string? Problem) Polygons(IReadOnlyList<long[]> ways, OsmNodeTable nodes)
    {
        var rings = new List<Position[]>();
        if (Join(ways, out var open) is not { } closed)
            return (null, $"has a ring that is not closed: it ends at node {open}");
        if (closed.Count > MaximumRings)
            return (null, $"has {closed.Count} rings, while {MaximumRings} are read");
        foreach (var ring in closed)
        {
            if (nodes.Line(ring, out var missing) is not { } line)
                return (null, $"has a ring of which {missing} of {ring.Length} nodes are not in the file");
            if (line.Length >= 4 && Rings.SignedArea(line) != 0)
                rings.Add(line);
        }
        return rings.Count == 0 ? (null, "encloses nothing") : (Nest(rings), null);
    }

    /// <summary>A ring and the holes that other ways make in it; null where these make no polygon that has the ring outside.</summary>
    public static List<IReadOnlyList<Position>>? Around(Position[] ring, IReadOnlyList<long[]> ways, OsmNodeTable nodes)
    {
        var corners = ring.ToHashSet();
        return Polygons(ways, nodes).Polygons?.Find(p => p[0].Count == ring.Length && p[0].All(corners.Contains));
    }

    /// <summary>Closed rings of node ids; null where the ways do not make any.</summary>
    private static List<long[]>? Join(IReadOnlyList<long[]> ways, out long open)
    {
        open = 0;
        var rings = new List<long[]>();
        var loose = new Dictionary<long, List<int>>();
        var isUsed = new bool[ways.Count];
        for (var i = 0; i < ways.Count; i++)
        {
            isUsed[i] = ways[i].Length < 2;
            if (isUsed[i])
                continue;
            if (ways[i][0] == ways[i][^1])
            {
                isUsed[i] = true;
                rings.Add(ways[i]);
                continue;
            }
            foreach (var end in (ReadOnlySpan<long>)[ways[i][0], ways[i][^1]])
                (loose.TryGetValue(end, out var at) ? at : loose[end] = []).Add(i);
        }
        for (var i = 0; i < ways.Count; i++)
        {
            if (isUsed[i])
                continue;
            isUsed[i] = true;
            var ring = new List<long>(ways[i]);
            while (ring[0] != ring[^1])
            {
                var next = loose[ring[^1]].FindIndex(w => !isUsed[w]);
                if (next < 0)
                {
                    open = ring[^1];
                    return null;
                }
                var way = loose[ring[^1]][next];
                isUsed[way] = true;
                var nodes = ways[way];
                if (nodes[0] == ring[^1])
                    ring.AddRange(nodes.Skip(1));
                else
                    ring.AddRange(nodes.Reverse().Skip(1));
            }
            rings.Add([.. ring]);
        }
        return rings;
    }

    private static List<List<IReadOnlyList<Position>>> Nest(List<Position[]> rings)
    {
        // Larger rings first: what holds a ring stands before it.
        rings.Sort((a, b) => Math.Abs(Rings.SignedArea(b)).CompareTo(Math.Abs(Rings.SignedArea(a))));
        var boxes = rings.ConvertAll(r => (XMin: r.Min(p => p.X), YMin: r.Min(p => p.Y), XMax: r.Max(p => p.X), YMax: r.Max(p => p.Y)));
        var (depth, polygonOf) = (new int[rings.Count], new int[rings.Count]);
        var polygons = new List<List<IReadOnlyList<Position>>>();
        for (var i = 0; i < rings.Count; i++)
        {
            var holder = -1;
            for (var j = 0; j < i; j++)
                if (boxes[j].XMin <= boxes[i].XMin && boxes[j].YMin <= boxes[i].YMin && boxes[j].XMax >= boxes[i].XMax && boxes[j].YMax >= boxes[i].YMax && Holds(rings[j], rings[i]))
                    (depth[i], holder) = (depth[i] + 1, j);
            var isHole = depth[i] % 2 == 1;
            if (Rings.SignedArea(rings[i]) > 0 == isHole)
                Array.Reverse(rings[i]);
            if (isHole)
            {
                polygons[polygonOf[holder]].Add(rings[i]);
                polygonOf[i] = polygonOf[holder];
            }
            else
            {
                polygonOf[i] = polygons.Count;
                polygons.Add([rings[i]]);
            }
        }
        return polygons;
    }

    /// <summary>Rings may touch in corners: the first corner of the inner one that is none of the outer's decides.</summary>
    private static bool Holds(Position[] outer, Position[] inner)
    {
        var corners = outer.ToHashSet();
        foreach (var corner in inner)
            if (!corners.Contains(corner))
                return Rings.Contains(outer, corner);
        var (a, b) = (inner[0], inner[1]);
        return Rings.Contains(outer, new((a.X + b.X) / 2, (a.Y + b.Y) / 2));
    }
}
