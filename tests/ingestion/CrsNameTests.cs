using Plinth.Ingestion;

namespace Plinth.Tests;

public class CrsNameTests
{
    [Theory]
    [InlineData("EPSG:7415", "EPSG:7415")]
    [InlineData("urn:ogc:def:crs:EPSG::7415", "EPSG:7415")]
    [InlineData("urn:ogc:def:crs:EPSG:9.8.3:7415", "EPSG:7415")]
    [InlineData("https://www.opengis.net/def/crs/EPSG/0/2056", "EPSG:2056")]
    [InlineData("urn:ogc:def:crs,crs:EPSG::28992,crs:EPSG::5709", "EPSG:28992")]
    [InlineData("https://www.opengis.net/def/crs-compound?1=http://www.opengis.net/def/crs/EPSG/0/28992&2=http://www.opengis.net/def/crs/EPSG/0/5709", "EPSG:28992")]
    [InlineData("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84")]
    [InlineData("somewhere", null)]
    [InlineData("", null)]
    public void The_many_names_of_a_CRS_become_one(string text, string? expected) => CrsName.From(text).Should().Be(expected);

    [Theory]
    [InlineData("""PROJCS["a",GEOGCS["b",AUTHORITY["EPSG","4269"]],UNIT["foot",0.3048],AUTHORITY["EPSG","26910"]]""", "EPSG:26910", 0.3048, null)]
    [InlineData("""PROJCS["a",GEOGCS["b",UNIT["degree",0.017],AUTHORITY["EPSG","4269"]],UNIT["metre",1]]""", null, 1.0, null)]
    [InlineData("""COMPD_CS["c ]",PROJCS["a",UNIT["metre",1],AUTHORITY["EPSG","2991"]],VERT_CS["v",UNIT["ft",0.3],AUTHORITY["EPSG","6360"]]]""", "EPSG:2991", 1.0, 0.3)]
    [InlineData("""GEOGCRS["WGS 84",ID["EPSG",4326]]""", "EPSG:4326", null, null)]
    [InlineData("""PROJCS["broken""", null, null, null)]
    [InlineData("]]]]", null, null, null)]
    public void WKT_tells_its_own_code_and_units_and_not_those_of_its_parts(string wkt, string? code, double? linear, double? vertical)
    {
        CrsName.FromWkt(wkt).Should().Be(code);
        CrsName.LinearUnit(wkt).Should().Be(linear);
        CrsName.VerticalUnit(wkt).Should().Be(vertical);
    }

    [Fact]
    public void The_horizontal_part_of_a_compound_CRS_can_stand_alone()
    {
        CrsName.Horizontal("""COMPD_CS["x",PROJCS["a [",GEOGCS["b"]],VERT_CS["v"]]""").Should().Be("""PROJCS["a [",GEOGCS["b"]]""");
        CrsName.Horizontal("""PROJCS["a",GEOGCS["b"],UNIT["Meter",1.0],VERTCS["v",VDATUM["d"],UNIT["Centimeter",0.01]]]""").Should().Be("""PROJCS["a",GEOGCS["b"],UNIT["Meter",1.0]]""");
        CrsName.Horizontal("""PROJCS["a",GEOGCS["b"]]""").Should().Be("""PROJCS["a",GEOGCS["b"]]""");
        CrsName.Horizontal("""COMPD_CS["x",PROJCS["a""").Should().Be("""COMPD_CS["x",PROJCS["a""");
    }
}
