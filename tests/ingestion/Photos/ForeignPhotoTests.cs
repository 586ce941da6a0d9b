using System.Buffers.Binary;
using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Photos;

namespace Plinth.Tests.Photos;

/// <summary>What other makers' cameras write, and what no camera should.</summary>
public class ForeignPhotoTests
{
    private const string Columns = "photo_id sha256 file_name media_type taken_at time_source camera_make camera_model width height focal_px focal_method longitude latitude "
        + "altitude_m relative_altitude_m yaw_deg pitch_deg roll_deg pose_source position_accuracy_m view_bucket geom bbox footprint ground_sample_m notes source_row folder";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EXIF_of_both_byte_orders_gives_the_same_place(bool little)
    {
        var row = Read(Jpeg(Exif(little, "N", "W", 1)));
        ((double)row["latitude"]!).Should().BeApproximately(46.51, 1e-9);
        ((double)row["longitude"]!).Should().BeApproximately(-91.51, 1e-9);
        (row["width"], row["height"], row["pose_source"]).Should().Be((640, 480, "exif"));
    }

    [Theory]
    [InlineData("N", "W", 0)]
    [InlineData("", "W", 1)]
    [InlineData("N", "", 1)]
    public void Zero_denominators_and_missing_hemispheres_make_a_position_void_and_not_a_guess(string north, string east, uint denominator)
    {
        var row = Read(Jpeg(Exif(true, north, east, denominator)));
        (row["longitude"], row["geom"], row["pose_source"]).Should().Be((null, null, "none"));
        row["notes"].Should().BeOfType<string>().Which.Should().Contain("its EXIF position is void");
    }

    [Theory]
    [InlineData(0x00000010)]
    [InlineData(0x7FFFFFFF)]
    [InlineData(unchecked((int)0xFFFFFFFF))]
    public void A_length_field_of_EXIF_drives_no_allocation(int count)
    {
        foreach (var little in new[] { true, false })
        {
            var exif = Exif(little, "N", "W", 1);
            // Each entry's count, in turn.
            for (var entry = 0; entry < 4; entry++)
            {
                var hostile = (byte[])exif.Clone();
                Write(hostile.AsSpan(6 + 26 + 2 + 12 * entry + 4), (uint)count, little);
                var jpeg = Jpeg(hostile);
                Read(jpeg);
                var before = GC.GetAllocatedBytesForCurrentThread();
                Read(jpeg);
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(4 << 20);
            }
        }
    }

    [Fact]
    public void Parrot_and_Skydio_write_the_angles_of_the_camera()
    {
        var parrot = Xmp("xmlns:drone-parrot=\"http://www.parrot.com/drone-parrot/1.0/\" xmlns:Camera=\"http://pix4d.com/camera/1.0\" Camera:Pitch=\"11.6\" Camera:Yaw=\"176.3\" Camera:Roll=\"0\"",
            "<drone-parrot:CameraRollDegree>-0.322913</drone-parrot:CameraRollDegree><drone-parrot:CameraPitchDegree>-78.362686</drone-parrot:CameraPitchDegree><drone-parrot:CameraYawDegree>176.310745</drone-parrot:CameraYawDegree>");
        (parrot.Yaw, parrot.Pitch, parrot.Roll, parrot.Source, parrot.ViewBucket).Should().Be((176.310745, -78.362686, -0.322913, "xmp-parrot", "nadir"));
        var skydio = Xmp("xmlns:drone-skydio=\"https://www.skydio.com/drone-skydio/1.0/\" drone-skydio:Latitude=\"37.5\" drone-skydio:Longitude=\"-122.3\" drone-skydio:AbsoluteAltitude=\"51.5\" drone-skydio:RelativeAltitude=\"20.5\"", """
            <drone-skydio:VehicleOrientationNED rdf:parseType="Resource"><drone-skydio:Yaw>1</drone-skydio:Yaw><drone-skydio:Pitch>2</drone-skydio:Pitch><drone-skydio:Roll>3</drone-skydio:Roll></drone-skydio:VehicleOrientationNED>
            <drone-skydio:CameraOrientationNED rdf:parseType="Resource"><drone-skydio:Yaw>95</drone-skydio:Yaw><drone-skydio:Pitch>-45</drone-skydio:Pitch><drone-skydio:Roll>0.5</drone-skydio:Roll></drone-skydio:CameraOrientationNED>
            """);
        (skydio.Longitude, skydio.Latitude, skydio.Altitude, skydio.RelativeAltitude).Should().Be((-122.3, 37.5, 51.5, 20.5));
        (skydio.Yaw, skydio.Pitch, skydio.Roll, skydio.Source, skydio.ViewBucket).Should().Be((95.0, -45.0, 0.5, "xmp-skydio", "E"));
    }

    [Fact]
    public void Extended_XMP_and_a_second_image_behind_the_first_do_not_hide_the_pose()
    {
        var sample = File.ReadAllBytes(Repository.Sample("photos", "DJI_0024.JPG"));
        byte[] extended = [0xFF, 0xE1, 0, 80, .. "http://ns.adobe.com/xmp/extension/\0"u8, .. new byte[78 - 35]];
        var row = Read([0xFF, 0xD8, .. extended, .. sample.AsSpan(2), .. Jpeg(Exif(true, "N", "W", 1))]);
        (row["width"], row["pose_source"], row["relative_altitude_m"]).Should().Be((4000, "xmp-dji", 39.9));
    }

    [Fact]
    public void No_mutation_of_a_camera_calibration_crashes_or_hangs_the_reader() =>
        Readers.Fuzz("<?xml version=\"1.0\"?><calibration><width>8192</width><height>5460</height><f>8215.9</f><cx>0</cx></calibration>"u8.ToArray(), 1500,
            bytes => CameraReader.Read(ByteView.Of(bytes, "x", "x"), Readers.Input("x")));

    private static PhotoPose Xmp(string attributes, string elements) => PhotoPose.From(ExifData.FromSegment(null, []), XmpPose.Read(Encoding.UTF8.GetBytes($"""
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>
        """), []), []);

    private static Dictionary<string, object?> Read(byte[] bytes) => PhotoReader.Read(ByteView.Of(bytes, "x.jpg", "a photograph"), Readers.Input("x.jpg")).Rows("imagery.photo", Columns).Single();

    private static byte[] Jpeg(byte[] exif) =>
        [0xFF, 0xD8, 0xFF, 0xE1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif, 0xFF, 0xC0, 0, 11, 8, 1, 224, 2, 128, 1, 1, 0x11, 0, 0xFF, 0xD9];

    /// <summary>46°30′36″, 91°30′36″: one directory that points to one of GPS.</summary>
    private static byte[] Exif(bool little, string north, string east, uint denominator)
    {
        var bytes = new byte[6 + 26 + 2 + 4 * 12 + 4 + 48];
        "Exif\0\0"u8.CopyTo(bytes);
        var tiff = bytes.AsSpan(6);
        (little ? "II*\0"u8 : "MM\0*"u8).CopyTo(tiff);
        Write(tiff[4..], 8u, little);
        Write(tiff[8..], (ushort)1, little);
        Entry(tiff[10..], 0x8825, 4, 1);
        Write(tiff[18..], 26u, little);
        Write(tiff[26..], (ushort)4, little);
        var data = 26 + 2 + 4 * 12 + 4;
        foreach (var (at, tag, reference, degrees) in new[] { (0, (ushort)1, north, 46u), (2, (ushort)3, east, 91u) })
        {
            Entry(tiff[(28 + 12 * at)..], tag, 2, 2);
            if (reference.Length > 0)
                tiff[28 + 12 * at + 8] = (byte)reference[0];
            Entry(tiff[(28 + 12 * (at + 1))..], (ushort)(tag + 1), 5, 3);
            Write(tiff[(28 + 12 * (at + 1) + 8)..], (uint)(data + 12 * at), little);
            foreach (var (i, value) in new[] { (0, degrees), (1, 30u), (2, 36u) })
            {
                Write(tiff[(data + 12 * at + 8 * i)..], value, little);
                Write(tiff[(data + 12 * at + 8 * i + 4)..], denominator, little);
            }
        }
        return bytes;

        void Entry(Span<byte> at, ushort tag, ushort type, uint count)
        {
            Write(at, tag, little);
            Write(at[2..], type, little);
            Write(at[4..], count, little);
        }
    }

    private static void Write(Span<byte> at, ushort value, bool little)
    {
        if (little)
            BinaryPrimitives.WriteUInt16LittleEndian(at, value);
        else
            BinaryPrimitives.WriteUInt16BigEndian(at, value);
    }

    private static void Write(Span<byte> at, uint value, bool little)
    {
        if (little)
            BinaryPrimitives.WriteUInt32LittleEndian(at, value);
        else
            BinaryPrimitives.WriteUInt32BigEndian(at, value);
    }
}
