using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;

namespace Plinth.Twin.Tiles;

/// <summary>Whether whole-numbered rings make valid polygons, quickly for what is common; and repair.</summary>
internal static class RingCheck
{
    /// <summary>Edges up to which all pairs are compared.</summary>
    private const int FewEdges = 96;

    private static readonly GeometryFactory s_factory = new(new PrecisionModel(1));

    /// <summary>True where no two edges meet but neighbours at their common point. False only says that it takes a closer look.</summary>
    public static bool IsPlainlyValid(List<(int X, int Y)> points, List<int> starts)
    {
        if (starts.Count == 1 && IsConvex(points))
            return true;
        if (points.Count > FewEdges)
            return false;
        for (var ra = 0; ra < starts.Count; ra++)
            for (var rb = ra; rb < starts.Count; rb++)
            {
                var (a0, a1) = (starts[ra], ra + 1 < starts.Count ? starts[ra + 1] : points.Count);
                var (b0, b1) = (starts[rb], rb + 1 < starts.Count ? starts[rb + 1] : points.Count);
                for (var i = a0; i < a1; i++)
                    for (var j = ra == rb ? i + 1 : b0; j < b1; j++)
                    {
                        var (p, q) = (points[i], points[i + 1 < a1 ? i + 1 : a0]);
                        var (r, s) = (points[j], points[j + 1 < b1 ? j + 1 : b0]);
                        if (ra == rb && (j == i + 1 || (i == a0 && j == a1 - 1)))
                        {
                            // Neighbours may only not turn back on themselves.
                            var (first, middle, last) = j == i + 1 ? (p, q, s) : (r, p, q);
                            if (Cross(first, middle, last) == 0 && Dot(first, middle, last) <= 0)
                                return false;
                        }
                        else if (Meet(p, q, r, s))
                        {
                            return false;
                        }
                    }
            }
        return true;
    }

    /// <summary>The same area as valid polygons with whole-numbered corners: outlines clockwise on the screen, holes the other way.</summary>
    public static void Repair(List<(int X, int Y)> points, List<int> starts)
    {
        var fixedShape = Fix(ToPolygons(points, starts));
        points.Clear();
        starts.Clear();
        for (var i = 0; i < fixedShape.NumGeometries; i++)
            if (fixedShape.GetGeometryN(i) is Polygon { IsEmpty: false } polygon)
            {
                Add(polygon.ExteriorRing, outline: true);
                foreach (var hole in polygon.InteriorRings)
                    Add(hole, outline: false);
            }

        void Add(LineString ring, bool outline)
        {
            starts.Add(points.Count);
            var corners = ring.Coordinates.AsEnumerable().Take(ring.NumPoints - 1).Select(c => ((int)Math.Round(c.X), (int)Math.Round(c.Y)));
            // In tiles y runs down: counter-clockwise in the plain sense is what the standard calls an outline.
            points.AddRange(NetTopologySuite.Algorithm.Orientation.IsCCW(ring.CoordinateSequence) == outline ? corners : corners.Reverse());
        }
    }

    private static Geometry Fix(Geometry shape)
    {
        if (shape.IsValid)
            return shape;
        var repaired = GeometryPrecisionReducer(GeometryFixer.Fix(shape));
        return repaired.IsValid ? repaired : GeometryPrecisionReducer(repaired.Buffer(0));
    }

    private static Geometry GeometryPrecisionReducer(Geometry shape) => NetTopologySuite.Precision.GeometryPrecisionReducer.Reduce(shape, s_factory.PrecisionModel);

    /// <summary>Outlines with the holes that follow them.</summary>
    private static Geometry ToPolygons(List<(int X, int Y)> points, List<int> starts)
    {
        var polygons = new List<Polygon>();
        LinearRing? outline = null;
        var holes = new List<LinearRing>();
        for (var i = 0; i < starts.Count; i++)
        {
            var end = i + 1 < starts.Count ? starts[i + 1] : points.Count;
            var ring = s_factory.CreateLinearRing([.. points[starts[i]..end].Append(points[starts[i]]).Select(p => new Coordinate(p.X, p.Y))]);
            if (Area(points, starts[i], end) > 0 || outline is null)
            {
                if (outline is not null)
                    polygons.Add(s_factory.CreatePolygon(outline, [.. holes]));
                (outline, holes) = (ring, []);
            }
            else
            {
                holes.Add(ring);
            }
        }
        if (outline is not null)
            polygons.Add(s_factory.CreatePolygon(outline, [.. holes]));
        return polygons.Count == 1 ? polygons[0] : s_factory.CreateMultiPolygon([.. polygons]);
    }

    /// <summary>Twice the area, positive for an outline.</summary>
    public static long Area(List<(int X, int Y)> points, int start, int end)
    {
        long twice = 0;
        for (var i = start; i < end; i++)
        {
            var (a, b) = (points[i], points[i + 1 < end ? i + 1 : start]);
            twice += ((long)a.X * b.Y) - ((long)b.X * a.Y);
        }
        return twice;
    }

    private static bool IsConvex(List<(int X, int Y)> points)
    {
        if (points.Count > 8)
            return false;
        // All turns to one side, once round.
        var turns = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var (a, b, c) = (points[i], points[(i + 1) % points.Count], points[(i + 2) % points.Count]);
            if (Cross(a, b, c) <= 0)
                return false;
            if (b.X < a.X != c.X < b.X)
                turns++;
        }
        return turns <= 2;
    }

    private static long Cross((int X, int Y) a, (int X, int Y) b, (int X, int Y) c) => ((long)(b.X - a.X) * (c.Y - a.Y)) - ((long)(b.Y - a.Y) * (c.X - a.X));

    private static long Dot((int X, int Y) a, (int X, int Y) b, (int X, int Y) c) => ((long)(b.X - a.X) * (c.X - b.X)) + ((long)(b.Y - a.Y) * (c.Y - b.Y));

    private static bool Meet((int X, int Y) p, (int X, int Y) q, (int X, int Y) r, (int X, int Y) s)
    {
        if (Math.Max(p.X, q.X) < Math.Min(r.X, s.X) || Math.Max(r.X, s.X) < Math.Min(p.X, q.X) || Math.Max(p.Y, q.Y) < Math.Min(r.Y, s.Y) || Math.Max(r.Y, s.Y) < Math.Min(p.Y, q.Y))
            return false;
        var (a, b, c, d) = (Math.Sign(Cross(p, q, r)), Math.Sign(Cross(p, q, s)), Math.Sign(Cross(r, s, p)), Math.Sign(Cross(r, s, q)));
        return a * b <= 0 && c * d <= 0;
    }
}
