using Plinth.Ingestion;
using Plinth.Ingestion.Models;

namespace Plinth.Tests.Models;

public class LasTests
{
    private const string Columns = "asset_id sha256 file_name format format_version crs lod object_count triangle_count point_count height_min_m height_max_m geom bbox notes source_row texture_bytes";
    private const double SurveyFoot = 1200.0 / 3937;

    // Numbers: the headers, read with python's struct by the tables of the LAS specification.
    [Theory]
    [InlineData("autzen-utm.las", "las", "1.2", "EPSG:26910", 1065, 123.93, 178.73)]
    [InlineData("autzen-dd.las", "las", "1.2", "EPSG:4326", 1065, 123.93, 178.73)]
    [InlineData("epsg_4326.las", "las", "1.2", "EPSG:4326", 5380, 39.0810002, 78.1190002)]
    [InlineData("bad-geotiff-keys.las", "las", "1.0", "EPSG:32617", 10, 170.58, 170.76)]
    public void A_header_tells_version_CRS_count_and_heights(string file, string format, string version, string crs, long points, double low, double high)
    {
        var row = Row(Repository.Shared("data", "models-3d", "las", file));
        (row["format"], row["format_version"], row["crs"], row["point_count"]).Should().Be((format, version, crs, points));
        ((double)row["height_min_m"]!).Should().BeApproximately(low, 1e-6);
        ((double)row["height_max_m"]!).Should().BeApproximately(high, 1e-6);
        row["geom"].Should().NotBeNull();
    }

    [Theory]
    [InlineData("autzen_trim.laz", "laz", "1.2", 110000, 406.26, 520.51, "NAD_1983_HARN_Lambert", 0.3048)]
    [InlineData("1.2-with-color.copc.laz", "copc", "1.4", 1065, 406.59, 586.38, "EPSG:2991", SurveyFoot)]
    public void A_CRS_that_only_WKT_tells_is_found_and_heights_in_feet_become_metres(string file, string format, string version, long points, double low, double high, string name, double unit)
    {
        var row = Row(Repository.Shared("data", "models-3d", "las", file));
        (row["format"], row["format_version"], row["point_count"]).Should().Be((format, version, points));
        row["crs"].Should().BeOfType<string>().Which.Should().Contain(name);
        ((double)row["height_min_m"]!).Should().BeApproximately(low * unit, 1e-6 * low);
        ((double)row["height_max_m"]!).Should().BeApproximately(high * unit, 1e-6 * high);
    }

    [Fact]
    public void A_sample_lies_where_it_was_flown()
    {
        // Autzen stadium, Eugene: the same points in degrees are in autzen-dd.las (bounds of its header).
        var box = (object?[])Row(Repository.Sample("models", "autzen-utm.las"))["bbox"]!;
        double[] expected = [-123.0749695, 44.0500086, -123.0625001, 44.0624972];
        box.Cast<double>().Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
    }

    [Fact]
    public void A_cloud_that_was_cut_says_how_many_points_are_left()
    {
        var whole = File.ReadAllBytes(Repository.Sample("models", "autzen-utm.las"));
        Read(whole).Rows("model.asset", Columns).Single()["notes"].Should().Be("point format 3");
        Read(whole[..20_000]).Rows("model.asset", Columns).Single()["notes"].Should().Be("point format 3; it is cut: 1065 points are announced, and 552 are there");
    }

    private const string Points = "asset_id point_number height_m intensity classification return_number returns red green blue geom bbox source_row";

    // Independent: the first and last record by python's struct; the same points in degrees are in autzen-dd.las.
    [Fact]
    public void Points_of_a_LAS_file_are_rows_that_lie_where_they_were_measured()
    {
        var metres = Readers.Read(new LasReader(), Repository.Sample("models", "autzen-utm.las")).Rows("model.point", Points);
        var degrees = Readers.Read(new LasReader(), Repository.Shared("data", "models-3d", "las", "autzen-dd.las")).Rows("model.point", Points);
        metres.Should().HaveCount(1065);
        degrees.Should().HaveCount(1065);
        foreach (var (a, b) in metres.Zip(degrees))
        {
            var (p, q) = (((object?[])a["bbox"]!).Cast<double>().ToArray(), ((object?[])b["bbox"]!).Cast<double>().ToArray());
            Math.Abs(p[0] - q[0]).Should().BeLessThan(1e-5);
            Math.Abs(p[1] - q[1]).Should().BeLessThan(1e-5);
            ((double)a["height_m"]!).Should().BeApproximately((double)b["height_m"]!, 0.011);
            (a["intensity"], a["classification"], a["red"]).Should().Be((b["intensity"], b["classification"], b["red"]));
        }
        (metres[0]["intensity"], metres[0]["classification"], metres[0]["return_number"], metres[0]["red"], metres[0]["green"], metres[0]["blue"]).Should().Be((143, 1, 1, 68, 77, 88));
    }

    [Fact]
    public void A_large_cloud_is_sampled_as_the_layout_says_and_says_so()
    {
        var result = Readers.Read(new LasReader(), Repository.Sample("models", "autzen-utm.las"), settings: ("points", "100"));
        var rows = result.Rows("model.point", Points);
        rows.Select(r => r["point_number"]).Should().Equal(Enumerable.Range(0, 97).Select(i => (object)(i * 11L)));
        ((string)result.Rows("model.asset", Columns).Single()["notes"]!).Should().EndWith("every 11th of its points is in model.point");
        Readers.Read(new LasReader(), Repository.Shared("data", "models-3d", "las", "autzen_trim.laz")).Tables.Should().ContainSingle("compressed points are not read");
    }

    [Fact]
    public void Another_file_is_refused() =>
        FluentActions.Invoking(() => Read("nothing of that kind"u8.ToArray())).Should().Throw<SourceFormatException>()
            .WithMessage("x.las: it does not begin with 'LASF'; expected a LAS, LAZ or COPC point cloud of version 1.0 to 1.4");

    [Fact]
    public void No_mutation_crashes_or_hangs_the_reader() => Readers.Fuzz(File.ReadAllBytes(Repository.Sample("models", "autzen-utm.las")), 5000, Read, headBytes: 1300);

    private static Dictionary<string, object?> Row(string path) => Readers.Read(new LasReader(), path).Rows("model.asset", Columns).Single();

    private static ReadResult Read(byte[] bytes) => LasReader.Read(ByteView.Of(bytes, "x.las", new LasReader().Expected), Readers.Input("x.las"));
}
