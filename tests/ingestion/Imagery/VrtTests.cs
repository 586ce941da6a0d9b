using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Imagery;

namespace Plinth.Tests.Imagery;

public class VrtTests
{
    [Fact]
    public void A_raster_placed_by_control_points_has_the_CRS_and_count_of_its_points()
    {
        var row = Readers.Read(new VrtReader(), Repository.Shared("data", "imagery", "geotiff", "RGB.byte.gcp.vrt")).Rows("imagery.scene", GeoTiffTests.Columns).Single();
        (row["width"], row["height"], row["bands"], row["data_type"], row["crs"], row["nodata"], row["control_points"], row["format"])
            .Should().Be((791, 718, 3, "uint8", "EPSG:4326", "0", 4, "vrt"));
        // Longitude is X although the CRS names latitude first; the points reach to pixel 7448, 11521, the image only to 791, 718.
        var box = row["bbox"].Should().BeOfType<object[]>().Subject.Cast<double>().ToArray();
        box[0].Should().BeApproximately(-123.49, 0.02);
        box[3].Should().BeApproximately(49.53, 0.02);
        row["notes"].Should().BeOfType<string>().Which.Should().Contain("its pixels lie in 1 other file (RGB.byte.tif), of which 1 lie beside it");
    }

    [Theory]
    [InlineData("<VRTDataset rasterXSize='0' rasterYSize='5'/>", "its rasterXSize is no number above 0")]
    [InlineData("<VRTDataset rasterXSize='5' rasterYSize='5'>", "it is no well-formed XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY b 'c'>]><VRTDataset rasterXSize='5' rasterYSize='5'/>", "it is no well-formed XML")]
    [InlineData("<VRTDataset rasterXSize='5' rasterYSize='5'><SRS>GEOGCS[\"GCS_Mars_2000\",DATUM[\"D_Mars_2000\",SPHEROID[\"Mars_2000\",3396190,169.89]]]</SRS></VRTDataset>",
        "its CRS is of a body with a radius of 3396 km, which is not the Earth")]
    public void What_is_none_is_refused(string xml, string reason)
    {
        var read = () => Read(Encoding.UTF8.GetBytes(xml));
        read.Should().Throw<SourceFormatException>().Which.Reason.Should().StartWith(reason);
    }

    [Fact]
    public void Sources_elsewhere_are_named_and_not_looked_for()
    {
        var result = Read(Encoding.UTF8.GetBytes("<VRTDataset rasterXSize='5' rasterYSize='5'><VRTRasterBand><SimpleSource><SourceFilename relativeToVRT='1'>../../etc/passwd</SourceFilename>"
            + "</SimpleSource><SimpleSource><SourceFilename>/vsicurl/http://x/y.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"));
        result.Rows("imagery.scene", GeoTiffTests.Columns).Single()["notes"].Should().BeOfType<string>().Which.Should().Contain("in 2 other files (../../etc/passwd, /vsicurl/http://x/y.tif), of which 0 lie beside it");
    }

    [Fact]
    public void Deep_nesting_is_refused() => FluentActions.Invoking(() => Read(Encoding.UTF8.GetBytes("<VRTDataset>" + string.Concat(Enumerable.Repeat("<a>", 100_000)))))
        .Should().Throw<SourceFormatException>();

    [Fact]
    public void No_mutation_crashes_or_hangs_the_reader() => Readers.Fuzz(Encoding.UTF8.GetBytes(
        "<VRTDataset rasterXSize='5' rasterYSize='5'><SRS>EPSG:4326</SRS><GeoTransform>113,0.1,0,23,0,-0.1</GeoTransform><VRTRasterBand dataType='Byte'/></VRTDataset>"), 5000, Read);

    private static ReadResult Read(byte[] bytes) => VrtReader.Read(ByteView.Of(bytes, "x.vrt", new VrtReader().Expected), Readers.Input("x.vrt"));
}
