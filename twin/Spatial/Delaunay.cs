using NetTopologySuite.Geometries;
using NetTopologySuite.Triangulate;
using NetTopologySuite.Triangulate.QuadEdge;

namespace Plinth.Twin;

/// <summary>The Delaunay triangles of a geometry's corners, up to the corners' convex hull.</summary>
internal static class Delaunay
{
    /// <summary>
    /// The library's own builder begins with a triangle about ten times as wide as the sites; long flat triangles along the hull then belong to it, and are missed. About one this much wider they are not;
    /// the tests of circles are exact enough for its size.
    /// </summary>
    private const double FrameWidths = 1e5;

    public static Geometry Of(Geometry sites)
    {
        var corners = DelaunayTriangulationBuilder.ExtractUniqueCoordinates(sites);
        var box = DelaunayTriangulationBuilder.Envelope(corners);
        box.ExpandBy(Math.Max(box.Width, box.Height) * FrameWidths / 20);
        var mesh = new QuadEdgeSubdivision(box, 0);
        new IncrementalDelaunayTriangulator(mesh).InsertSites(DelaunayTriangulationBuilder.ToVertices(corners));
        return mesh.GetTriangles(sites.Factory);
    }
}
