using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Overlay;
using NetTopologySuite.Operation.OverlayNG;

namespace Plinth.Twin;

/// <summary>Overlays that do not fail on nearly coincident edges: exact first, then snapped as little as it takes.</summary>
internal static class Overlays
{
    public static Geometry Of(Geometry a, Geometry b, SpatialFunction function) =>
        a is GeometryCollection { GeometryType: "GeometryCollection" } || b is GeometryCollection { GeometryType: "GeometryCollection" }
            ? Mixed(a, b, function) : OverlayNGRobust.Overlay(a, b, function);

    /// <summary>Collections: each is first made one set of points, lines and polygons; then kind by kind.</summary>
    private static Geometry Mixed(Geometry a, Geometry b, SpatialFunction function)
    {
        var (left, right) = (Parts(a), Parts(b));
        Geometry empty = a.Factory.CreateGeometryCollection();
        return function switch
        {
            SpatialFunction.Union => Join([.. left, .. right], a.Factory),
            SpatialFunction.Intersection => Join([.. left.SelectMany(l => right.Select(r => OverlayNGRobust.Overlay(l, r, function)))], a.Factory),
            SpatialFunction.Difference => Join([.. left.Select(l => right.Aggregate(l, (rest, r) => OverlayNGRobust.Overlay(rest, r, function)))], a.Factory),
            _ => Join([Mixed(a, b, SpatialFunction.Difference), Mixed(b, a, SpatialFunction.Difference)], a.Factory),
        } ?? empty;
    }

    private static List<Geometry> Parts(Geometry of) => of is GeometryCollection { GeometryType: "GeometryCollection" } all
        ? [.. all.Geometries.SelectMany(Parts)] : of.IsEmpty ? [] : [of];

    private static Geometry? Join(List<Geometry> parts, GeometryFactory factory) =>
        NetTopologySuite.Operation.Union.UnaryUnionOp.Union(parts.SelectMany(Parts).ToList(), factory);
}
