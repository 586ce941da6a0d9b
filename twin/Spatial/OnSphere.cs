using NetTopologySuite.Geometries;

namespace Plinth.Twin;

/// <summary>Nearest points of wide or far geometries, by great circles on the unit sphere; measured on the ellipsoid.</summary>
internal static class OnSphere
{
    private const double Degree = Math.PI / 180;

    private readonly record struct Unit(double X, double Y, double Z)
    {
        public static Unit Of(Coordinate at)
        {
            var (sine, cosine) = Math.SinCos(at.Y * Degree);
            var (sineL, cosineL) = Math.SinCos(at.X * Degree);
            return new(cosine * cosineL, cosine * sineL, sine);
        }

        public double Longitude => Math.Atan2(Y, X) / Degree;

        public double Latitude => Math.Atan2(Z, Math.Sqrt((X * X) + (Y * Y))) / Degree;

        public double Dot(Unit o) => (X * o.X) + (Y * o.Y) + (Z * o.Z);

        public Unit Cross(Unit o) => new((Y * o.Z) - (Z * o.Y), (Z * o.X) - (X * o.Z), (X * o.Y) - (Y * o.X));

        public double Squared(Unit o) => ((X - o.X) * (X - o.X)) + ((Y - o.Y) * (Y - o.Y)) + ((Z - o.Z) * (Z - o.Z));

        public Unit Scale(double factor) => new(X * factor, Y * factor, Z * factor);
    }

    public static double Between(Geometry a, Geometry b)
    {
        if (a.Intersects(b))
            return 0;
        var (edgesA, edgesB) = (Edges(a), Edges(b));
        var best = double.PositiveInfinity;
        // From several starts: each walks to a nearest pair by turns; the shortest counts.
        foreach (var start in Starts(edgesA))
        {
            var p = start;
            var previous = double.PositiveInfinity;
            for (var turn = 0; turn < 50; turn++)
            {
                var q = Nearest(edgesB, p);
                p = Nearest(edgesA, q);
                var chord = p.Squared(q);
                if (!(chord < previous - 1e-18))
                    break;
                previous = chord;
                best = Math.Min(best, Geodesic.Distance(p.Longitude, p.Latitude, q.Longitude, q.Latitude));
            }
        }
        return best;
    }

    private static IEnumerable<Unit> Starts(List<(Unit From, Unit To)> edges)
    {
        var step = Math.Max(1, edges.Count / 8);
        for (var i = 0; i < edges.Count; i += step)
            yield return edges[i].From;
    }

    private static Unit Nearest(List<(Unit From, Unit To)> edges, Unit to)
    {
        var (best, distance) = (to, double.PositiveInfinity);
        foreach (var (from, end) in edges)
        {
            var candidate = OnArc(from, end, to);
            if (candidate.Squared(to) is var d && d < distance)
                (best, distance) = (candidate, d);
        }
        return best;
    }

    /// <summary>The point of an arc nearest to another: its foot on the great circle where that lies between the ends, else an end.</summary>
    private static Unit OnArc(Unit from, Unit to, Unit at)
    {
        var normal = from.Cross(to);
        var square = normal.Dot(normal);
        if (square > 1e-24)
        {
            var lift = at.Dot(normal) / square;
            var foot = new Unit(at.X - (lift * normal.X), at.Y - (lift * normal.Y), at.Z - (lift * normal.Z));
            var length = Math.Sqrt(foot.Dot(foot));
            if (length > 1e-12 && from.Cross(foot).Dot(normal) >= 0 && foot.Cross(to).Dot(normal) >= 0)
                return foot.Scale(1 / length);
        }
        return from.Squared(at) <= to.Squared(at) ? from : to;
    }

    private static List<(Unit From, Unit To)> Edges(Geometry geometry)
    {
        var edges = new List<(Unit, Unit)>();
        geometry.Apply(new EdgeFilter(edges));
        return edges;
    }

    private sealed class EdgeFilter(List<(Unit, Unit)> edges) : IGeometryComponentFilter
    {
        public void Filter(Geometry geometry)
        {
            if (geometry is Point { IsEmpty: false } point)
                edges.Add((Unit.Of(point.Coordinate), Unit.Of(point.Coordinate)));
            if (geometry is not LineString line)
                return;
            for (var i = 1; i < line.NumPoints; i++)
                edges.Add((Unit.Of(line.GetCoordinateN(i - 1)), Unit.Of(line.GetCoordinateN(i))));
        }
    }
}
