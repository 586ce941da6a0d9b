namespace Plinth.Twin.Tiles;

/// <summary>Takes away corners that a line does not need (Douglas and Peucker), whole-numbered.</summary>
internal static class LineSimplifier
{
    [ThreadStatic] private static Stack<(int From, int To)>? t_open;
    [ThreadStatic] private static List<bool>? t_keep;

    public static void Line(List<(int X, int Y)> line, List<(int X, int Y)> kept, double tolerance)
    {
        kept.Clear();
        if (line.Count <= 2)
        {
            kept.AddRange(line);
            return;
        }
        Keep(line, 0, line.Count - 1, tolerance, closing: false);
        for (var i = 0; i < line.Count; i++)
            if (t_keep![i])
                kept.Add(line[i]);
    }

    /// <summary>A ring without its closing point. It is cut into two lines at its first point and the one farthest from that.</summary>
    public static void Ring(List<(int X, int Y)> ring, List<(int X, int Y)> kept, double tolerance)
    {
        kept.Clear();
        if (ring.Count <= 3)
        {
            kept.AddRange(ring);
            return;
        }
        var (far, most) = (0, -1L);
        for (var i = 1; i < ring.Count; i++)
        {
            var (dx, dy) = ((long)ring[i].X - ring[0].X, (long)ring[i].Y - ring[0].Y);
            if ((dx * dx) + (dy * dy) > most)
                (far, most) = (i, (dx * dx) + (dy * dy));
        }
        Keep(ring, 0, far, tolerance, closing: false);
        var before = t_keep!;
        Keep(ring, far, ring.Count, tolerance, closing: true);
        for (var i = 0; i < ring.Count; i++)
            if (before[i])
                kept.Add(ring[i]);
        // The first point was an arbitrary choice: it may lie on a straight edge.
        if (kept.Count > 3 && Square(kept[^1], kept[1], kept[0]) <= tolerance * tolerance)
            kept.RemoveAt(0);
    }

    /// <summary>Marks what stays between two points; with <paramref name="closing"/> the last index stands for the first point.</summary>
    private static void Keep(List<(int X, int Y)> line, int first, int last, double tolerance, bool closing)
    {
        var keep = t_keep ??= [];
        if (!closing)
        {
            keep.Clear();
            keep.AddRange(Enumerable.Repeat(false, line.Count));
        }
        var open = t_open ??= new();
        keep[first] = true;
        if (last < line.Count)
            keep[last] = true;
        open.Push((first, last));
        while (open.TryPop(out var span))
        {
            var (a, b) = (line[span.From], line[span.To < line.Count ? span.To : 0]);
            var (worst, at) = (tolerance * tolerance, -1);
            for (var i = span.From + 1; i < span.To; i++)
                if (Square(a, b, line[i]) is var away && away > worst)
                    (worst, at) = (away, i);
            if (at < 0)
                continue;
            keep[at] = true;
            open.Push((span.From, at));
            open.Push((at, span.To));
        }
    }

    /// <summary>Square of a point's distance from a segment.</summary>
    private static double Square((int X, int Y) a, (int X, int Y) b, (int X, int Y) p)
    {
        double dx = b.X - a.X, dy = b.Y - a.Y, px = p.X - a.X, py = p.Y - a.Y;
        var length = (dx * dx) + (dy * dy);
        var t = length == 0 ? 0 : Math.Clamp(((px * dx) + (py * dy)) / length, 0, 1);
        return Math.Pow(px - (t * dx), 2) + Math.Pow(py - (t * dy), 2);
    }
}
