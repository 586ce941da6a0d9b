using System.Diagnostics;
using System.Globalization;
using System.Text;
using Plinth.Benchmarks;
using Plinth.Lakehouse.Engine;
using Plinth.Tests;
using Plinth.Twin;

// Spatial joins of SQL beside PostGIS (tuned, indexed) and GEOS' STRtree, in one run on the same data. Argument: where the report goes.
// The peers take a part of the points and are scaled; a join's cost a point does not depend on how many there are.
const long Points = 10_000_000;
const int Part = 2_000_000, TreePart = 200_000, Footprints = 200_000, Places = 1_000_000, Queries = 1000;
var report = new StringBuilder();
var folder = Directory.CreateTempSubdirectory("plinth-bench-").FullName;
try
{
    using var database = SqlDatabase.Open(new() { Threads = 2 });
    using var connection = database.Connect();
    SpatialSql.Register(connection);
    Data.WriteText($"{folder}/communities.tsv", Data.Communities(250));
    Data.WriteText($"{folder}/footprints.tsv", Data.Footprints(Footprints, 2));
    Data.WriteText($"{folder}/others.tsv", Data.Footprints(Footprints, 3));
    Data.WritePoints(connection, $"{folder}/points.parquet", Points);
    connection.Execute($"COPY (SELECT i, x, y FROM '{folder}/points.parquet' WHERE i < {Part} ORDER BY i) TO '{folder}/points.csv' (HEADER false)");
    connection.Execute($"CREATE TABLE place AS SELECT i, x, y FROM '{folder}/points.parquet' WHERE i < {Places}");
    foreach (var layer in (string[])["communities", "footprints", "others"])
    {
        connection.Execute($"CREATE TABLE {layer} AS SELECT column0 AS id, ST_AsWKB(column1) AS geom FROM read_csv('{folder}/{layer}.tsv', delim = '\t', header = false, columns = {{'column0': 'INTEGER', 'column1': 'VARCHAR'}}, max_line_size = 1000000)");
        var watch = Stopwatch.StartNew();
        connection.Execute($"FROM spatial_layer('{layer}', 'SELECT id, geom FROM {layer}')");
        connection.Execute($"SELECT region_key('{layer}', 114.05, 22.6), nearest('{layer}', 114.05, 22.6, 1)");
        Console.WriteLine($"layer {layer}: read and indexed in {watch.ElapsedMilliseconds} ms");
    }
    connection.Execute("FROM spatial_layer('places', 'SELECT i, ST_Point(x, y) FROM place')");

    var ours = new Dictionary<string, (double Ms, string Answer)>();
    void Ours(string name, string sql, int runs = 5)
    {
        var times = new List<double>();
        var answer = "";
        for (var run = 0; run <= runs; run++)
        {
            var watch = Stopwatch.StartNew();
            answer = string.Join(' ', connection.Rows(sql)[0].Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)));
            if (run > 0)
                times.Add(watch.Elapsed.TotalMilliseconds);
        }
        times.Sort();
        ours[name] = (times[runs / 2], answer);
        Console.WriteLine($"plinth {name}: {times[runs / 2]:0.0} ms ({times[0]:0.0} to {times[^1]:0.0}): {answer}");
    }
    Ours("scan", $"SELECT sum(x), sum(y) FROM '{folder}/points.parquet'");
    foreach (var layer in (string[])["communities", "footprints"])
    {
        Ours(layer, $"SELECT sum(n), count(*) FROM (SELECT region_id('{layer}', key), n FROM (SELECT region_key('{layer}', x, y) AS key, count(*) AS n FROM '{folder}/points.parquet' GROUP BY key) WHERE key IS NOT NULL)");
        Ours(layer + " all", $"SELECT sum(n), count(*) FROM (SELECT region_id('{layer}', m.key), sum(n) AS n FROM (SELECT unnest(region_members('{layer}', s)) AS m, n FROM (SELECT region_set('{layer}', x, y) AS s, count(*) AS n FROM '{folder}/points.parquet' GROUP BY s)) GROUP BY m.key)");
        Ours(layer + " part", $"SELECT count(*) FROM (SELECT unnest(regions_over('{layer}', x, y)) FROM '{folder}/points.parquet' WHERE i < {Part})", 1);
    }
    Ours("overlap", "SELECT count(*), sum(o.square_metres) FROM (SELECT unnest(overlaps('others', geom)) AS o FROM footprints)");
    Ours("nearest", $"SELECT count(*), sum(n.metres) FROM (SELECT unnest(nearest('places', x + 0.00001, y + 0.00001, 10)) AS n FROM place WHERE i < {Queries})", 9);

    if (Environment.GetEnvironmentVariable("PLINTH_BENCH_ALONE") == "1")
        return;
    var peers = new Dictionary<string, (double Ms, string Answer)>();
    var version = "absent";
    if (PostgisServer.Absent is null)
    {
        using var server = PostgisServer.Start("shared_buffers=2GB", "work_mem=256MB", "maintenance_work_mem=1GB", "max_parallel_workers_per_gather=2", "max_parallel_workers=2",
            "min_parallel_table_scan_size=0", "parallel_setup_cost=0", "parallel_tuple_cost=0.01", "random_page_cost=1.1", "effective_cache_size=8GB", "max_wal_size=8GB");
        version = $"{server.Query("SELECT split_part(version(), ' ', 2), postgis_lib_version()")[0].Replace("\t", " with PostGIS ", StringComparison.Ordinal)}";
        server.Query($"""
            CREATE TABLE raw (i int, x float8, y float8);
            \copy raw FROM '{folder}/points.csv' (FORMAT csv)
            CREATE TABLE point AS SELECT i, ST_Point(x, y) AS geom FROM raw; CREATE INDEX ON point USING gist (geom);
            CREATE TABLE place AS SELECT * FROM point WHERE i < {Places}; CREATE INDEX ON place USING gist (geom);
            {string.Concat(((string[])["communities", "footprints", "others"]).Select(l => $"""
            CREATE TABLE {l}_text (id int, wkt text);
            \copy {l}_text FROM '{folder}/{l}.tsv'
            CREATE TABLE {l} AS SELECT id, ST_GeomFromText(wkt) AS geom FROM {l}_text; CREATE INDEX ON {l} USING gist (geom);

            """))}
            VACUUM ANALYZE;
            """);
        void Peer(string name, string sql, int runs)
        {
            var times = new List<double>();
            var answer = "";
            for (var run = 0; run <= runs; run++)
            {
                var (ms, rows) = server.Time(sql);
                answer = string.Join(' ', rows);
                if (run > 0 || runs == 1)
                    times.Add(ms);
            }
            times.Sort();
            peers[name] = (times[times.Count / 2], answer);
            Console.WriteLine($"PostGIS {name}: {times[times.Count / 2]:0.0} ms ({times[0]:0.0} to {times[^1]:0.0}): {answer.Replace('\t', ' ')}");
        }
        foreach (var layer in (string[])["communities", "footprints"])
            Peer(layer, $"SELECT sum(n), count(*) FROM (SELECT c.id, count(*) n FROM {layer} c JOIN point p ON ST_Contains(c.geom, p.geom) GROUP BY c.id) g", 2);
        Peer("overlap", "SELECT count(*), sum(ST_Area(ST_Intersection(a.geom, b.geom))) FROM footprints a JOIN others b ON ST_Intersects(a.geom, b.geom)", 2);
        Peer("nearest", $"SELECT count(*), sum(n.d) FROM (SELECT ST_Translate(geom, 0.00001, 0.00001) AS geom FROM place WHERE i < {Queries}) q CROSS JOIN LATERAL (SELECT p.geom <-> q.geom AS d FROM place p ORDER BY p.geom <-> q.geom LIMIT 10) n", 3);
    }
    var trees = Trees.Run(folder, TreePart);
    Report.Write(report, ours, peers, trees, version, (double)Points / Part, (double)Points / TreePart);
    Console.WriteLine(report);
    if (args.Length > 0)
        File.WriteAllText(args[0], report.ToString());
}
finally
{
    Directory.Delete(folder, recursive: true);
}
