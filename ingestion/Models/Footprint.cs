namespace Plinth.Ingestion.Models;

/// <summary>The outline of a city object on the ground, in the source's CRS.</summary>
/// <remarks>
/// Taken from the first of these that there is: surfaces whose semantics say that they lie on the ground; all surfaces, where the object is a
/// carpet without walls (roads, land use); the lowest roughly horizontal surfaces, where they span most of the object; roof surfaces, likewise; surfaces that face up, likewise
/// (models without floors); the convex hull of all corners. Surfaces that share edges are joined by dropping those edges; no other union is made.
/// </remarks>
internal static class Footprint
{
    private const double HorizontalCosine = 0.9;
    private const double WallCosine = 0.1;
    private const double LowestBand = 0.5;
    private const double SpanNeeded = 0.6;

    private static readonly string[] GroundKinds = ["GroundSurface", "WaterSurface", "WaterGroundSurface", "TrafficArea", "AuxiliaryTrafficArea"];

    /// <summary>Polygons: exterior ring counter-clockwise, then holes. Empty where the object has no area.</summary>
    public static List<List<Position[]>> Of(CityGeometry geometry)
    {
        var faces = geometry.Surfaces.ConvertAll(Face.Of);
        var chosen = Choose(geometry, faces);
        var polygons = Dissolve.Join([.. chosen.Select(f => f.Plan()).OfType<List<Position[]>>()]);
        if (polygons.Count > 0)
            return polygons;
        var hull = Rings.Hull(geometry.Corners.Select(c => new Position(c.X, c.Y)));
        return hull.Count < 3 ? [] : [[[.. hull]]];
    }

    /// <summary>The lowest and the highest point: of ground and roof surfaces where semantics name them.</summary>
    public static (double Ground, double Roof)? Heights(CityGeometry geometry)
    {
        var all = geometry.Corners.Select(c => c.Z).DefaultIfEmpty(double.NaN).ToList();
        if (double.IsNaN(all[0]))
            return null;
        var ground = Of("GroundSurface").DefaultIfEmpty(all.Min()).Min();
        var roof = Of("RoofSurface").DefaultIfEmpty(all.Max()).Max();
        return (ground, Math.Max(ground, roof));

        IEnumerable<double> Of(string kind) => geometry.Surfaces.Where(s => s.Kind == kind).SelectMany(s => s.Rings).SelectMany(r => r).Select(c => c.Z);
    }

    private static List<Face> Choose(CityGeometry geometry, List<Face> faces)
    {
        if (faces.FindAll(f => GroundKinds.Contains(f.Surface.Kind)) is { Count: > 0 } ground)
            return ground;
        var area = faces.Sum(f => f.Area);
        if (!geometry.IsSolid && faces.Where(f => f.Slope < WallCosine).Sum(f => f.Area) < 0.05 * area)
            return faces.FindAll(f => f.Slope >= WallCosine);
        var level = faces.FindAll(f => f.Slope >= HorizontalCosine);
        var lowest = level.Count == 0 ? [] : level.FindAll(f => f.MeanHeight <= level.Min(l => l.MeanHeight) + LowestBand);
        if (Spans(lowest, faces))
            return lowest;
        var roofs = faces.FindAll(f => f.Surface.Kind == "RoofSurface" && f.Slope >= WallCosine);
        if (Spans(roofs, faces))
            return roofs;
        var upward = faces.FindAll(f => f.FacesUp && f.Slope >= WallCosine);
        return Spans(upward, faces) ? upward : [];
    }

    private static bool Spans(List<Face> some, List<Face> all) => some.Count > 0 && Span(some) >= SpanNeeded * Span(all);

    private static double Span(List<Face> faces)
    {
        var corners = faces.SelectMany(f => f.Surface.Rings[0]).ToList();
        return (corners.Max(c => c.X) - corners.Min(c => c.X)) * (corners.Max(c => c.Y) - corners.Min(c => c.Y));
    }

    /// <summary>A surface with its area, its slope (cosine of the angle to the horizontal: 1 flat, 0 a wall) and mean height.</summary>
    private sealed record Face(Surface Surface, double Area, double Slope, double MeanHeight, bool FacesUp)
    {
        public static Face Of(Surface surface)
        {
            // Newell's normal, from the first corner, so that large coordinates do not eat its digits.
            var (ring, nx, ny, nz, z) = (surface.Rings[0], 0.0, 0.0, 0.0, 0.0);
            var degrees = Math.Abs(ring[0].X) <= 180 && Math.Abs(ring[0].Y) <= 90 ? 111_320.0 : 1;
            for (var i = 0; i < ring.Length; i++)
            {
                var (a, b) = (Local(ring[i]), Local(ring[(i + 1) % ring.Length]));
                nx += (a.Y - b.Y) * (a.Z + b.Z);
                ny += (a.Z - b.Z) * (a.X + b.X);
                nz += (a.X - b.X) * (a.Y + b.Y);
                z += ring[i].Z / ring.Length;
            }
            var length = Math.Sqrt(nx * nx + ny * ny + nz * nz);
            return new(surface, length / 2, length > 0 ? Math.Abs(nz) / length : 0, z, nz > 0);

            Corner Local(Corner c) => new((c.X - ring[0].X) * degrees, (c.Y - ring[0].Y) * degrees, c.Z - ring[0].Z);
        }

        /// <summary>Seen from above: exterior counter-clockwise, holes clockwise; null where nothing is seen.</summary>
        public List<Position[]>? Plan()
        {
            var rings = Surface.Rings.ConvertAll(ring => Array.ConvertAll(ring, c => new Position(c.X, c.Y)));
            if (Rings.SignedArea(rings[0]) == 0)
                return null;
            for (var i = 0; i < rings.Count; i++)
                if (Rings.SignedArea(rings[i]) > 0 != (i == 0))
                    Array.Reverse(rings[i]);
            return rings;
        }
    }
}
