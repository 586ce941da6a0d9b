using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Base;
using Plinth.Ingestion.Tabular;

namespace Plinth.Tests.Base;

public class GeoJsonTests
{
    private const string Square = """{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}""";

    [Fact]
    public async Task A_collection_of_many_stretches_gives_every_feature_whatever_stands_before_and_behind_them()
    {
        using var given = new Given();
        var text = new StringBuilder("""{"bbox":[0,0,1,1],"features":[""");
        const int count = 20_000;
        for (var i = 0; i < count; i++)
            text.Append(i == 0 ? "" : ",").Append($$$"""{"type":"Feature","properties":{"HEIGHT":{{{i % 2000}}},"SQMETERS":1,"name":"楼{{{i}}}"},"geometry":{{{Square}}}}""");
        // The old crs member and the type may stand behind.
        text.Append("""],"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},"more":[[{"a":1}]],"type":"FeatureCollection"}""");
        var report = await given.Ingest("base", given.File("b.geojson", text.ToString()));
        report.Files.Single().Reason.Should().BeNull();
        (report.Rows, report.Rejected).Should().Be((count, 0L));
        (await given.Sql("SELECT count(DISTINCT height_m), min(height_m), max(height_m), any_value(source_crs) FROM base.footprint")).Single().Should().Equal(2000L, 0.0, 1999.0, "EPSG:4490");
    }

    [Fact]
    public async Task A_file_that_is_one_large_feature_is_read()
    {
        using var given = new Given();
        var ring = string.Join(",", Enumerable.Range(0, 20_000).Select(i => FormattableString.Invariant($"[{Math.Cos(i * Math.PI / 10_000)},{Math.Sin(i * Math.PI / 10_000)}]")));
        var report = await given.Ingest("base", given.File("b.geojson", $$$"""{"type":"Feature","properties":{"HEIGHT":3,"SQMETERS":1},"geometry":{"type":"Polygon","coordinates":[[{{{ring}}}]]}}"""));
        report.Files.Single().Reason.Should().BeNull();
        (await given.Value("SELECT octet_length(geom) FROM base.footprint")).Should().Be(1L + 4 + 4 + 4 + 16 * 20_001);
    }

    [Theory]
    [InlineData("""{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"HEIGHT":3,"SQMETERS":1},"geometry":null}PAD,""", "is not well-formed JSON (line 1)")]
    [InlineData("""{"type":"FeatureCollection","features":[]}""", "fits no layout of family base")]
    [InlineData("""[{"type":"Feature"}]""", "no layout of family base")]
    public async Task What_is_no_whole_collection_is_refused_and_nothing_of_it_is_stored(string text, string reason)
    {
        using var given = new Given();
        var report = await given.Ingest("base", given.File("b.geojson", text.Replace("PAD", new string(' ', 100_000), StringComparison.Ordinal)));
        (report.Files.Single().Status, report.Rows).Should().Be((FileStatus.Refused, 0L));
        report.Files.Single().Reason.Should().Contain(reason);
        given.Originals().Should().Be(0);
    }

    [Fact]
    public void No_mutation_crashes_or_hangs_the_reader()
    {
        using var given = new Given();
        using var folder = new TemporaryFolder();
        var contract = given.Catalog.Source("geojson-footprints");
        var reader = new GeoJsonReader(given.Catalog.Datasets);
        var sample = Encoding.UTF8.GetBytes("""{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4490"}},"features":[{"type":"Feature","properties":{"HEIGHT":3,"SQMETERS":1},"geometry":SQUARE},{"type":"Feature","id":7,"properties":null,"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}}]}""".Replace("SQUARE", Square, StringComparison.Ordinal));
        Readers.Fuzz(sample, 1000, bytes =>
        {
            File.WriteAllBytes(folder["x.geojson"], bytes);
            _ = reader.Columns(folder["x.geojson"], contract);
            return ReadItems.Gather(reader.Stream(new(folder["x.geojson"], Readers.Hash, contract, new StubCoordinates())));
        });
    }
}
