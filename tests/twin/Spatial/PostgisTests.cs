using System.Globalization;
using System.Text;
using Plinth.Lakehouse.Engine;
using Plinth.Twin;

namespace Plinth.Tests;

/// <summary>The answers of PostGIS to 500 pairs of random geometries, half of them on one grid so that corners and edges meet (<c>postgis.csv</c>).</summary>
public class PostgisTests
{
    private static readonly string[] s_relations = ["Contains", "Within", "Covers", "CoveredBy", "Intersects", "Disjoint", "Touches", "Crosses", "Overlaps", "Equals"];

    private static List<string[]> Pairs() =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "twin", "Spatial", "postgis.csv")).Skip(1).Select(l => l.Split(';'))];

    private static (SqlDatabase Database, SqlConnection Connection) Load(List<string[]> pairs)
    {
        var database = SqlDatabase.Open();
        var connection = database.Connect();
        SpatialSql.Register(connection);
        connection.Execute("CREATE TABLE pair (i INTEGER, a VARCHAR, b VARCHAR)");
        using (var appender = connection.Append(null, "pair"))
            for (var i = 0; i < pairs.Count; i++)
                appender.AddRow(i, pairs[i][0], pairs[i][1]);
        return (database, connection);
    }

    [Fact]
    public void Every_relation_is_what_PostGIS_says()
    {
        var pairs = Pairs();
        pairs.Should().HaveCount(500);
        var (database, connection) = Load(pairs);
        using var owner = database;
        using var own = connection;
        var sql = $"SELECT concat({string.Join(", ", s_relations.Select(r => $"ST_{r}(ST_AsWKB(a), ST_GeomFromText(b))::INTEGER"))}) FROM pair ORDER BY i";
        var answers = connection.Rows(sql);
        var differences = pairs.Zip(answers).Where(p => p.First[2] != (string)p.Second[0]!).Select(p => $"{p.First[0]} {p.First[1]}: {p.First[2]}, here {p.Second[0]}");
        differences.Should().BeEmpty();
    }

    [Fact]
    public void Areas_and_lengths_are_those_of_PostGIS_geography_and_distances_never_longer()
    {
        var pairs = Pairs();
        var (database, connection) = Load(pairs);
        using var owner = database;
        using var own = connection;
        var answers = connection.Rows("SELECT ST_Distance(a, b), ST_Area(a), ST_Length(b) FROM pair ORDER BY i");
        var differences = new StringBuilder();
        foreach (var (pair, answer) in pairs.Zip(answers))
        {
            // PostGIS looks for the nearest points on a sphere, and is up to e⁴/8·cos⁴φ, 1.6 cm a kilometre, too long.
            Compare("distance", pair, pair[3], answer[0], d => 0.002 + (1.7e-5 * d), mostMore: 0.0002);
            Compare("area", pair, pair[4], answer[1], a => 0.001 + (1e-9 * a));
            Compare("length", pair, pair[5], answer[2], _ => 0.0001);
        }
        differences.ToString().Should().BeEmpty();

        void Compare(string what, string[] pair, string expected, object? actual, Func<double, double> tolerance, double mostMore = double.PositiveInfinity)
        {
            if (expected.Length == 0 ? actual is null : actual is double value && double.Parse(expected, CultureInfo.InvariantCulture) is var e && Math.Abs(value - e) <= tolerance(e) && value - e <= mostMore)
                return;
            differences.AppendLine(CultureInfo.InvariantCulture, $"{what} of {pair[0]} and {pair[1]}: {expected}, here {actual ?? "NULL"}");
        }
    }
}
