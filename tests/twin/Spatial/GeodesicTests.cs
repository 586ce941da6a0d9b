using NetTopologySuite.IO;
using Plinth.Twin;

namespace Plinth.Tests;

public class GeodesicTests
{
    private static byte[] Wkb(string text) => new WKBWriter().Write(new WKTReader().Read(text));

    [Fact]
    public void The_distance_that_PostGIS_documents_is_met() =>
        Geodesic.Distance(-118.4079, 33.9434, 2.5559, 49.0083).Should().BeApproximately(9124665.27317673, 2e-8);

    // Reference values: geod of PROJ 9.1.1 (Karney's series), latitude first there.
    [Theory]
    [InlineData(0, 0, 179.5, 0.5, 19936288.57896531)]
    [InlineData(0, 0, 179.7, 0.5, 19944127.42075046)]
    [InlineData(0, 0, 179.9, 0, 20003008.42150941)]
    [InlineData(0, -30, 179.8, 29.9, 19989832.82760953)]
    [InlineData(20, 10, -160, -10, 20003931.45862545)]
    [InlineData(113.2, 22.5, 113.3, 22.6, 15113.85786885)]
    [InlineData(0, 0, 90, 0, 10018754.17139462)]
    [InlineData(10, 89, -170, -89, 20003931.45862545)]
    [InlineData(0, -90, 0, 90, 20003931.45862545)]
    [InlineData(4, 52, 4.00001, 52.00001, 1.30755852)]
    [InlineData(0, 5, 179.99, -5, 20003922.22814904)]
    [InlineData(113.2, 22.5, 113.2, 22.5, 0)]
    [InlineData(-180, 10, 180, 10, 0)]
    public void Distances_agree_with_PROJ_to_a_few_nanometres_near_the_antipodes_too(double lon1, double lat1, double lon2, double lat2, double metres)
    {
        Geodesic.Distance(lon1, lat1, lon2, lat2).Should().BeApproximately(metres, 3e-8);
        Geodesic.Distance(lon2, lat2, lon1, lat1).Should().BeApproximately(metres, 3e-8);
    }

    [Fact]
    public void Distance_is_symmetric_and_obeys_the_triangle_inequality()
    {
        var random = new Random(5);
        double Longitude() => -180 + (360 * random.NextDouble());
        double Latitude() => -90 + (180 * random.NextDouble());
        for (var i = 0; i < 2000; i++)
        {
            var (a, b, c, d, e, f) = (Longitude(), Latitude(), Longitude(), Latitude(), Longitude(), Latitude());
            var direct = Geodesic.Distance(a, b, c, d);
            direct.Should().BeInRange(0, 20003931.4587);
            Geodesic.Distance(c, d, a, b).Should().BeApproximately(direct, 1e-7);
            Geodesic.Distance(a, b, e, f).Should().BeLessThanOrEqualTo(direct + Geodesic.Distance(c, d, e, f) + 1e-7);
        }
    }

    [Fact]
    public void The_area_that_PostGIS_documents_is_met() =>
        Measures.Area(Wkb("POLYGON((-71.1776848522251 42.3902896512902,-71.1776843766326 42.3903829478009,-71.1775844305465 42.3903826677917,-71.1775825927231 42.3902893647987,-71.1776848522251 42.3902896512902))"))
            .Should().BeApproximately(86.2776044452694, 1e-6);

    [Fact]
    public void Antarctica_has_the_area_and_perimeter_that_GeographicLib_documents()
    {
        // Latitude, longitude: the example of the documentation of GeographicLib's polygon area.
        double[,] points =
        {
            { -63.1, -58 }, { -72.9, -74 }, { -71.9, -102 }, { -74.9, -102 }, { -74.3, -131 }, { -77.5, -163 }, { -77.4, 163 }, { -71.7, 172 },
            { -65.9, 140 }, { -65.7, 113 }, { -66.6, 88 }, { -66.9, 59 }, { -69.8, 25 }, { -70.0, -4 }, { -71.0, -14 }, { -77.3, -33 }, { -77.9, -46 }, { -74.7, -61 },
        };
        var ring = string.Join(',', Enumerable.Range(0, 19).Select(i => $"{points[i % 18, 1]} {points[i % 18, 0]}"));
        Measures.Area(Wkb($"POLYGON(({ring}))")).Should().BeApproximately(13662703680020.1, 0.5);
        Measures.Perimeter(Wkb($"POLYGON(({ring}))")).Should().BeApproximately(16831067.893, 0.001);
    }

    [Fact]
    public void An_eighth_of_the_globe_has_an_eighth_of_its_area() =>
        Measures.Area(Wkb("POLYGON((0 0, 90 0, 0 90, 0 0))")).Should().BeApproximately(510065621724088.44 / 8, 1);

    [Theory]
    [InlineData(10, 20, 60, 50)]
    [InlineData(-170, -60, 100, 10)]
    [InlineData(113.2, 22.5, 113.9, 22.8)]
    [InlineData(0, -30, 120, 40)]
    public void The_area_under_a_line_is_the_integral_of_the_authalic_strips_along_it(double lon1, double lat1, double lon2, double lat2)
    {
        // Independent: find points on the line by bisecting chords that add up to its length, and sum thin strips.
        var ellipsoid = Ellipsoid.Wgs84;
        double Strip(double latitude)
        {
            var sine = Math.Sin(latitude * Math.PI / 180);
            return ellipsoid.SemiMinor * ellipsoid.SemiMinor / 2 * ((sine / (1 - (ellipsoid.E2 * sine * sine))) + (Math.Atanh(ellipsoid.E * sine) / ellipsoid.E));
        }

        double LatitudeAt(double longitude, double la, double pa, double lb, double pb)
        {
            // The latitude that makes the way over that longitude shortest (ternary search).
            double low = -89, high = 89;
            for (var i = 0; i < 120; i++)
            {
                var (m1, m2) = (low + ((high - low) / 3), high - ((high - low) / 3));
                if (Geodesic.Distance(la, pa, longitude, m1) + Geodesic.Distance(longitude, m1, lb, pb) < Geodesic.Distance(la, pa, longitude, m2) + Geodesic.Distance(longitude, m2, lb, pb))
                    high = m2;
                else
                    low = m1;
            }
            return (low + high) / 2;
        }

        var area = Geodesic.AreaToEquator(lon1, lat1, lon2, lat2, out var turned);
        const int Steps = 64;
        var sum = 0.0;
        for (var i = 0; i <= Steps; i++)
        {
            var latitude = i == 0 ? lat1 : i == Steps ? lat2 : LatitudeAt(lon1 + (turned * i / Steps), lon1, lat1, lon2, lat2);
            sum += Strip(latitude) * (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2);
        }
        var expected = sum * turned * Math.PI / 180 / Steps / 3;
        area.Should().BeApproximately(expected, Math.Abs(expected) * 2e-6);
        Geodesic.AreaToEquator(lon2, lat2, lon1, lat1, out _).Should().BeApproximately(-area, Math.Abs(area) * 1e-13);
        Geodesic.AreaToEquator(lon1, -lat1, lon2, -lat2, out _).Should().BeApproximately(-area, Math.Abs(area) * 1e-13);
    }

    [Fact]
    public void Holes_count_off_and_parts_add_up()
    {
        var whole = Measures.Area(Wkb("POLYGON((113 23, 113.01 23, 113.01 23.01, 113 23.01, 113 23))"));
        var hole = Measures.Area(Wkb("POLYGON((113.002 23.002, 113.004 23.002, 113.004 23.004, 113.002 23.002))"));
        whole.Should().BeInRange(1_130_000, 1_140_000);
        Measures.Area(Wkb("POLYGON((113 23, 113.01 23, 113.01 23.01, 113 23.01, 113 23),(113.002 23.002, 113.004 23.002, 113.004 23.004, 113.002 23.002))"))
            .Should().BeApproximately(whole - hole, 1e-6);
        Measures.Area(Wkb("MULTIPOLYGON(((113 23, 113.01 23, 113.01 23.01, 113 23.01, 113 23)),((114.002 23.002, 114.004 23.002, 114.004 23.004, 114.002 23.002)))"))
            .Should().BeApproximately(whole + hole, 1e-6);
        Measures.Length(Wkb("GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(113 23, 113 23.01), POLYGON((0 0,1 0,1 1,0 0)))")).Should().BeApproximately(1107.53, 0.5);
    }
}
