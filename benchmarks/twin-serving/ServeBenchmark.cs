using System.Diagnostics;
using System.Globalization;
using Plinth.Catalog;
using Plinth.Lakehouse.Engine;
using Plinth.Twin;

namespace Plinth.Benchmarks;

/// <summary>What a map and its cards ask, timed on one thread after a warm-up.</summary>
internal static class ServeBenchmark
{
    private const int Zoom = 14;

    public static void Run(CityTwin twin, CityCatalog catalog, string? export)
    {
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        catalog.Lake.CreateViewsAsync(connection).AsTask().GetAwaiter().GetResult();
        twin.RegisterViews(connection);
        Say("entities", connection.Scalar<long>("SELECT count(DISTINCT entity_id) FROM twin.entity"), "");
        var now = Median(5, () => connection.Scalar<long>("SELECT count(*) FROM twin.entity_at() e JOIN twin.fact_at() f USING (entity_id) WHERE f.property = 'height' AND f.value_num > 50"));
        var then = Median(5, () => connection.Scalar<long>("SELECT count(*) FROM twin.entity_at(TIMESTAMPTZ '2024-06-01', TIMESTAMPTZ '2030-01-01') e JOIN twin.fact_at(TIMESTAMPTZ '2024-06-01', TIMESTAMPTZ '2030-01-01') f USING (entity_id) WHERE f.property = 'height' AND f.value_num > 50"));
        Say("now", now, "ms");
        Say("as_of", then, "ms");
        Say("as_of_over_now", then / now, "");
        var ids = connection.Rows("SELECT entity_id FROM twin.entity WHERE type = 'Building' ORDER BY hash(entity_id) LIMIT 60").Select(r => (string)r[0]!).ToList();
        foreach (var id in ids.Take(10))
            _ = twin.Entity(id);
        var cards = ids.Skip(10).Select(id => Time(() => twin.Entity(id))).Order().ToList();
        Say("card_p50", cards[cards.Count / 2], "ms");
        Say("card_p95", cards[(int)(cards.Count * 0.95)], "ms");
        if (export is not null)
            connection.Execute($"COPY (SELECT e.entity_id, e.name, f.value_num AS height, hex(g.geom::BLOB) AS geom FROM twin.entity_at() e JOIN twin.geometry_at() g ON g.entity_id = e.entity_id AND g.role = 'footprint' LEFT JOIN twin.fact_at() f ON f.entity_id = e.entity_id AND f.property = 'height' WHERE e.type = 'Building') TO {SqlText.Literal(Path.Combine(export, "buildings.csv"))} (FORMAT csv, HEADER false)");
    }

    public static void Tiles(MapSnapshot map, string? export)
    {
        var watch = Stopwatch.StartNew();
        var tiles = map.TilesOf("buildings", Zoom).ToList();
        Say("tiles_load", watch.Elapsed.TotalMilliseconds, "ms");
        var bytes = 0L;
        var encode = Median(5, () =>
        {
            bytes = 0;
            foreach (var (x, y) in tiles)
                bytes += map.Tile("buildings", Zoom, x, y).Length;
            return bytes;
        });
        Say("tiles", tiles.Count, "");
        Say("tiles_bytes", bytes, "");
        Say("tiles_encode_all", encode, "ms");
        if (export is not null)
            File.WriteAllLines(Path.Combine(export, "tiles.csv"), tiles.Select(t => string.Create(CultureInfo.InvariantCulture, $"{Zoom},{t.X},{t.Y}")));
    }

    public static void Pages(MapSnapshot map)
    {
        var random = new Random(1);
        _ = map.Items("buildings", new() { Within = new(113.1, 23.4, 113.11, 23.41) });
        var pages = Enumerable.Range(0, 20).Select(_ =>
        {
            var (x, y) = (SyntheticLake.West + (random.NextDouble() * 0.28), SyntheticLake.South + (random.NextDouble() * 0.28));
            return Time(() => map.Items("buildings", new() { Within = new(x, y, x + 0.01, y + 0.009), Limit = 100 }));
        }).Order().ToList();
        Say("items_1km_p50", pages[pages.Count / 2], "ms");
        Say("items_1km_p95", pages[^2], "ms");
    }

    private static double Median(int runs, Func<long> act)
    {
        act();
        var times = Enumerable.Range(0, runs).Select(_ => Time(act)).Order().ToList();
        return times[runs / 2];
    }

    private static double Time<T>(Func<T> act)
    {
        var start = Stopwatch.GetTimestamp();
        _ = act();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Say(string name, double value, string unit) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.###} {unit}").TrimEnd());
}
