namespace Plinth.Twin.Tiles;

/// <summary>Cuts rings and lines by an upright box, in tile units.</summary>
internal static class RingClipper
{
    /// <summary>What of a ring lies in the box (Sutherland and Hodgman). A concave ring may come back with edges that run to and fro along the box's border.</summary>
    public static void Ring(List<(double X, double Y)> ring, List<(double X, double Y)> spare, double least, double most)
    {
        for (var side = 0; side < 4 && ring.Count > 0; side++)
        {
            spare.Clear();
            for (var i = 0; i < ring.Count; i++)
            {
                var (a, b) = (ring[i], ring[i + 1 < ring.Count ? i + 1 : 0]);
                var (da, db) = (Inside(a, side, least, most), Inside(b, side, least, most));
                if (da >= 0)
                    spare.Add(a);
                if (da >= 0 != db >= 0)
                    spare.Add(Cut(a, b, da / (da - db), side, least, most));
            }
            ring.Clear();
            ring.AddRange(spare);
        }
    }

    /// <summary>The pieces of a line that lie in the box.</summary>
    public static IEnumerable<List<(double X, double Y)>> Line(List<(double X, double Y)> line, double least, double most)
    {
        List<(double X, double Y)> piece = [];
        for (var i = 0; i + 1 < line.Count; i++)
        {
            var (a, b) = (line[i], line[i + 1]);
            var (from, to) = (0.0, 1.0);
            for (var side = 0; side < 4 && from <= to; side++)
            {
                var (da, db) = (Inside(a, side, least, most), Inside(b, side, least, most));
                if (da < 0 && db < 0)
                    (from, to) = (1, 0);
                else if (da < 0)
                    from = Math.Max(from, da / (da - db));
                else if (db < 0)
                    to = Math.Min(to, da / (da - db));
            }
            if (from > to)
                continue;
            var (start, end) = (At(a, b, from), At(a, b, to));
            if (piece.Count == 0 || piece[^1] != start)
            {
                if (piece.Count > 1)
                    yield return piece;
                piece = [start];
            }
            piece.Add(end);
        }
        if (piece.Count > 1)
            yield return piece;
    }

    private static (double X, double Y) At((double X, double Y) a, (double X, double Y) b, double t) =>
        t <= 0 ? a : t >= 1 ? b : (a.X + (t * (b.X - a.X)), a.Y + (t * (b.Y - a.Y)));

    private static double Inside((double X, double Y) p, int side, double least, double most) =>
        side switch { 0 => p.X - least, 1 => p.Y - least, 2 => most - p.X, _ => most - p.Y };

    private static (double X, double Y) Cut((double X, double Y) a, (double X, double Y) b, double t, int side, double least, double most)
    {
        var (x, y) = (a.X + (t * (b.X - a.X)), a.Y + (t * (b.Y - a.Y)));
        return side switch { 0 => (least, y), 1 => (x, least), 2 => (most, y), _ => (x, most) };
    }
}
