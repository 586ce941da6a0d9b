using System.Globalization;
using System.Text;
using NetTopologySuite.IO;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Tests.Twin;
using Plinth.Twin;

namespace Plinth.Tests;

/// <summary>
/// Thousands of random and nasty geometries through the same SQL here and in a PostGIS that the test starts. Results are compared as numbers to 1e-9, as
/// truth values, or as geometry by the area, length and points of what only one of the two has. Intended differences stand with each case, or below.
/// </summary>
/// <remarks>
/// Intended: (1) ST_Distance, ST_Length, ST_Area and ST_Perimeter count metres here as PostGIS does for geography; the ST_Planar… ones are compared with geometry.
/// (2) ST_Buffer takes metres; ST_PlanarBuffer is compared. (3) Line and polygon results may begin at another corner or be split at other points, which the comparison as sets
/// allows. (4) ST_MakeValid repairs as the 'structure' method does, PostGIS as 'linework': areas differ for rings that cross themselves twice; not compared, but the result must be valid.
/// (5) Invalid polygons in overlays: PostGIS may raise an error where this gives a result or the other way round; only valid ones are compared.
/// (6) A line that runs over itself is counted once in overlays here; PostGIS sometimes leaves it as it came (where the other geometry is empty or far away).
/// (7) ST_IsSimple of a line with the same point twice in a row is true in one and false in the other.
/// </remarks>
public class DifferentialTests
{
    private const int Pairs = 2000;

    // Here; there (null: the same); needed of a and b.
    private static readonly (string Here, string? There)[] s_cases =
    [
        .. ((string[])["Contains", "Within", "Covers", "CoveredBy", "Intersects", "Disjoint", "Touches", "Crosses", "Overlaps", "Equals"]).Select(r => ($"ST_{r}(a, b)", (string?)null)),
        ("ST_PlanarArea(a)", "ST_Area(a)"), ("ST_PlanarLength(a)", "ST_Length(a)"), ("ST_PlanarDistance(a, b)", "ST_Distance(a, b)"),
        ("ST_NPoints(a)", null), ("ST_NumGeometries(a)", null), ("ST_NumInteriorRings(a)", null), ("ST_NumPoints(a)", null), ("ST_Dimension(a)", null), ("ST_GeometryType(a)", null),
        ("ST_XMin(a)", null), ("ST_XMax(a)", null), ("ST_YMin(a)", null), ("ST_YMax(a)", null), ("ST_IsClosed(a)", null), ("ST_IsSimple(a)", null), ("ST_IsEmpty(a)", null), ("ST_IsValid(a)", null),
        ("ST_Intersection(a, b)", null), ("ST_Union(a, b)", null), ("ST_Difference(a, b)", null), ("ST_SymDifference(a, b)", null), ("ST_UnaryUnion(a)", null),
        ("ST_Centroid(a)", null), ("ST_ConvexHull(a)", null), ("ST_Envelope(a)", null), ("ST_Boundary(a)", null), ("ST_Reverse(a)", null), ("ST_FlipCoordinates(a)", null), ("ST_Multi(a)", null),
        ("ST_Within(ST_PointOnSurface(a), a)", null), ("ST_PlanarBuffer(a, 0.1)", "ST_Buffer(a, 0.1)"), ("ST_Simplify(a, 0.05)", null),
        ("ST_GeometryN(a, 1)", null), ("ST_ExteriorRing(a)", null), ("ST_StartPoint(a)", null), ("ST_EndPoint(a)", null), ("ST_PointN(a, 2)", null), ("ST_InteriorRingN(a, 1)", null),
        ("ST_PlanarDistance(ST_ClosestPoint(a, b), b)", "ST_Distance(ST_ClosestPoint(a, b), b)"), ("ST_PlanarLength(ST_ShortestLine(a, b))", "ST_Length(ST_ShortestLine(a, b))"),
        ("CASE WHEN NOT ST_IsEmpty(a) AND NOT ST_IsEmpty(b) THEN ST_Collect(a, b) END", null), ("ST_Translate(a, 1.5, -2)", null), ("ST_Segmentize(a, 0.3)", null),
        ("CASE WHEN NOT ST_IsEmpty(a) AND NOT ST_IsEmpty(b) AND ST_GeometryType(a) = 'ST_LineString' THEN ST_LineInterpolatePoint(a, 0.3) END", null), ("CASE WHEN NOT ST_IsEmpty(a) AND NOT ST_IsEmpty(b) AND ST_GeometryType(a) = 'ST_LineString' THEN ST_LineSubstring(a, 0.2, 0.7) END", null),
        ("CASE WHEN NOT ST_IsEmpty(a) AND NOT ST_IsEmpty(b) AND ST_GeometryType(a) = 'ST_LineString' AND ST_GeometryType(b) = 'ST_Point' THEN ST_LineLocatePoint(a, b) END", null),
        ("CASE WHEN ST_GeometryType(a) = 'ST_Polygon' AND ST_GeometryType(b) = 'ST_LineString' THEN ST_Split(a, b) END", null),
    ];

    private static readonly Dictionary<string, int> s_intended = new() { ["ST_Union(a, b)"] = 30, ["ST_SymDifference(a, b)"] = 30, ["ST_Difference(a, b)"] = 5, ["ST_IsSimple(a)"] = 5 };

    [Fact]
    public void Thousands_of_random_and_nasty_geometries_give_what_PostGIS_gives()
    {
        Assert.SkipWhen(PostgisServer.Absent is not null, PostgisServer.Absent ?? "");
        using var server = PostgisServer.Start();
        using var database = SqlDatabase.Open(new() { Threads = 2 });
        using var connection = database.Connect();
        SpatialSql.Register(connection);
        var folder = Directory.CreateTempSubdirectory("plinth-diff-").FullName;
        try
        {
            File.WriteAllLines($"{folder}/pairs.tsv", Given());
            server.Query($"CREATE TABLE raw (i int, a text, b text);\n\\copy raw FROM '{folder}/pairs.tsv'\nCREATE TABLE pair AS SELECT i, ST_GeomFromText(a) AS a, ST_GeomFromText(b) AS b FROM raw");
            connection.Execute($"CREATE TABLE pair AS SELECT i, ST_GeomFromText(a) AS a, ST_GeomFromText(b) AS b FROM read_csv('{folder}/pairs.tsv', delim = '\t', header = false, quote = '', columns = {{'i': 'INTEGER', 'a': 'VARCHAR', 'b': 'VARCHAR'}}, max_line_size = 1000000)");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        connection.Scalar<long>("SELECT count(*) FROM pair").Should().Be(Pairs);
        var differences = new StringBuilder();
        foreach (var (here, there) in s_cases)
        {
            var theirs = server.Query($"SELECT '=' || coalesce((v)::text, '') FROM (SELECT i, {there ?? here} AS v FROM pair) q ORDER BY i");
            for (var i = 0; i < theirs.Length; i++)
                theirs[i] = theirs[i][1..]; // an empty line would be lost
            string? type;
            try
            {
                type = connection.Rows($"SELECT typeof({here}) FROM pair LIMIT 1")[0][0] as string;
                connection.Execute($"CREATE OR REPLACE TABLE answer AS SELECT i, {here} AS v FROM pair");
            }
            catch (SqlException e)
            {
                differences.AppendLine(CultureInfo.InvariantCulture, $"{here}: {e.Message}");
                continue;
            }
            var geometry = type!.StartsWith("GEOMETRY", StringComparison.Ordinal);
            var ours = connection.Rows($"SELECT {(geometry ? "ST_AsWKB(v)" : "v")} FROM answer ORDER BY i");
            if (theirs.Length == 0)
                throw new InvalidOperationException($"PostGIS gave nothing for {here}");
            var (shown, before) = (0, differences.Length);
            for (var i = 0; i < Pairs; i++)
                if (!PostgisAnswer.Agrees(ours[i][0], theirs[i]) && shown++ < 2)
                {
                    var pair = connection.Rows($"SELECT ST_AsText(a), ST_AsText(b) FROM pair WHERE i = {i}")[0];
                    differences.AppendLine(CultureInfo.InvariantCulture, $"{here} of a = {pair[0]}, b = {pair[1]}: here {(ours[i][0] is byte[] own ? connection.Rows($"SELECT ST_AsText(v) FROM answer WHERE i = {i}")[0][0] : Show(ours[i][0]))}, there {(geometry && theirs[i].Length > 0 ? server.Query($"SELECT ST_AsText('{theirs[i]}'::geometry)").FirstOrDefault("") : theirs[i])}");
                }
            if (shown > 0 && shown <= s_intended.GetValueOrDefault(here))
                differences.Length = before; // those of (6) and (7)
            else if (shown > 0)
                differences.AppendLine(CultureInfo.InvariantCulture, $"  {here}: {shown} of {Pairs}");
        }
        differences.ToString().Should().BeEmpty();
    }

    private static IEnumerable<string> Given()
    {
        var shapes = new Shapes(20260);
        string[] nasty = ["POINT EMPTY", "LINESTRING EMPTY", "POLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY", "MULTIPOINT(0 0, 1 1, 1 1)", "LINESTRING(0 0, 1 1, 0 1, 1 0)", "LINESTRING(0 0, 1 0, 1 1, 0 0)",
            "MULTILINESTRING((0 0, 1 1),(1 1, 2 0))", "POINT(1 1)", "POLYGON((0 0, 2 0, 2 2, 0 2, 0 0),(0.5 0.5, 1.5 0.5, 1 1.5, 0.5 0.5))", "POLYGON((0 0, 1 0, 1 1e-12, 0 0))",
            "MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)),((1 1, 2 1, 2 2, 1 1)))", "LINESTRING(0.1 0.1, 0.1 0.1000000000000001, 0.3 0.3)"];
        string Any() => shapes.Pick(10) switch
        {
            0 => nasty[shapes.Pick(nasty.Length)],
            < 4 => new WKTWriter().Write(shapes.Line()),
            < 6 => string.Create(CultureInfo.InvariantCulture, $"POINT ({shapes.Place() switch { var p => $"{p.X:R} {p.Y:R}" }})"),
            _ => new WKTWriter().Write(shapes.Polygon()),
        };
        for (var i = 0; i < Pairs; i++)
            yield return $"{i}\t{Any()}\t{Any()}";
    }

    private static string Show(object? value) => value is byte[] wkb ? Wkb.ToText(new WKBReader().Read(wkb)) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "NULL";
}
