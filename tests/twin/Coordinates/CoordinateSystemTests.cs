using System.Globalization;
using Plinth.Twin;

namespace Plinth.Tests;

public class CoordinateSystemTests
{
    private const string Cs92 = """
        PROJCS["ETRF2000-PL / CS92",GEOGCS["ETRF2000-PL",DATUM["ETRF2000_Poland",SPHEROID["GRS 1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",19],PARAMETER["scale_factor",0.9993],PARAMETER["false_easting",500000],PARAMETER["false_northing",-5300000],UNIT["metre",1]]
        """;

    private const string Beijing54 = """
        PROJCS["Beijing 1954 / 3-degree Gauss-Kruger CM 114E",GEOGCS["Beijing 1954",DATUM["Beijing_1954",SPHEROID["Krassowsky 1940",6378245,298.3]TOWGS84],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",114],PARAMETER["scale_factor",1],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]
        """;

    [Theory]
    [InlineData("4526", true)]
    [InlineData("4547", true)]
    [InlineData("32649", false)]
    [InlineData("32650", false)]
    [InlineData("3857", false)]
    public void Every_reference_vector_is_met_within_a_millimetre_both_ways(string code, bool northingFirst)
    {
        var lines = File.ReadAllLines(Repository.Shared("schemas", "crs-vectors", $"epsg-{code}.csv"));
        lines.Should().HaveCountGreaterThan(250);
        foreach (var line in lines)
        {
            var v = line.Split(',').Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
            var (x, y) = northingFirst ? (v[3], v[2]) : (v[2], v[3]);
            var there = Coordinates.Transform("OGC:CRS84", $"EPSG:{code}", v[0], v[1]);
            there.X.Should().BeApproximately(x, 0.001, line);
            there.Y.Should().BeApproximately(y, 0.001, line);
            Coordinates.TryToCrs84($"EPSG:{code}", x, y, out var longitude, out var latitude).Should().BeTrue(line);
            longitude.Should().BeApproximately(v[0], 9e-9, line);
            latitude.Should().BeApproximately(v[1], 9e-9, line);
        }
    }

    // Reference values: PROJ 9.1.1, cs2cs -d 4.
    [Theory]
    [InlineData("EPSG:28992", 4.3571, 52.0116, 84280.7161, 447527.6652)]
    [InlineData("EPSG:7415", 5.4697, 51.4416, 160735.8076, 383614.7599)]
    [InlineData("EPSG:28992", 6.5665, 53.2194, 233769.7049, 582065.4167)]
    [InlineData("EPSG:2056", 8.5417, 47.3769, 2683303.8937, 1247925.6279)]
    [InlineData("EPSG:2056", 6.1432, 46.2044, 2500016.0161, 1117821.0697)]
    [InlineData("EPSG:21781", 8.9511, 46.0037, 717161.1920, 95811.5484)]
    [InlineData("EPSG:26910", -123.07, 44.05, 494392.5274, 4877428.6365)]
    [InlineData("EPSG:25832", 11.5, 48.1, 686121.7558, 5330438.1301)]
    [InlineData("EPSG:32733", 18.4, -33.9, 814420.3310, 6243724.8401)]
    [InlineData("EPSG:32618", -77.3, 25.5, 268816.3814, 2822312.2568)]
    [InlineData("EPSG:4498", 91.5, 30.25, 18006195.4968, 3639621.4563)]
    [InlineData("EPSG:4509", 91.5, 30.25, -1993804.5032, 3639621.4563)]
    [InlineData("EPSG:4520", 91.5, 30.25, 32066683.3129, 3356410.5247)]
    [InlineData("EPSG:4541", 91.5, 30.25, 66683.3129, 3356410.5247)]
    public void Other_systems_agree_with_PROJ_within_a_millimetre_and_come_back_within_two(string crs, double longitude, double latitude, double x, double y)
    {
        var there = Coordinates.Transform("EPSG:4326", crs, longitude, latitude);
        there.X.Should().BeApproximately(x, 0.001);
        there.Y.Should().BeApproximately(y, 0.001);
        var back = Coordinates.Transform(crs, "OGC:CRS84", x, y);
        back.X.Should().BeApproximately(longitude, 2e-8);
        back.Y.Should().BeApproximately(latitude, 2e-8);
    }

    // The public vectors of eviltransform, latitude first there.
    [Theory]
    [InlineData(31.1774276, 121.5272106, 31.17530398364597, 121.531541859215)]
    [InlineData(22.543847, 113.912316, 22.540796131694766, 113.9171764808363)]
    [InlineData(39.911954, 116.377817, 39.91334545536069, 116.38404722455657)]
    public void Gcj02_meets_the_public_vectors_and_comes_back(double latitude, double longitude, double shiftedLatitude, double shiftedLongitude)
    {
        var there = Coordinates.Transform("OGC:CRS84", "GCJ-02", longitude, latitude);
        there.X.Should().BeApproximately(shiftedLongitude, 1e-11);
        there.Y.Should().BeApproximately(shiftedLatitude, 1e-11);
        var back = Coordinates.Transform("gcj02", "OGC:CRS84", there.X, there.Y);
        back.X.Should().BeApproximately(longitude, 2e-11);
        back.Y.Should().BeApproximately(latitude, 2e-11);
    }

    [Fact]
    public void Bd09_meets_the_vector_of_gcoord()
    {
        var there = Coordinates.Transform("OGC:CRS84", "BD-09", 113.912316, 22.543847);
        there.X.Should().BeApproximately(113.92368472926734, 1e-10);
        there.Y.Should().BeApproximately(22.546667437751108, 1e-10);
    }

    [Theory]
    [InlineData("GCJ-02")]
    [InlineData("BD-09")]
    public void The_inverse_of_an_offset_is_exact_to_a_tenth_of_a_millimetre_all_over_the_box(string crs)
    {
        var random = new Random(7);
        for (var i = 0; i < 5000; i++)
        {
            var (longitude, latitude) = (73 + (random.NextDouble() * 64), 1.5 + (random.NextDouble() * 53));
            var there = Coordinates.Transform("OGC:CRS84", crs, longitude, latitude);
            Math.Abs(there.X - longitude).Should().BeGreaterThan(1e-6, "the box is shifted nearly everywhere");
            var back = Coordinates.Transform(crs, "OGC:CRS84", there.X, there.Y);
            back.X.Should().BeApproximately(longitude, 1e-9);
            back.Y.Should().BeApproximately(latitude, 1e-9);
        }
    }

    [Theory]
    [InlineData("GCJ-02")]
    [InlineData("BD-09")]
    public void Outside_of_China_nothing_is_shifted(string crs) =>
        Coordinates.Transform("OGC:CRS84", crs, -73.98, 40.75).Should().Be((-73.98, 40.75));

    [Fact]
    public void An_unknown_system_is_false_or_an_error_that_names_the_known_ones()
    {
        Coordinates.TryToCrs84("EPSG:99999", 1, 2, out var longitude, out _).Should().BeFalse();
        double.IsNaN(longitude).Should().BeTrue();
        var describing = () => Coordinates.Describe("EPSG:99999");
        describing.Should().Throw<UnknownCrsException>().WithMessage("'EPSG:99999' is not a known coordinate reference system. Known are OGC:CRS84*GCJ-02*");
    }

    [Theory]
    [InlineData("EPSG:2433")]
    [InlineData("EPSG:2362")]
    [InlineData("EPSG:4610")]
    public void Beijing54_and_Xian80_are_refused_by_code(string crs)
    {
        Coordinates.TryToCrs84(crs, 500_000, 2_500_000, out _, out _).Should().BeFalse();
        var converting = () => Coordinates.Transform(crs, "OGC:CRS84", 500_000, 2_500_000);
        converting.Should().Throw<UnknownCrsException>().WithMessage("*no public link to WGS 84*TOWGS84*");
    }

    [Fact]
    public void Beijing54_as_text_needs_parameters_and_then_uses_them()
    {
        var without = () => Coordinates.Describe(Beijing54.Replace("TOWGS84", "", StringComparison.Ordinal));
        without.Should().Throw<UnknownCrsException>().WithMessage("*'Beijing_1954'*TOWGS84*");
        var with = Beijing54.Replace("TOWGS84", ",TOWGS84[15.8,-154.4,-82.3,0,0,0,0]", StringComparison.Ordinal);
        var (longitude, latitude) = Coordinates.Transform(with, "OGC:CRS84", 500_000, 2_500_000);
        // 15.8, -154.4 m across at longitude 114: about 48 m to the east; and the Krassowsky ellipsoid is another one.
        longitude.Should().BeApproximately(114 + (48.4 / 102_700), 1e-5);
        latitude.Should().BeInRange(22.59, 22.61);
        var back = Coordinates.Transform("OGC:CRS84", with, longitude, latitude);
        back.X.Should().BeApproximately(500_000, 0.01);
        back.Y.Should().BeApproximately(2_500_000, 0.01);
    }

    [Fact]
    public void Wkt_text_is_converted_like_PROJ_does_within_a_centimetre()
    {
        var (x, y) = Coordinates.Transform("OGC:CRS84", Cs92, 17, 52.5);
        x.Should().BeApproximately(364281.7210, 0.01);
        y.Should().BeApproximately(516785.8865, 0.01);
        Coordinates.Describe("PROJCS[\"WGS 84 / Pseudo-Mercator\",…]").Name.Should().Be("EPSG:3857");
        var broken = () => Coordinates.Describe("PROJCS[\"x\"");
        broken.Should().Throw<UnknownCrsException>().WithMessage("*cannot be read as WKT 1*");
    }

    [Theory]
    [InlineData("urn:ogc:def:crs:EPSG::4547", "EPSG:4547")]
    [InlineData("http://www.opengis.net/def/crs/EPSG/0/7415", "EPSG:7415")]
    [InlineData("https://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84")]
    [InlineData("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84")]
    [InlineData(" epsg:32650 ", "EPSG:32650")]
    [InlineData("bd09ll", "BD-09")]
    public void The_spellings_of_registries_are_understood(string name, string canonical) =>
        Coordinates.Describe(name).Name.Should().Be(canonical);

    [Theory]
    [InlineData("EPSG:4547", 38_505_142.96, 2_494_705.04)] // the easting carries a zone number: that is EPSG:4526
    [InlineData("EPSG:4526", 505_142.96, 2_494_705.04)] // and here it lacks
    [InlineData("OGC:CRS84", 22.5, 114.05)] // latitude first
    [InlineData("EPSG:3857", 1e9, 0)]
    [InlineData("EPSG:28992", 1e9, 0)]
    [InlineData("EPSG:2056", 0, 0)]
    [InlineData("EPSG:4326", double.NaN, 0)]
    [InlineData("EPSG:32650", 0, double.PositiveInfinity)]
    public void Coordinates_that_cannot_be_of_the_system_are_not_converted(string crs, double x, double y) =>
        Coordinates.TryToCrs84(crs, x, y, out _, out _).Should().BeFalse();

    [Fact]
    public void Arrays_are_converted_in_place_and_positions_outside_become_NaN()
    {
        double[] x = [114.05, 500], y = [22.55, 22.55];
        Coordinates.Transform("EPSG:4490", "EPSG:4526", x, y);
        x[0].Should().BeApproximately(38505142.9619, 0.0001);
        y[0].Should().BeApproximately(2494705.0429, 0.0001);
        double.IsNaN(x[1]).Should().BeTrue();
        var uneven = () => Coordinates.Transform("EPSG:4490", "EPSG:4526", new double[2], new double[1]);
        uneven.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Every_listed_system_says_how_accurate_it_is()
    {
        string[] codes = ["4326", "4490", "3857", "28992", "7415", "2056", "26910",
            .. Enumerable.Range(4491, 64).Concat(Enumerable.Range(32601, 60)).Concat(Enumerable.Range(32701, 60)).Select(c => $"{c}")];
        foreach (var code in codes)
        {
            var info = Coordinates.Describe($"EPSG:{code}");
            info.AccuracyMetres.Should().BeInRange(0, 5);
            info.Note.Should().NotBeEmpty();
        }
        Coordinates.Describe("EPSG:4547").AccuracyMetres.Should().Be(1, "epoch and plate motion are not modelled");
    }

    [Fact]
    public void Many_threads_get_the_same_results()
    {
        var expected = Coordinates.Transform("OGC:CRS84", Cs92, 17, 52.5);
        Parallel.For(0, 2000, i =>
        {
            Coordinates.Transform("OGC:CRS84", Cs92, 17, 52.5).Should().Be(expected);
            Coordinates.Transform("OGC:CRS84", $"EPSG:{32601 + (i % 60)}", -180 + (6 * (i % 60)) + 3, 10).X.Should().BeApproximately(500_000, 1e-6);
        });
    }
}
