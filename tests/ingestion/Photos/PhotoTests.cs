using System.Text;
using Plinth.Ingestion;
using Plinth.Ingestion.Photos;

namespace Plinth.Tests.Photos;

public class PhotoTests
{
    private const string Columns = "photo_id sha256 file_name media_type taken_at time_source camera_make camera_model width height focal_px focal_method longitude latitude "
        + "altitude_m relative_altitude_m yaw_deg pitch_deg roll_deg pose_source position_accuracy_m view_bucket geom bbox footprint ground_sample_m notes source_row folder";

    // Positions, altitudes, times, sizes: exiftool 12.57 -n of each file.
    [Theory]
    [InlineData("DJI_0024.JPG", 46.8428646111111, -91.9936966666667, 198.409, 39.90, -140.00, "2016-06-23T21:32:43")]
    [InlineData("DJI_0025.JPG", 46.8427738611111, -91.9938259444444, 198.509, 40.00, -132.00, "2016-06-23T21:32:50")]
    public void A_DJI_photo_has_its_pose_from_EXIF_and_XMP(string file, double latitude, double longitude, double altitude, double relative, double yaw, string utc)
    {
        var row = Row(Repository.Sample("photos", file), "America/Chicago");
        Near(row, "latitude", latitude, 1e-9);
        Near(row, "longitude", longitude, 1e-9);
        Near(row, "altitude_m", altitude, 1e-6);
        Near(row, "relative_altitude_m", relative, 1e-9);
        Near(row, "yaw_deg", yaw, 1e-9);
        Near(row, "pitch_deg", -89.9, 1e-9);
        row["roll_deg"].Should().Be(0.0);
        (row["pose_source"], row["view_bucket"], row["position_accuracy_m"]).Should().Be(("xmp-dji", "nadir", PhotoPose.DefaultAccuracy));
        (row["camera_make"], row["camera_model"], row["width"], row["height"]).Should().Be(("DJI", "FC300S", 4000, 2250));
        row["taken_at"].Should().Be(DateTime.Parse(utc + "Z", null, System.Globalization.DateTimeStyles.AdjustToUniversal), "the camera's clock has no zone, and the contract's is Chicago");
        row["time_source"].Should().Be("exif-local America/Chicago");
        // 3.61 mm on a 1/2.3" sensor, 6.17 mm wide.
        Near(row, "focal_px", 3.61 / 6.17 * 4000, 1e-3);
        row["photo_id"].Should().Be($"urn:plinth:photo:sha256:{((string)row["sha256"]!)[..16]}");
        row["geom"].Should().BeOfType<byte[]>().Which.Should().Equal(Wkb.Point((double)row["longitude"]!, (double)row["latitude"]!));
        row["notes"].Should().BeNull();
    }

    [Fact]
    public void A_thermal_photo_below_sea_level_is_a_photo_like_any_other()
    {
        var row = Row(Repository.Sample("photos", "xt2-thermal.jpg"));
        Near(row, "latitude", 40.3775014444444, 1e-9);
        Near(row, "longitude", -74.4899133611111, 1e-9);
        row["altitude_m"].Should().Be(-8.5);
        row["relative_altitude_m"].Should().Be(62.5);
        (row["camera_make"], row["camera_model"], row["view_bucket"]).Should().Be(("DJI", "FLIR", "nadir"));
        Near(row, "focal_px", 13 / 0.017, 1e-6); // 17 µm detectors
        row["taken_at"].Should().Be(new DateTime(2019, 4, 30, 15, 56, 18, 606, DateTimeKind.Utc));
    }

    [Fact]
    public void A_senseFly_photo_takes_the_aircrafts_attitude_clock_and_height_above_the_sea()
    {
        var row = Row(Repository.Shared("data", "drone-photos", "seneca-fixed-wing", "IMG_0485.jpg"), "America/New_York");
        Near(row, "latitude", 41.0364951, 1e-7);
        Near(row, "longitude", -83.3068465, 1e-7);
        Near(row, "altitude_m", 318.5443726, 1e-6);
        Near(row, "relative_altitude_m", 70.66574097, 1e-6);
        (row["pose_source"], row["view_bucket"], row["time_source"]).Should().Be(("xmp-sensefly", "nadir", "xmp-utc"));
        row["taken_at"].Should().Be(new DateTime(2013, 6, 4, 17, 42, 6, DateTimeKind.Utc), "not the camera's 13:41:32, which is 34 s off");
        // The nose is 4.9 degrees up, so the camera looks forward by as much.
        Near(row, "pitch_deg", -90 + 4.889464378, 0.1);
        Near(row, "yaw_deg", 237.5653534 - 360, 10);
        // EXIF: 4.3 mm, 16393.44 px/inch when it was 4000 px wide; it is 3600 now.
        Near(row, "focal_px", 4.3 / 25.4 * 16393.44262 * 0.9, 0.01);
        row["notes"].Should().BeOfType<string>().Which.Should().Contain("its altitude above the ellipsoid is 282.696 m").And.Contain("scaled by 0.9");
    }

    [Theory]
    [InlineData(237.6, 4.9, 0.7)]
    [InlineData(10, -6, 12)]
    [InlineData(-170, 0.5, -20)]
    public void The_angles_of_a_camera_under_an_aircraft_turn_it_as_the_aircraft_does(double heading, double nose, double bank)
    {
        var packet = $"""
            <x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:sensefly='http://ns.sensefly.com/sensefly/1.0/'>
            <sensefly:Heading>{heading}</sensefly:Heading><sensefly:PitchAngle>{nose}</sensefly:PitchAngle><sensefly:RollAngle>{bank}</sensefly:RollAngle></rdf:Description></rdf:RDF></x:xmpmeta>
            """;
        var pose = PhotoPose.From(ExifData.FromSegment(null, []), XmpPose.Read(Encoding.UTF8.GetBytes(packet), []), []);
        Math.Abs(pose.Roll!.Value).Should().BeLessThanOrEqualTo(90);
        var expected = Multiply(Turn(heading, nose, bank), Turn(0, -90, 0));
        var actual = Turn(pose.Yaw!.Value, pose.Pitch!.Value, pose.Roll!.Value);
        actual.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-9);
    }

    [Theory]
    [InlineData("GimbalYawDegree=\"+90.00\" drone-dji:GimbalPitchDegree=\"-45.00\" drone-dji:GimbalRollDegree=\"+0.00\"", 90, -45, 0, "E")]
    [InlineData("GimbalYawDegree=\"-170.00\" drone-dji:GimbalPitchDegree=\"-45.00\" drone-dji:GimbalRollDegree=\"+0.00\"", -170, -45, 0, "S")]
    [InlineData("GimbalYawDegree=\"-60.00\" drone-dji:GimbalPitchDegree=\"-10.00\"", -60, -10, 0, "W")]
    [InlineData("GimbalYawDegree=\"+10.00\" drone-dji:GimbalPitchDegree=\"-90.00\" drone-dji:GimbalRollDegree=\"+180.00\"", -170, -90, 0, "nadir")]
    [InlineData("GimbalYawDegree=\"+0.00\" drone-dji:GimbalPitchDegree=\"-45.00\" drone-dji:GimbalRollDegree=\"+0.00\" drone-dji:FlightYawDegree=\"+91.20\"", 91.2, -45, 0, "E")]
    [InlineData("GimbalYawDegree=\"+0.00\" drone-dji:GimbalPitchDegree=\"-45.00\" drone-dji:GimbalRollDegree=\"+0.00\" drone-dji:FlightYawDegree=\"+1.20\"", 0, -45, 0, "N")]
    public void The_traps_of_DJI_gimbals_are_known(string attributes, double yaw, double pitch, double roll, string bucket)
    {
        var pose = Dji($"drone-dji:{attributes}", "");
        (pose.Yaw, pose.Pitch, pose.Roll, pose.ViewBucket, pose.Source).Should().Be((yaw, pitch, roll, bucket, "xmp-dji"));
    }

    [Fact]
    public void Elements_say_the_same_as_attributes_and_a_misspelt_longitude_is_one()
    {
        var pose = Dji("", """
            <drone-dji:GpsLatitude>+23.40000</drone-dji:GpsLatitude><drone-dji:GpsLongtitude>+113.20000</drone-dji:GpsLongtitude><drone-dji:RelativeAltitude>+100.5</drone-dji:RelativeAltitude>
            <drone-dji:GimbalYawDegree>-90.0</drone-dji:GimbalYawDegree><drone-dji:GimbalPitchDegree>-60.0</drone-dji:GimbalPitchDegree><drone-dji:GimbalRollDegree>0</drone-dji:GimbalRollDegree>
            <drone-dji:RtkFlag>50</drone-dji:RtkFlag><drone-dji:RtkStdLon>0.03</drone-dji:RtkStdLon><drone-dji:RtkStdLat>0.04</drone-dji:RtkStdLat>
            """);
        (pose.Longitude, pose.Latitude, pose.RelativeAltitude, pose.Yaw, pose.Pitch, pose.ViewBucket).Should().Be((113.2, 23.4, 100.5, -90.0, -60.0, "W"));
        pose.Accuracy.Should().BeApproximately(0.05, 1e-12, "the drone's own RTK deviation");
    }

    [Fact]
    public void Focal_lengths_are_taken_in_the_order_of_their_worth()
    {
        Focal("drone-dji:DewarpData=\"2018-09-04;3657.0,3658.1,20,5,0,0,0,0,0\" drone-dji:CalibratedFocalLength=\"3666.7\"", 5472, 3648).Should().Be((3657.0, "dewarp"));
        Focal("drone-dji:CalibratedFocalLength=\"3666.7\"", 5472, 3648).Should().Be((3666.7, "calibrated"));
        Focal("drone-dji:CalibratedFocalLength=\"0.0\"", 5472, 3648).Should().Be(((double?)null, (string?)null));
    }

    [Fact]
    public void Without_GPS_a_photo_keeps_its_camera_and_time()
    {
        var row = Row(Repository.Shared("data", "drone-photos", "boruszyn-kite", "img_4854.jpg"), "Europe/Warsaw");
        (row["longitude"], row["geom"], row["bbox"], row["position_accuracy_m"], row["pose_source"]).Should().Be((null, null, null, null, "none"));
        row["taken_at"].Should().Be(new DateTime(2012, 8, 19, 10, 38, 37, DateTimeKind.Utc));
        Near(row, "focal_px", 5 / 25.4 * 17791.50579, 0.01); // exiftool: FocalPlaneXResolution per inch
        row["notes"].Should().Be("it has no position; its EXIF orientation is 8; width, height and angles are those of the image as stored");
    }

    [Theory]
    [InlineData("corrupt_exif.jpg", 16, true)]
    [InlineData("fixed_exif.jpg", 16, true)]
    [InlineData("empty_exif.jpg", 16, false)]
    [InlineData("corrupt_exif_large_thumbnail.jpg", 100, false)]
    public void Broken_EXIF_is_a_photo_with_fewer_columns(string file, int size, bool placed)
    {
        var row = Row(Repository.Shared("data", "drone-photos", "broken-exif", file));
        (row["width"], row["height"]).Should().Be((size, size));
        if (placed)
        {
            Near(row, "latitude", 48.0810453000028, 1e-9); // exiftool 12.57
            Near(row, "longitude", -1.6678410999975, 1e-9);
            row["pose_source"].Should().Be("exif");
        }
        else
            row["notes"].Should().BeOfType<string>().Which.Should().Contain("it has no position");
    }

    [Fact]
    public void A_position_can_be_written_over_a_real_photo()
    {
        foreach (var sample in new[] { "DJI_0024.JPG", "xt2-thermal.jpg" })
        {
            var moved = JpegPose.Move(File.ReadAllBytes(Repository.Sample("photos", sample)), 4.3610, 52.0012, -12.25, 98.5, -12.5, -45);
            var row = Read(moved).Rows("imagery.photo", Columns).Single();
            Near(row, "longitude", 4.3610, 1e-8);
            Near(row, "latitude", 52.0012, 1e-8);
            (row["altitude_m"], row["relative_altitude_m"], row["yaw_deg"], row["pitch_deg"], row["view_bucket"]).Should().Be((-12.25, 98.5, -12.5, -45.0, "N"));
        }
    }

    [Theory]
    [InlineData("just text, no image", "it begins like neither")]
    [InlineData("", "it begins like neither")]
    [InlineData("\u00ff\u00d8\u00ff\u00e1\u0000\u0004ab", "it ends before the frame that says the image's size")]
    public void A_file_that_is_no_image_is_refused_with_what_was_expected(string content, string reason)
    {
        var read = () => Read(Encoding.Latin1.GetBytes(content));
        read.Should().Throw<SourceFormatException>().WithMessage($"x.jpg: {reason}; expected a photograph as JPEG or TIFF");
    }

    [Fact]
    public void A_TIFF_is_a_photo_too()
    {
        var row = Row(Repository.Shared("data", "imagery", "geotiff", "RGB.byte.tif"));
        (row["media_type"], row["width"], row["height"], row["pose_source"]).Should().Be(("image/tiff", 791, 718, "none"));
    }

    [Theory]
    [InlineData("DJI_0024.JPG", 16_000, 2000)]
    [InlineData("xt2-thermal.jpg", 300_000, 1000)]
    [InlineData("corrupt_exif.jpg", 17_000, 3000)]
    public void No_mutation_crashes_or_hangs_the_reader(string sample, int head, int times) =>
        Readers.Fuzz(File.ReadAllBytes(Repository.Sample("photos", sample))[..Math.Min(head * 3, (int)new FileInfo(Repository.Sample("photos", sample)).Length)], times, Read, head);

    private static PhotoPose Dji(string attributes, string elements) => PhotoPose.From(ExifData.FromSegment(null, []), DjiXmp(attributes, elements), []);

    private static (double?, string?) Focal(string attributes, int width, int height) => FocalLength.Of(ExifData.FromSegment(null, []), DjiXmp(attributes, ""), width, height, []);

    private static XmpPose DjiXmp(string attributes, string elements) => XmpPose.Read(Encoding.UTF8.GetBytes($"""
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="DJI Meta Data" xmlns:drone-dji="http://www.dji.com/drone-dji/1.0/" {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>
        """), []);

    private static void Near(Dictionary<string, object?> row, string column, double expected, double tolerance) =>
        row[column].Should().BeOfType<double>(column).Which.Should().BeApproximately(expected, tolerance, column);

    private static Dictionary<string, object?> Row(string path, string zone = "UTC") => Readers.Read(new PhotoReader(), path, zone).Rows("imagery.photo", Columns).Single();

    private static ReadResult Read(byte[] bytes) => PhotoReader.Read(ByteView.Of(bytes, "x.jpg", new PhotoReader().Expected), Readers.Input("x.jpg"));

    /// <summary>Rz(yaw)·Ry(pitch)·Rx(roll), by rows.</summary>
    private static double[] Turn(double yaw, double pitch, double roll)
    {
        var (sy, cy) = Math.SinCos(yaw * Math.PI / 180);
        var (sp, cp) = Math.SinCos(pitch * Math.PI / 180);
        var (sr, cr) = Math.SinCos(roll * Math.PI / 180);
        return Multiply(Multiply([cy, -sy, 0, sy, cy, 0, 0, 0, 1], [cp, 0, sp, 0, 1, 0, -sp, 0, cp]), [1, 0, 0, 0, cr, -sr, 0, sr, cr]);
    }

    private static double[] Multiply(double[] a, double[] b) =>
        [.. Enumerable.Range(0, 9).Select(i => Enumerable.Range(0, 3).Sum(k => a[i / 3 * 3 + k] * b[k * 3 + i % 3]))];
}
