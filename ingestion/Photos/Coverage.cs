namespace Plinth.Ingestion.Photos;

/// <summary>How often ground is seen: outlines drawn into a grid of cells.</summary>
internal sealed class Coverage
{
    private const int Side = 512;

    private readonly int[] _counts;
    private readonly double _cell;
    private readonly long _covered;

    private Coverage(int[] counts, double cell) => (_counts, _cell, _covered) = (counts, cell, counts.LongCount(c => c > 0));

    /// <summary>Of outlines in metres; null where there are none.</summary>
    public static Coverage? Of(IReadOnlyList<List<Position>> outlines)
    {
        if (outlines.Count == 0)
            return null;
        var (minX, minY) = (outlines.Min(o => o.Min(p => p.X)), outlines.Min(o => o.Min(p => p.Y)));
        var cell = Math.Max(outlines.Max(o => o.Max(p => p.X)) - minX, outlines.Max(o => o.Max(p => p.Y)) - minY) / Side;
        if (!(cell > 0) || !double.IsFinite(cell))
            return null;
        var counts = new int[Side * Side];
        foreach (var outline in outlines)
            Draw(outline, minX, minY, cell, counts);
        return new(counts, cell);
    }

    /// <summary>Square metres that at least one photo sees.</summary>
    public double Area => _covered * _cell * _cell;

    /// <summary>Photos that see a place, on average over the ground that is seen.</summary>
    public double? MeanViews => _covered == 0 ? null : _counts.Sum(c => (long)c) / (double)_covered;

    /// <summary>Share of the ground seen that so many photos see.</summary>
    public double? Share(int photos) => _covered == 0 ? null : _counts.LongCount(c => c >= photos) / (double)_covered;

    /// <summary>Counts the cells whose middle lies inside (even-odd rule), row by row.</summary>
    private static void Draw(List<Position> outline, double minX, double minY, double cell, int[] counts)
    {
        var crossings = new List<double>();
        for (var row = 0; row < Side; row++)
        {
            var y = minY + (row + 0.5) * cell;
            crossings.Clear();
            for (int i = 0, j = outline.Count - 1; i < outline.Count; j = i++)
                if (outline[i].Y > y != outline[j].Y > y)
                    crossings.Add((outline[j].X - outline[i].X) * (y - outline[i].Y) / (outline[j].Y - outline[i].Y) + outline[i].X);
            crossings.Sort();
            for (var k = 0; k + 1 < crossings.Count; k += 2)
            {
                var from = Math.Max(0, (int)Math.Ceiling((crossings[k] - minX) / cell - 0.5));
                var to = Math.Min(Side - 1, (int)Math.Floor((crossings[k + 1] - minX) / cell - 0.5));
                for (var column = from; column <= to; column++)
                    counts[row * Side + column]++;
            }
        }
    }
}
