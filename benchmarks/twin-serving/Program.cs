using System.Diagnostics;
using System.Globalization;
using Plinth.Benchmarks;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Twin;

// Serving and derivation of the twin on a synthetic district. See README.md beside this file.
//   derive FOLDER BUILDINGS PHOTOS ORDERS   makes the lake in FOLDER, derives it, then a day's increment
//   serve FOLDER                            as-of against now, entity cards, item pages, z14 tiles of that lake
var invariant = CultureInfo.InvariantCulture;
if (args is ["derive", var made, var buildings, var photos, var orders])
{
    using var lake = Lake.Open(new(made) { Sql = new() { MemoryLimit = "5GB" } });
    using var catalog = CityCatalog.Open(lake);
    using var twin = CityTwin.Open(catalog);
    foreach (var (table, count) in new[] { ("model.object", buildings), ("imagery.photo", photos), ("hotline.service_request", orders) })
        if (long.Parse(count, invariant) is > 0 and var n)
            await SyntheticLake.AddAsync(catalog, table, 0, n, n, table == "model.object" ? "" : "open");
    await Timed("derive_all", () => twin.DeriveAsync("all", "benchmark", new Lines()));
    // A day: 1 in 1,000 buildings measured anew, 2,000 photos, 2,600 orders.
    var (b, p, o) = (long.Parse(buildings, invariant), long.Parse(photos, invariant), long.Parse(orders, invariant));
    if (b > 0)
        await SyntheticLake.AddAsync(catalog, "model.object", 0, b / 1000, b, ", \"storeys\": 3");
    if (p > 0)
        await SyntheticLake.AddAsync(catalog, "imagery.photo", p, p + 2000, p, "day");
    if (o > 0)
        await SyntheticLake.AddAsync(catalog, "hotline.service_request", o - 600, o + 2000, o, "reopened");
    await Timed("derive_day", () => twin.DeriveAsync("day", "benchmark", new Lines()));
    await lake.ReleaseAsync();
    Console.WriteLine(string.Create(invariant, $"peak_rss_mb {Process.GetCurrentProcess().PeakWorkingSet64 >> 20}"));
    return 0;
}

if (args is ["serve", var served, ..])
{
    using var lake = Lake.Open(new(served));
    using var catalog = CityCatalog.Open(lake);
    using var twin = CityTwin.Open(catalog);
    ServeBenchmark.Run(twin, catalog, args.Length > 2 ? args[2] : null);
    using var map = await twin.OpenMapAsync();
    ServeBenchmark.Tiles(map, args.Length > 2 ? args[2] : null);
    ServeBenchmark.Pages(map);
    return 0;
}

Console.Error.WriteLine("derive FOLDER BUILDINGS PHOTOS ORDERS | serve FOLDER [TILES_FOLDER]");
return 2;

async Task Timed(string name, Func<Task<DeriveReport>> act)
{
    var watch = Stopwatch.StartNew();
    var report = await act();
    Console.WriteLine(string.Create(invariant, $"{name} {watch.Elapsed.TotalSeconds:0.0} s: {string.Join(", ", report.Rows.Select(r => $"{r.Key} {r.Value}"))}"));
}
