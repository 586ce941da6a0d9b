using System.Globalization;
using System.Text;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using Plinth.Lakehouse.Engine;
using Plinth.Tests.Twin;
using Plinth.Twin;

namespace Plinth.Tests;

/// <summary>
/// What is made of whole sets – meshes, cells, clusters, polygons out of lines, aggregates – beside a PostGIS that the test starts. Parts of a result are compared
/// without regard to their order, each as a set of points.
/// </summary>
public class DerivedShapesTests
{
    private const int Sets = 150;

    // Here; there. Columns: points (a MultiPoint), lines (a MultiLineString, at times crossing), area (a polygon), i.
    private static readonly (string Here, string There)[] s_cases =
    [
        ("ST_PlanarArea(ST_DelaunayTriangles(points))", "ST_Area(ST_ConvexHull(points))"),
        ("ST_Polygonize(ST_Node(lines))", "ST_Polygonize(ARRAY[ST_Node(lines)])"),
        ("ST_LineMerge(lines)", "ST_LineMerge(lines)"),
        ("ST_Node(lines)", "ST_Node(lines)"),
        ("ST_SimplifyPreserveTopology(area, 0.05)", "ST_SimplifyPreserveTopology(area, 0.05)"),
        ("ST_SimplifyPreserveTopology(lines, 0.1)", "ST_SimplifyPreserveTopology(lines, 0.1)"),
        ("ST_CollectionExtract(ST_Collect(points, area), 3)", "ST_CollectionExtract(ST_Collect(points, area), 3)"),
        ("ST_Square(0.3, i, -i)", "ST_Square(0.3, i, -i)"), ("ST_Hexagon(0.3, i, -i)", "ST_Hexagon(0.3, i, -i)"),
        ("ST_PlanarArea(ST_ConvexHull(points))", "ST_Area(ST_ConvexHull(points))"),
    ];

    [Fact]
    public void Meshes_cells_clusters_and_aggregates_are_those_of_PostGIS()
    {
        Assert.SkipWhen(PostgisServer.Absent is not null, PostgisServer.Absent ?? "");
        using var server = PostgisServer.Start();
        using var database = SqlDatabase.Open(new() { Threads = 2 });
        using var connection = database.Connect();
        SpatialSql.Register(connection);
        Load(server, connection);
        var differences = new StringBuilder();
        foreach (var (here, there) in s_cases)
            Compare(differences, here, connection.Rows($"SELECT {(here.StartsWith("ST_Planar", StringComparison.Ordinal) ? here : $"ST_AsWKB({here})")} FROM given ORDER BY i"), server.Query($"SELECT '=' || coalesce(({there})::text, '') FROM given ORDER BY i"));

        // Always whole up to the hull here; PostGIS leaves long flat triangles along it out of some meshes: those are not compared.
        var whole = server.Query("SELECT i FROM given WHERE abs(ST_Area(ST_DelaunayTriangles(points)) - ST_Area(ST_ConvexHull(points))) < 1e-12 ORDER BY i");
        whole.Length.Should().BeGreaterThan(Sets / 2);
        var sets = string.Join(", ", whole);
        Compare(differences, "ST_DelaunayTriangles", connection.Rows($"SELECT ST_AsWKB(ST_DelaunayTriangles(points)) FROM given WHERE i IN ({sets}) ORDER BY i"), server.Query($"SELECT '=' || ST_DelaunayTriangles(points)::text FROM given WHERE i IN ({sets}) ORDER BY i"));

        // A cell each for a site: by the area of what only one of the two has, as their corners may differ where four sites lie on one circle.
        Compare(differences, "ST_VoronoiPolygons", Dumped(connection, "ST_VoronoiPolygons(points)"), DumpedThere(server, "ST_VoronoiPolygons(points)"));
        foreach (var grid in (string[])["ST_SquareGrid", "ST_HexagonGrid"])
            Compare(differences, grid, connection.Rows($"SELECT ST_AsWKB(c.geom) FROM (SELECT i AS s, unnest({grid}(0.21, area)) AS c FROM given) ORDER BY s, c.i, c.j"),
                server.Query($"SELECT '=' || (c.geom)::text FROM (SELECT i AS s, {grid}(0.21, area) AS c FROM given) q ORDER BY s, (c).i, (c).j".Replace("(c.geom)", "((c).geom)", StringComparison.Ordinal)));
        foreach (var (eps, least) in ((double, int)[])[(0.05, 2), (0.1, 4), (0.3, 1), (0.02, 3)])
            Compare(differences, $"ST_ClusterDBSCAN {eps} {least}", connection.Rows(string.Create(CultureInfo.InvariantCulture, $"SELECT cid FROM ST_ClusterDBSCAN('site', {eps}, {least}) ORDER BY n")),
                ByFirstMember(server.Query(string.Create(CultureInfo.InvariantCulture, $"SELECT '=' || coalesce(cid::text, '') FROM (SELECT n, ST_ClusterDBSCAN(geom, {eps}, {least}) OVER (ORDER BY n) AS cid FROM site) q ORDER BY n"))));
        foreach (var (here, there) in ((string, string)[])[("ST_Union_Agg(area)", "ST_Union(area)"), ("ST_Collect_Agg(points)", "ST_Collect(points)"), ("ST_Extent(lines)", "ST_Extent(lines)::geometry"), ("ST_ConvexHull_Agg(area)", "ST_ConvexHull(ST_Collect(area))")])
            Compare(differences, here, connection.Rows($"SELECT ST_AsWKB({here}) FROM given GROUP BY i % 10 ORDER BY i % 10"), server.Query($"SELECT '=' || ({there})::text FROM given GROUP BY i % 10 ORDER BY i % 10"));
        differences.ToString().Should().BeEmpty();
    }

    private static void Load(PostgisServer server, SqlConnection connection)
    {
        var shapes = new Shapes(77);
        var random = new Random(78);
        var folder = Directory.CreateTempSubdirectory("plinth-sets-").FullName;
        try
        {
            File.WriteAllLines($"{folder}/given.tsv", Enumerable.Range(0, Sets).Select(i => string.Join('\t', i.ToString(CultureInfo.InvariantCulture), Points(random), Lines(shapes), new WKTWriter().Write(shapes.Polygon()))));
            File.WriteAllLines($"{folder}/site.tsv", Enumerable.Range(0, 600).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n}\tPOINT ({random.NextDouble() * 2:R} {random.NextDouble() * 2:R})")));
            server.Query($"""
                CREATE TABLE raw (i int, points text, lines text, area text);
                \copy raw FROM '{folder}/given.tsv'
                CREATE TABLE given AS SELECT i, ST_GeomFromText(points) AS points, ST_GeomFromText(lines) AS lines, ST_GeomFromText(area) AS area FROM raw;
                CREATE TABLE raw_site (n int, geom text);
                \copy raw_site FROM '{folder}/site.tsv'
                CREATE TABLE site AS SELECT n, ST_GeomFromText(geom) AS geom FROM raw_site
                """);
            connection.Execute($"CREATE TABLE given AS SELECT i, ST_GeomFromText(points) AS points, ST_GeomFromText(lines) AS lines, ST_GeomFromText(area) AS area FROM read_csv('{folder}/given.tsv', delim = '\t', header = false, quote = '', columns = {{'i': 'INTEGER', 'points': 'VARCHAR', 'lines': 'VARCHAR', 'area': 'VARCHAR'}})");
            connection.Execute($"CREATE TABLE site AS SELECT n, ST_GeomFromText(geom) AS geom FROM read_csv('{folder}/site.tsv', delim = '\t', header = false, quote = '', columns = {{'n': 'INTEGER', 'geom': 'VARCHAR'}})");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Points(Random random) =>
        $"MULTIPOINT ({string.Join(", ", Enumerable.Range(0, random.Next(3, 40)).Select(_ => string.Create(CultureInfo.InvariantCulture, $"({random.NextDouble() * 2:R} {random.NextDouble() * 2:R})")))})";

    private static string Lines(Shapes shapes) => new WKTWriter().Write(Shapes.Factory.CreateMultiLineString([.. Enumerable.Range(0, 2 + shapes.Pick(8)).Select(_ => (LineString)shapes.Line())]));

    private static List<object?[]> Dumped(SqlConnection connection, string of) =>
        [.. connection.Rows($"SELECT ST_AsWKB(c.geom) FROM (SELECT i, unnest(ST_Dump({of})) AS c FROM given) ORDER BY i, round(ST_X(ST_Centroid(c.geom)), 6), round(ST_Y(ST_Centroid(c.geom)), 6)")];

    private static string[] DumpedThere(PostgisServer server, string of) =>
        server.Query($"SELECT '=' || geom::text FROM (SELECT i, (ST_Dump({of})).geom AS geom FROM given) q ORDER BY i, round(ST_X(ST_Centroid(geom))::numeric, 6), round(ST_Y(ST_Centroid(geom))::numeric, 6)");

    /// <summary>PostGIS promises nothing about which cluster has which number; here they are numbered by their first member.</summary>
    private static string[] ByFirstMember(string[] clusters)
    {
        var numbers = new Dictionary<string, int>();
        return [.. clusters.Select(c => c == "=" ? c : $"={(numbers.TryGetValue(c, out var number) ? number : numbers[c] = numbers.Count)}")];
    }

    private static void Compare(StringBuilder differences, string what, IReadOnlyList<object?[]> ours, string[] theirs)
    {
        if (ours.Count == 0 || ours.Count != theirs.Length)
        {
            differences.AppendLine(CultureInfo.InvariantCulture, $"{what}: {ours.Count} rows here, {theirs.Length} there");
            return;
        }
        var apart = Enumerable.Range(0, ours.Count).Where(i => !Same(ours[i][0], theirs[i][1..])).ToList();
        if (apart.Count > 0)
            differences.AppendLine(CultureInfo.InvariantCulture, $"{what}: {apart.Count} of {ours.Count} differ, row {apart[0]}: here {Show(ours[apart[0]][0])}, there {Show(ours[apart[0]][0] is byte[] ? Convert.FromHexString(theirs[apart[0]][1..]) : theirs[apart[0]])}");
    }

    private static string Show(object? value)
    {
        var text = value is byte[] wkb ? Wkb.ToText(new WKBReader().Read(wkb)) : $"{value}";
        return text.Length > 1500 ? text[..1500] + "…" : text;
    }

    private static Geometry Read(string hexadecimal) => new WKBReader().Read(Convert.FromHexString(hexadecimal));

    /// <summary>Parts in any order, each beginning at any corner.</summary>
    private static bool Same(object? here, string there)
    {
        if (here is not byte[] wkb)
            return PostgisAnswer.Agrees(here, there);
        var (a, b) = (Parts(new WKBReader().Read(wkb)), Parts(Read(there)));
        return a.Count == b.Count && a.Zip(b).All(pair => PostgisAnswer.SameShape(pair.First, pair.Second));
    }

    private static List<Geometry> Parts(Geometry of) =>
        [.. Enumerable.Range(0, of.NumGeometries).Select(of.GetGeometryN).Where(g => !g.IsEmpty).OrderBy(g => Math.Round(g.Centroid.X, 7)).ThenBy(g => Math.Round(g.Centroid.Y, 7)).ThenBy(g => g.Length)];
}
