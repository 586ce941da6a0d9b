using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.OverlayNG;
using NetTopologySuite.Operation.Union;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin;

/// <summary>Aggregates over geometry: macros that gather a group's WKB in a list, and a function that makes one of it. NULLs are left out; a group of none gives NULL.</summary>
internal static class Aggregates
{
    /// <summary>DuckDB's macros may hold aggregates. ST_Union is both: of two geometries a function, of a group an aggregate, by its number of arguments.</summary>
    private const string Macros = """
        CREATE OR REPLACE MACRO ST_Union_Agg(geom) AS twin_union(list(ST_AsWKB(geom)));
        CREATE OR REPLACE MACRO ST_Intersection_Agg(geom) AS twin_intersection(list(ST_AsWKB(geom)));
        CREATE OR REPLACE MACRO ST_MemUnion(geom) AS twin_union(list(ST_AsWKB(geom)));
        CREATE OR REPLACE MACRO ST_Collect_Agg(geom) AS twin_collect(list(ST_AsWKB(geom)));
        CREATE OR REPLACE MACRO ST_Extent_Agg(geom) AS twin_extent(list(ST_AsWKB(geom)));
        CREATE OR REPLACE MACRO ST_Envelope_Agg(geom) AS twin_extent(list(ST_AsWKB(geom)));
        CREATE OR REPLACE MACRO ST_Extent(geom) AS twin_extent(list(ST_AsWKB(geom)));
        CREATE OR REPLACE MACRO ST_ConvexHull_Agg(geom) AS ST_ConvexHull(twin_collect(list(ST_AsWKB(geom))));
        CREATE OR REPLACE MACRO ST_MakeLine_Agg(geom) AS twin_line(list(ST_AsWKB(geom)));
        """;

    public static void Register(SqlConnection connection)
    {
        Of(connection, "twin_union", all => UnaryUnionOp.Union(all) is { } union ? union : null);
        Of(connection, "twin_intersection", all => all.Aggregate((a, b) => Overlays.Of(a, b, NetTopologySuite.Operation.Overlay.SpatialFunction.Intersection)));
        Of(connection, "twin_collect", Collect);
        Of(connection, "twin_extent", all =>
        {
            var box = new Envelope();
            foreach (var one in all)
                box.ExpandToInclude(one.EnvelopeInternal);
            return box.IsNull ? null : all[0].Factory.ToGeometry(box);
        });
        Of(connection, "twin_line", all => all[0].Factory.CreateLineString([.. all.SelectMany(g => g is Point or LineString or MultiPoint ? g.Coordinates
            : throw new ArgumentException($"a line is made of points and lines, not of a {g.GeometryType}"))]));
        connection.Execute(Macros);
    }

    /// <summary>A multi geometry where all are of one single kind, else a collection, as PostGIS.</summary>
    public static Geometry Collect(IReadOnlyList<Geometry> all)
    {
        var factory = all[0].Factory;
        return all.All(g => g is Point) ? factory.CreateMultiPoint([.. all.Cast<Point>()])
            : all.All(g => g is LineString) ? factory.CreateMultiLineString([.. all.Cast<LineString>()])
            : all.All(g => g is Polygon) ? factory.CreateMultiPolygon([.. all.Cast<Polygon>()])
            : factory.CreateGeometryCollection([.. all]);
    }

    private static void Of(SqlConnection connection, string name, Func<List<Geometry>, Geometry?> of) =>
        connection.Register(new ScalarFunction(name, [SqlType.BlobList], SqlType.Geometry, SqlGeometry.Each(name, (input, row) =>
        {
            var all = new List<Geometry>();
            foreach (var wkb in input[0].Items(row))
                all.Add(Wkb.Read(wkb));
            return all.Count > 0 && of(all) is { } made ? Wkb.Write(made) : null;
        })));
}
