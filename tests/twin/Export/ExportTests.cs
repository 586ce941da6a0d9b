using System.Text.Json;
using Plinth.Lakehouse.Engine;
using Plinth.Tests.Twin.Tiles;
using Plinth.Twin;

namespace Plinth.Tests.Twin.Export;

public sealed class ExportTests : IDisposable
{
    private const string Buildings = """
        SELECT e.entity_id, e.type, e.name, g.geom, g.bbox, h.value_num AS height FROM twin.entity_at() e JOIN twin.geometry_at() g ON g.entity_id = e.entity_id
        LEFT JOIN twin.fact_at() h ON h.entity_id = e.entity_id AND h.property = 'height' WHERE e.type = 'Building' ORDER BY e.entity_id
        """;

    private static readonly string s_binding = Path.Combine(Repository.Root, "node_modules", "@duckdb", "node-bindings-linux-x64", "duckdb.node");

    private readonly TemporaryFolder _folder = new();
    private readonly City _city = new();

    public void Dispose()
    {
        _city.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Geojson_is_what_gdal_reads()
    {
        await WriteAsync("b.geojson");
        var text = TileClient.Ogrinfo("-al", _folder["b.geojson"]);
        text.Should().Contain("Feature Count: 3").And.Contain("Geometry: Polygon").And.Contain("height (Integer) = 36").And.Contain("POLYGON ((113.1998 23.3998");
    }

    [Fact]
    public async Task Geoparquet_opens_as_geometry_in_a_client_of_its_own_settings()
    {
        Assert.SkipUnless(File.Exists(s_binding), "no DuckDB binding for Node.js on this platform");
        await WriteAsync("b.parquet");
        DuckDb(":memory:", $"SELECT count(*) FROM '{_folder["b.parquet"]}' WHERE typeof(geom) LIKE 'GEOMETRY%'", $"SELECT height::BIGINT FROM '{_folder["b.parquet"]}' WHERE height IS NOT NULL ORDER BY 1").Should().Equal("[3]", "[30,36]");
        using var database = SqlDatabase.Open();
        using var connection = database.Connect();
        using var geo = JsonDocument.Parse((byte[])connection.Rows($"SELECT value FROM parquet_kv_metadata('{_folder["b.parquet"]}') WHERE decode(key) = 'geo'")[0][0]!);
        var column = geo.RootElement.GetProperty("columns").GetProperty("geom");
        column.GetProperty("geometry_types").EnumerateArray().Select(t => t.GetString()).Should().Equal("Polygon");
        column.GetProperty("bbox").EnumerateArray().Select(b => Math.Round(b.GetDouble(), 9)).Should().Equal(113.1998, 23.3998, 113.2202, 23.4002);
        column.GetProperty("covering").GetProperty("bbox").GetProperty("xmin").EnumerateArray().Select(p => p.GetString()).Should().Equal("bbox", "xmin");
    }

    [Fact]
    public async Task Csv_has_the_geometry_as_text()
    {
        await WriteAsync("b.csv");
        var lines = await File.ReadAllLinesAsync(_folder["b.csv"]);
        lines.Should().HaveCount(4);
        lines[1].Should().Contain("POLYGON ((113.1998 23.3998");
    }

    [Fact]
    public async Task Cityjson_has_closed_solids_of_the_right_height_in_metres()
    {
        await WriteAsync("b.city.json");
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder["b.city.json"]));
        var root = json.RootElement;
        root.GetProperty("metadata").GetProperty("referenceSystem").GetString().Should().Be("https://www.opengis.net/def/crs/EPSG/0/32649");
        var solids = 0;
        foreach (var building in root.GetProperty("CityObjects").EnumerateObject())
        {
            building.Value.GetProperty("type").GetString().Should().Be("Building");
            foreach (var geometry in building.Value.GetProperty("geometry").EnumerateArray().Where(g => g.GetProperty("type").GetString() == "Solid"))
            {
                solids++;
                var shell = geometry.GetProperty("boundaries")[0].EnumerateArray().SelectMany(s => s.EnumerateArray()).Select(r => r.EnumerateArray().Select(v => v.GetInt32()).ToArray()).ToList();
                var edges = shell.SelectMany(r => r.Select((v, i) => (v, r[(i + 1) % r.Length]))).ToList();
                edges.Should().OnlyHaveUniqueItems().And.BeEquivalentTo(edges.Select(e => (e.Item2, e.v)), "each edge is walked once each way");
                var vertices = root.GetProperty("vertices").EnumerateArray().Select(v => v.EnumerateArray().Select(c => c.GetInt64() * 0.001).ToArray()).ToArray();
                // The divergence theorem: outward surfaces give a positive volume of ground times height.
                var volume = shell.Sum(ring => Enumerable.Range(1, ring.Length - 2).Sum(i => Triple(vertices[ring[0]], vertices[ring[i]], vertices[ring[i + 1]]))) / 6;
                volume.Should().BeApproximately(building.Value.GetProperty("attributes").GetProperty("height").GetDouble() * 40.9 * 44.3, 1000);
            }
        }
        solids.Should().Be(2);

        static double Triple(double[] a, double[] b, double[] c) =>
            (a[0] * ((b[1] * c[2]) - (b[2] * c[1]))) - (a[1] * ((b[0] * c[2]) - (b[2] * c[0]))) + (a[2] * ((b[0] * c[1]) - (b[1] * c[0])));
    }

    [Theory]
    [InlineData("b.shp", "SELECT 1", "'b.shp': the ending says the format; write .geojson, .parquet, .csv or .city.json.*")]
    [InlineData("b.geojson", "SELECT 1 AS x", "The query has no geometry, which GeoJSON needs*")]
    [InlineData("b.city.json", "SELECT 'a' AS entity_id, ST_Point(1, 2) AS geom", "The query gives no row with an area*")]
    [InlineData("b.city.json", "SELECT ST_Point(1, 2) AS geom", "The query has no entity_id*")]
    public void What_cannot_be_written_is_refused(string file, string query, string message)
    {
        using var database = SqlDatabase.Open();
        using var connection = database.Connect();
        SpatialSql.Register(connection);
        var act = () => TwinExport.Write(connection, query, _folder[file]);
        act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public async Task A_database_file_shows_its_release_to_any_client_whatever_comes_after()
    {
        Assert.SkipUnless(File.Exists(s_binding), "no DuckDB binding for Node.js on this platform");
        await FillAsync();
        await _city.Lake.ReleaseAsync();
        var views = await _city.Twin.WriteDuckDbAsync(_folder["city.duckdb"]);
        views.Should().Contain(["model.object", "twin.fact", "map.buildings"]);
        await _city.AddAsync("model.object", Rows.Building("later", 113.23, 23.4));
        await _city.DeriveAsync();
        DuckDb(_folder["city.duckdb"], "SELECT count(*) FROM map.buildings", "SELECT max(height)::BIGINT FROM map.buildings", "SELECT count(*) FROM twin.entity_at(valid := DATE '1900-01-01')", "SELECT release FROM plinth_release")
            .Should().Equal("[3]", "[36]", "[2]", "[1]");
        var again = () => _city.Twin.WriteDuckDbAsync(_folder["city.duckdb"]);
        (await again.Should().ThrowAsync<ArgumentException>()).WithMessage("*is there already*");
    }

    private static string[] DuckDb(string file, params string[] statements) =>
        TileClient.Node(["read-duckdb.mjs", s_binding, file, .. statements]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task FillAsync()
    {
        await _city.AddAsync("model.object", Rows.Building("a", 113.2, 23.4, """{"measuredHeight": 36}"""), Rows.Building("b", 113.21, 23.4, """{"measuredHeight": 30}"""), Rows.Building("c", 113.22, 23.4, """{"yearOfConstruction": 2000}"""));
        await _city.DeriveAsync();
    }

    private async Task WriteAsync(string file)
    {
        await FillAsync();
        using var database = _city.Lake.OpenSql();
        using var connection = database.Connect();
        await _city.Lake.CreateViewsAsync(connection);
        _city.Twin.RegisterViews(connection);
        TwinExport.Write(connection, Buildings, _folder[file]).Should().Be(3);
    }
}
