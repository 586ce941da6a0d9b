using Plinth.Ingestion.Photos;

namespace Plinth.Tests.Photos;

public class PoseLinkTests
{
    private const string Orientations = "# EPSG:4326\n#Label X Y Z Omega Phi Kappa\nimg_4854 -91.9936 46.8429 250.5 60 0 0\nimg_9999 -91.9936 46.8429 250.5 0 0 0\n";

    private const string Camera = "<?xml version=\"1.0\"?><calibration><projection>frame</projection><width>4000</width><height>2250</height><f>2350.5</f><cx>0</cx><cy>0</cy></calibration>";

    private static byte[] Sample => File.ReadAllBytes(Repository.Sample("photos", "DJI_0024.JPG"));

    [Theory]
    [InlineData("flight/photos", "flight/photos", true)]
    [InlineData("flight/photos", "flight/photos", false)]
    [InlineData("flight/photos", "flight", false)]
    [InlineData("flight", "flight/out", true)]
    [InlineData("flight/photos", "flight/orientation", true)]
    public async Task A_photo_takes_the_pose_that_its_label_names_whichever_comes_first(string photos, string poses, bool posesFirst)
    {
        using var given = new Given();
        var photo = given.File($"{photos}/IMG_4854.JPG", Sample);
        var (orientations, camera) = (given.File($"{poses}/orientedimages.txt", Orientations), given.File($"{poses}/camera_parameters.xml", Camera));
        foreach (var files in posesFirst ? new[] { new[] { orientations, camera }, [photo] } : [[photo], [orientations, camera]])
            (await given.Ingest("photos", files)).Files.Should().OnlyContain(f => f.Reason == null);

        var row = (await given.Sql("SELECT longitude, latitude, altitude_m, pose_source, position_accuracy_m, focal_px, focal_method, view_bucket, pitch_deg, relative_altitude_m, notes FROM imagery.photo")).Single();
        row[..8].Should().Equal(-91.9936, 46.8429, 250.5, "at", 1.0, 2350.5, "at", "N");
        ((double)row[8]!).Should().BeApproximately(-30, 1e-9, "omega 60: it looks down by 30 degrees");
        row[9].Should().Be(39.9, "the height above take-off is the aircraft's");
        row[10].Should().BeOfType<string>().Which.Should().StartWith("its pose is that of sha256:").And.EndWith("#3");
        (await given.Value("SELECT count(*) FROM imagery.photo WHERE footprint IS NOT NULL AND geom IS NOT NULL")).Should().Be(1L);

        (await given.Ingest("photos", photo, orientations, camera)).Files.Should().HaveCount(3);
        (await given.Sql("SELECT notes FROM imagery.photo")).Single().Should().Equal(row[10]);
    }

    [Fact]
    public async Task A_run_that_finds_nothing_new_writes_no_version()
    {
        using var given = new Given();
        given.File("flight/IMG_4854.JPG", Sample);
        given.File("flight/poses.txt", Orientations);
        given.File("flight/camera.xml", Camera);
        var first = await given.Ingest("photos", given.Folder("flight"));
        var second = await given.Ingest("photos", given.Folder("flight"));
        second.Versions.Should().BeSubsetOf(first.Versions);
    }

    [Fact]
    public async Task A_label_that_fits_photos_of_two_neighbouring_folders_is_given_to_neither()
    {
        using var given = new Given();
        var later = JpegPose.Move(Sample, -91.99, 46.84, 100, 50, 0, -90);
        foreach (var files in new[] { new[] { given.File("survey/a/IMG_4854.JPG", Sample), given.File("survey/b/img_4854.jpg", later) }, [given.File("survey/eo/poses.txt", Orientations)] })
            await given.Ingest("photos", files);
        (await given.Value("SELECT count(*) FROM imagery.photo WHERE pose_source = 'at'")).Should().Be(0L);
    }

    [Fact]
    public async Task A_photo_without_GPS_stands_at_the_middle_of_the_ground_marks_seen_in_it()
    {
        using var given = new Given();
        File.Copy(Repository.Shared("data", "drone-photos", "boruszyn-kite", "img_4854.jpg"), Path.Combine(given.Folder("kite"), "IMG_4854.JPG"));
        given.File("kite/gcp_list.txt", "EPSG:4326\n16.60 52.80 70.8 1218 1115 img_4854.jpg\n16.61 52.80 70 1194 775 img_4854.jpg\n16.7 52.9 70 1 1 img_4881.jpg\n");
        await given.Ingest("photos", given.Folder("kite"));
        var row = (await given.Sql("SELECT longitude, latitude, pose_source, position_accuracy_m, footprint, notes FROM imagery.photo")).Single();
        ((double)row[0]!).Should().BeApproximately(16.605, 1e-9);
        ((double)row[1]!).Should().BeApproximately(52.80, 1e-9);
        row[2].Should().Be("gcp");
        ((double)row[3]!).Should().BeApproximately(673, 2, "so far apart are the marks");
        row[4].Should().BeNull();
        row[5].Should().BeOfType<string>().Which.Should().NotContain("it has no position").And.Contain("middle of the ground marks seen in it").And.Contain("EXIF orientation is 8");
    }

    [Fact]
    public async Task A_photo_without_GPS_takes_the_place_of_the_flight_log_at_its_moment()
    {
        using var given = new Given();
        File.Copy(Repository.Shared("data", "drone-photos", "boruszyn-kite", "img_4854.jpg"), Path.Combine(given.Folder("kite"), "IMG_4854.JPG"));
        var taken = new DateTime(2012, 8, 19, 12, 38, 37);
        given.File("kite/DJI_0001.SRT", string.Concat(Enumerable.Range(0, 5).Select(i => $"""
            {i + 1}
            00:00:0{i},000 --> 00:00:0{i + 1},000
            {taken.AddSeconds(i - 3):yyyy-MM-dd HH:mm:ss},000,000
            [iso : 100] [latitude: 52.{800 + i}] [longitude: 16.6] [rel_alt: 80.0 abs_alt: 150.0] [gb_yaw : 90.0 gb_pitch : -90.0 gb_roll : 0.0]


            """)));
        await given.Ingest("photos", given.Folder("kite"));
        (await given.Sql("SELECT pose_source, position_accuracy_m, latitude, relative_altitude_m, view_bucket FROM imagery.photo")).Single().Should().Equal("srt", 3.0, 52.803, 80.0, "nadir");
    }

    [Fact]
    public async Task The_figures_of_a_flight_are_counted_again_with_the_better_poses()
    {
        using var given = new Given();
        given.File("flight/a.jpg", JpegPose.Move(Sample, 9, 1, 200, 100, 180, -89.9));
        given.File("flight/b.jpg", JpegPose.Move(Sample, 9, 1.0002, 200, 100, 180, -89.9));
        await given.Ingest("photos", given.Folder("flight"));
        var report = await given.Ingest("photos", given.File("flight/eo.txt", "# EPSG:4326\n#Label X Y Z Omega Phi Kappa\nA.JPG 9 1 200 0 0 180\nB.JPG 9 1.0004 200 0 0 180\n"));
        report.Missions.Single().ForwardOverlap!.Value.Should().BeApproximately(1 - 0.0004 * 111_320 / (2250 / (3.61 / 6.17 * 4000) * 100), 0.01);
        (await given.Value("SELECT count(*) FROM imagery.mission")).Should().Be(2L, "the newer one, by computed_at, holds");
    }

    [Theory]
    [InlineData("a/b", "a/b", 0)]
    [InlineData("A/B", "a/b", 0)]
    [InlineData("a/b", "b/c", 1)]
    [InlineData("b/c", "a/b", 1)]
    [InlineData("a/b", "a/c", 2)]
    [InlineData("a/b", "c/d", null)]
    [InlineData("a/b", null, null)]
    public void Folders_are_near_where_one_holds_the_other(string a, string? b, int? distance) => FlightFolder.Distance(a, b).Should().Be(distance);
}
