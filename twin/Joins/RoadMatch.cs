namespace Plinth.Twin.Joins;

/// <summary>Which road a point is on: the nearest line or, where the direction of travel is known, the nearest that runs that way.</summary>
internal static class RoadMatch
{
    /// <summary>Metres that a road counts as farther away for each degree between its direction and the point's.</summary>
    private const double MetresPerDegree = 0.25;

    internal readonly record struct Match(int Item, double Metres, double Fraction, double X, double Y, double Heading, double Cost);

    /// <summary>Roads within so many metres, the most likely first.</summary>
    /// <param name="heading">Degrees clockwise from north; negative: not known. Roads count in both directions.</param>
    public static List<Match> Find(SpatialLayer layer, double x, double y, double heading, double metres)
    {
        if (heading > 360)
            throw new ArgumentException($"the heading is {heading}; it must be 0 to 360 degrees from north, or negative where it is not known");
        NearestSearch.Own.FindWithin(layer, x, y, metres);
        var matches = new List<Match>(NearestSearch.Own.Found.Count);
        foreach (var (item, away) in NearestSearch.Own.Found)
        {
            var wkb = layer.Geometry[item];
            var nearest = NearestPoint.On(wkb, x, y);
            var turn = heading < 0 ? 0 : Math.Abs(((heading - nearest.Heading + 540) % 360) - 180);
            matches.Add(new(item, away, Fraction(wkb, nearest.Position), nearest.X, nearest.Y, nearest.Heading, away + (MetresPerDegree * Math.Min(turn, 180 - turn))));
        }
        matches.Sort((a, b) => a.Cost != b.Cost ? a.Cost.CompareTo(b.Cost) : a.Item.CompareTo(b.Item));
        return matches;
    }

    /// <summary>How far along the line, by metres, 0 to 1.</summary>
    private static double Fraction(ReadOnlySpan<byte> wkb, (int Segment, double Along) position)
    {
        var shape = new Shape();
        shape.Take(wkb);
        var (before, all) = (0.0, 0.0);
        for (var i = 0; i < shape.Edges.Length; i++)
        {
            var edge = shape.Edges[i];
            var length = Metres.Between(edge.X1, edge.Y1, edge.X2, edge.Y2);
            before += i < position.Segment ? length : i == position.Segment ? length * position.Along : 0;
            all += length;
        }
        return all > 0 ? before / all : 0;
    }
}
