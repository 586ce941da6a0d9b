using System.Globalization;
using System.Text;
using Plinth.Lakehouse.Engine;

namespace Plinth.Benchmarks;

/// <summary>A city of 20 km by 20 km, the same at each run: communities, footprints, points. Written once as Parquet and as text for the peers.</summary>
internal static class Data
{
    private const double West = 113.95, South = 22.5, Size = 0.2;

    /// <summary>Wavy outlines of 496 corners that overlap their neighbours; every third has a hole.</summary>
    public static IEnumerable<(int Id, string Wkt)> Communities(int count)
    {
        var random = new Random(1);
        var side = (int)Math.Ceiling(Math.Sqrt(count));
        for (var i = 0; i < count; i++)
        {
            var (x, y) = (West + (Size * ((i % side) + 0.5) / side), South + (Size * ((i / side) + 0.5) / side));
            var (wave, turn) = (random.Next(3, 9), random.NextDouble() * Math.Tau);
            var radii = Enumerable.Range(0, 496).Select(k => 0.93 + (0.06 * Math.Sin((wave * k * Math.Tau / 496) + turn)) + (0.01 * random.NextDouble())).ToArray();
            string Ring(double scale) => string.Join(',', Enumerable.Range(0, 497).Select(k =>
                Text(x + (scale * radii[k % 496] * Math.Cos(k % 496 * Math.Tau / 496)), y + (scale * radii[k % 496] * Math.Sin(k % 496 * Math.Tau / 496)))));
            yield return (i, $"POLYGON(({Ring(Size / side * 0.56)}){(i % 3 == 0 ? $",({Ring(Size / side * 0.1)})" : "")})");
        }
    }

    /// <summary>Turned rectangles of 8 to 30 m; every tenth has a courtyard, another tenth is an L; some overlap, as they fall.</summary>
    public static IEnumerable<(int Id, string Wkt)> Footprints(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var (x, y, angle) = (West + (Size * random.NextDouble()), South + (Size * random.NextDouble()), random.NextDouble() * Math.PI);
            var (a, b) = ((4 + (11 * random.NextDouble())) / 102_800, (4 + (11 * random.NextDouble())) / 102_800);
            var (sine, cosine) = Math.SinCos(angle);
            string At(double u, double v) => Text(x + (u * a * cosine) - (v * b * sine), y + (u * a * sine) + (v * b * cosine));
            string Ring(params (double U, double V)[] corners) => $"({string.Join(',', corners.Append(corners[0]).Select(c => At(c.U, c.V)))})";
            var shell = i % 10 == 1 ? Ring((-1, -1), (1, -1), (1, 0), (0, 0), (0, 1), (-1, 1)) : Ring((-1, -1), (1, -1), (1, 1), (-1, 1));
            yield return (i, $"POLYGON({shell}{(i % 10 == 0 ? "," + Ring((-0.4, -0.4), (0.4, -0.4), (0.4, 0.4), (-0.4, 0.4)) : "")})");
        }
    }

    /// <summary>To a centimetre, compressed as the lake writes its tables.</summary>
    public static void WritePoints(SqlConnection connection, string parquet, long count) => connection.Execute($"""
        COPY (SELECT i, round({West} + {Size} * (hash(i) / 18446744073709551616.0), 7) AS x, round({South} + {Size} * (hash(i + 1000000000) / 18446744073709551616.0), 7) AS y
              FROM range({count}) AS r(i)) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)
        """);

    public static void WriteText(string path, IEnumerable<(int Id, string Wkt)> shapes) =>
        File.WriteAllLines(path, shapes.Select(s => $"{s.Id}\t{s.Wkt}"), new UTF8Encoding(false));

    private static string Text(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:R} {y:R}");
}
