using Plinth.Ingestion;
using Plinth.Ingestion.Imagery;

namespace Plinth.Tests.Imagery;

public class GeoTiffTests
{
    internal const string Columns = "scene_id sha256 file_name format width height bands data_type crs pixel_size_x pixel_size_y nodata compression tiled overviews acquired_at geom bbox "
        + "geo_transform orientation control_points block_width block_height photometric interleave cloud_optimized stac_item notes source_row";

    // Numbers: gdalinfo 3.6.2 -json (size, geoTransform, bands, wgs84Extent) of each file.
    [Theory]
    [InlineData("RGB.byte.tif", 791, 718, 3, "uint8", "EPSG:32618", 300.0379266750948, 300.041782729805, "0", "none", false, 0)]
    [InlineData("all-nodata.tif", 71, 2475, 4, "uint16", "EPSG:32628", 3, 3, "0", "lzw", true, 0)]
    [InlineData("cogeo.tif", 1024, 1024, 3, "uint8", "EPSG:3857", 0.5971640348434448, 0.5971640348434448, null, "jpeg", true, 6)]
    [InlineData("shade.tif", 1024, 1024, 1, "uint8", "EPSG:3857", 9.5546285343, 9.5546285343, "255", "none", true, 0)]
    [InlineData("float_nan.tif", 3, 2, 1, "float32", null, 100, 100, "NaN", "none", false, 0)]
    [InlineData("rotated.tif", 10, 15, 1, "uint8", null, 20, 10, null, "packbits", false, 0)]
    public void A_scene_is_described_as_gdal_describes_it(string file, int width, int height, int bands, string type, string? crs, double sizeX, double sizeY,
        string? nodata, string compression, bool tiled, int overviews)
    {
        var row = Row(Repository.Shared("data", "imagery", "geotiff", file));
        row["width"].Should().Be(width);
        row["height"].Should().Be(height);
        row["bands"].Should().Be(bands);
        row["data_type"].Should().Be(type);
        row["crs"].Should().Be(crs);
        ((double)row["pixel_size_x"]!).Should().BeApproximately(sizeX, 1e-9 * sizeX);
        ((double)row["pixel_size_y"]!).Should().BeApproximately(sizeY, 1e-9 * sizeY);
        row["nodata"].Should().Be(nodata);
        row["compression"].Should().Be(compression);
        row["tiled"].Should().Be(tiled);
        row["overviews"].Should().Be(overviews);
        (row["geom"] is null).Should().Be(crs is null, "a footprint needs a CRS");
    }

    [Fact]
    public void The_footprint_of_a_web_mercator_image_is_where_gdal_puts_it()
    {
        var row = Row(Repository.Sample("imagery", "cogeo.tif"));
        // gdalinfo 3.6.2, wgs84Extent.
        Close(row["bbox"], 128.6553955, 37.6664292, 128.6608887, 37.6707774, 1e-7);
        row["scene_id"].Should().Be($"urn:plinth:scene:sha256:{((string)row["sha256"]!)[..16]}");
        row["source_row"].Should().Be($"sha256:{row["sha256"]}");
    }

    [Fact]
    public void The_edges_of_a_footprint_bend_with_the_projection()
    {
        var row = Row(Repository.Shared("data", "imagery", "geotiff", "RGB.byte.tif"));
        var ring = WkbReading.Polygons(row["geom"]).Single().Single();
        ring.Should().HaveCount(4 * 9 + 1);
        Rings.SignedArea(ring).Should().BePositive("an exterior ring runs counter-clockwise");
        // Corners: gdalinfo 3.6.2, wgs84Extent.
        foreach (var (x, y) in new[] { (-78.95865, 25.5060874), (-78.8981334, 23.5649912), (-76.5749237, 23.605947), (-76.5994383, 25.5508738) })
            ring.Should().Contain(p => Math.Abs(p.X - x) < 2e-6 && Math.Abs(p.Y - y) < 2e-6);
    }

    [Fact]
    public void A_southern_scene_in_degrees_keeps_longitude_first()
    {
        var row = Row(Repository.Shared("data", "imagery", "landsat-pucallpa", "1990.tif"), ("acquired_at", "1990-07-01"));
        row["crs"].Should().Be("EPSG:4326");
        row["bands"].Should().Be(4);
        row["compression"].Should().Be("deflate");
        row["acquired_at"].Should().Be(new DateTime(1990, 7, 1, 0, 0, 0, DateTimeKind.Utc), "the contract says it");
        Close(row["bbox"], -74.7224942, -8.586906, -74.158981, -8.2821076, 1e-7); // gdalinfo 3.6.2
    }

    [Fact]
    public void A_CRS_that_only_Esri_text_tells_is_handed_on_whole()
    {
        var row = Row(Repository.Shared("data", "imagery", "geotiff", "test_esri_wkt.tif"));
        row["crs"].Should().BeOfType<string>().Which.Should().StartWith("PROJCS[\"USA_Contiguous_Albers").And.EndWith("UNIT[\"Meter\",1.0]]", "the vertical CRS inside, with its centimetres, is none of its own");
        row["geom"].Should().BeNull();
        row["notes"].Should().BeOfType<string>().Which.Should().Contain("cannot be brought from PROJCS");
    }

    [Fact]
    public void Rotated_and_south_up_images_say_so()
    {
        Row(Repository.Shared("data", "imagery", "geotiff", "rotated.tif"))["notes"].Should().Be("it names no CRS; its rows are rotated against the CRS");
        Row(Repository.Shared("data", "imagery", "geotiff", "float_nan.tif"))["notes"].Should().Be("it names no CRS; its first row is the southernmost");
    }

    [Fact]
    public void A_BigTIFF_in_the_other_byte_order_is_read_like_any_other()
    {
        var bytes = BigEndianBigTiff(width: 40, height: 20, nextDirectory: 0);
        var row = Parse(bytes);
        row["width"].Should().Be(40);
        row["height"].Should().Be(20);
        row["crs"].Should().Be("EPSG:4326");
        Close(row["bbox"], 113, 23 - 20 * 0.01, 113 + 40 * 0.01, 23, 1e-12);
    }

    [Fact]
    public void A_chain_of_directories_that_bites_its_tail_ends()
    {
        var row = Parse(BigEndianBigTiff(width: 40, height: 20, nextDirectory: 16));
        row["width"].Should().Be(40);
        row["notes"].Should().BeOfType<string>().Which.Should().Contain("its chain of directories does not end");
    }

    [Fact]
    public void An_image_that_was_cut_is_said_to_be()
    {
        var whole = File.ReadAllBytes(Repository.Sample("imagery", "cogeo.tif"));
        Parse(whole)["notes"].Should().BeNull();
        Parse(whole[..200_000])["notes"].Should().BeOfType<string>().Which.Should().Contain("it is cut: ");
    }

    [Theory]
    [InlineData("not an image at all", "it does not begin like a TIFF file")]
    [InlineData("II*", "it is shorter than a TIFF header")]
    [InlineData("II*\0\u0008\0\0\0", "its first directory, at byte 8, is not there or cannot be read")]
    public void Another_file_is_refused_with_what_was_expected(string content, string reason)
    {
        var read = () => Parse([.. content.Select(c => (byte)c)]);
        read.Should().Throw<SourceFormatException>().WithMessage($"x.tif: {reason}; expected a GeoTIFF or COG image (TIFF or BigTIFF)");
    }

    [Fact]
    public void An_image_of_another_planet_is_refused()
    {
        var read = () => Parse(BigEndianBigTiff(40, 20, 0, semiMajorAxis: 3396190));
        read.Should().Throw<SourceFormatException>().Which.Reason.Should().Be("its CRS is of a body with a radius of 3396 km, which is not the Earth");
        Parse(BigEndianBigTiff(40, 20, 0, semiMajorAxis: 6378140))["width"].Should().Be(40);
    }

    [Theory]
    [InlineData("GCS_Moon_2000", true)]
    [InlineData("Mars 2000", true)]
    [InlineData("Io_2000", true)]
    [InlineData("NAD83 / Mercury, Nevada", false)]
    [InlineData("WGS 84 / UTM zone 32N", false)]
    public void Names_of_other_bodies_are_told_from_places_on_Earth(string name, bool elsewhere) => (CelestialBody.NotEarth(name) is not null).Should().Be(elsewhere);

    [Fact]
    public void Pixels_that_would_swell_beyond_measure_are_refused()
    {
        var read = () => Parse(BigEndianBigTiff(2_000_000, 2_000_000, 0, stored: 5000));
        read.Should().Throw<SourceFormatException>().Which.Reason.Should().EndWith("bytes would unpack to 3725 GiB, more than 20000 to 1");
    }

    [Fact]
    public void A_scene_is_an_item_of_STAC_too()
    {
        var row = Row(Repository.Sample("imagery", "cogeo.tif"), ("acquired_at", "2021-05-01T02:03:04Z"));
        using var item = System.Text.Json.JsonDocument.Parse((string)row["stac_item"]!);
        var root = item.RootElement;
        root.GetProperty("id").GetString().Should().Be((string)row["scene_id"]!);
        root.GetProperty("properties").GetProperty("datetime").GetString().Should().Be("2021-05-01T02:03:04Z");
        root.GetProperty("properties").GetProperty("proj:epsg").GetInt32().Should().Be(3857);
        root.GetProperty("bbox").EnumerateArray().Select(v => v.GetDouble()).Should().Equal(((object?[])row["bbox"]!).Cast<double>());
        root.GetProperty("geometry").GetProperty("coordinates")[0].GetArrayLength().Should().Be(37);
        (row["cloud_optimized"], row["orientation"], row["photometric"], row["block_width"]).Should().Be((true, "north-up", "ycbcr", 512));
    }

    [Fact]
    public void No_mutation_crashes_or_hangs_the_reader() => Readers.Fuzz(File.ReadAllBytes(Repository.Sample("imagery", "cogeo.tif"))[..20_000], 5000, Read, headBytes: 2500);

    [Fact]
    public void No_mutation_of_a_BigTIFF_crashes_or_hangs_the_reader() => Readers.Fuzz(BigEndianBigTiff(40, 20, 0), 10_000, Read);

    private static void Close(object? bbox, double xmin, double ymin, double xmax, double ymax, double tolerance)
    {
        var values = bbox.Should().BeOfType<object[]>().Subject.Cast<double>().ToArray();
        double[] expected = [xmin, ymin, xmax, ymax];
        values.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= tolerance, $"the box is {string.Join(' ', expected)}, not {string.Join(' ', values)}");
    }

    private static Dictionary<string, object?> Row(string path, params (string, string)[] settings) =>
        Readers.Read(new GeoTiffReader(), path, settings: settings).Rows("imagery.scene", Columns).Single();

    private static Dictionary<string, object?> Parse(byte[] bytes) => Read(bytes).Rows("imagery.scene", Columns).Single();

    private static ReadResult Read(byte[] bytes) => GeoTiffReader.Read(ByteView.Of(bytes, "x.tif", new GeoTiffReader().Expected), Readers.Input("x.tif"));

    /// <summary>A one-band image in EPSG:4326 from 113 E, 23 N with pixels of 0.01 degree, without pixels.</summary>
    private static byte[] BigEndianBigTiff(int width, int height, long nextDirectory, double semiMajorAxis = 0, int stored = 0)
    {
        var memory = new MemoryStream();
        void U16(int value) => memory.Write([(byte)(value >> 8), (byte)value]);
        void U64(long value)
        {
            for (var shift = 56; shift >= 0; shift -= 8)
                memory.WriteByte((byte)(value >> shift));
        }
        void Entry(int tag, int type, long count, long value)
        {
            U16(tag);
            U16(type);
            U64(count);
            U64(value);
        }
        memory.Write("MM"u8);
        U16(43);
        U16(8);
        U16(0);
        U64(16);
        var more = (semiMajorAxis > 0 ? 1 : 0) + (stored > 0 ? 2 : 0);
        U64(6 + more);
        var data = 16 + 8 + (6 + more) * 20 + 8;
        Entry(256, 4, 1, (long)width << 32);
        Entry(257, 4, 1, (long)height << 32);
        Entry(258, 3, 1, 8L << 48);
        if (stored > 0)
        {
            Entry(273, 4, 1, 16L << 32);
            Entry(279, 4, 1, (long)stored << 32);
        }
        Entry(33550, 12, 3, data);
        Entry(33922, 12, 6, data + 24);
        Entry(34735, 3, semiMajorAxis > 0 ? 16 : 12, data + 72);
        if (semiMajorAxis > 0)
            Entry(34736, 12, 1, BitConverter.DoubleToInt64Bits(semiMajorAxis));
        U64(nextDirectory);
        foreach (var value in new[] { 0.01, 0.01, 0, 0, 0, 0, 113, 23, 0 })
            U64(BitConverter.DoubleToInt64Bits(value));
        int[] keys = semiMajorAxis > 0 ? [1, 1, 0, 3, 1024, 0, 1, 2, 2048, 0, 1, 32767, 2057, 34736, 1, 0] : [1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326];
        foreach (var value in keys)
            U16(value);
        return memory.ToArray();
    }
}
