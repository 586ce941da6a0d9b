using Plinth.Ingestion;
using Plinth.Ingestion.Photos;

namespace Plinth.Tests.Photos;

public class MissionTests
{
    private static byte[] Sample => File.ReadAllBytes(Repository.Sample("photos", "DJI_0024.JPG"));

    [Fact]
    public async Task A_folder_of_photographs_is_a_flight_with_coverage_and_overlap()
    {
        using var given = new Given();
        // Two strips of four, 100 m above ground. The camera: 1957 px focal length in 4000 x 2250 px, so that a photo covers 204.4 x 115 m.
        var folder = Strips(given, "flight-1", columns: 4, strips: 2, stepNorth: 23, stepEast: 100);
        var report = await given.Ingest("photos", folder);

        var flight = report.Missions.Single();
        (flight.Folder, flight.Photos).Should().Be(("flight-1", 8));
        var focal = (double)(await given.Value("SELECT max(focal_px) FROM imagery.photo"))!;
        var (wide, high) = (4000 / focal * 100, 2250 / focal * 100);
        flight.ForwardOverlap.Should().BeApproximately(1 - 23 / high, 0.01);
        flight.SideOverlap!.Value.Should().BeInRange(1 - 100 / wide - 0.02, 1, "the other strip lies 100 m beside");
        flight.CoveredM2.Should().BeApproximately((wide + 100) * (high + 3 * 23), 0.02 * (wide + 100) * (high + 3 * 23));
        flight.MeanViews.Should().BeApproximately(8 * wide * high / ((wide + 100) * (high + 3 * 23)), 0.1);
        (await given.Sql("SELECT folder, photos, looking_down, height_m FROM imagery.mission")).Single().Should().Equal("flight-1", 8, 8, 100.0);

        (await given.Ingest("photos", folder)).Missions.Should().BeEmpty("nothing came");
        File.WriteAllBytes(Path.Combine(folder, "late.jpg"), Photo(200, 0, 9));
        var again = await given.Ingest("photos", folder);
        again.Missions.Single().Photos.Should().Be(9, "the eight of before count too");
        (await given.Value("SELECT count(*) FROM imagery.mission")).Should().Be(2L);
    }

    [Fact]
    public async Task A_flight_that_a_crash_cut_short_is_whole_after_the_rerun()
    {
        using var given = new Given();
        var folder = Strips(given, "flight", 3, 1, 20, 0);
        var crash = async () => await given.IngestBy("photos", null, o => o with { AfterStep = step => { if (step == "commit imagery.mission") throw new InvalidOperationException("killed"); } }, folder);
        await crash.Should().ThrowAsync<InvalidOperationException>();
        given.Reopen();
        await given.Ingest("photos", folder);
        (await given.Sql("SELECT photos FROM imagery.mission")).Single().Should().Equal(3);
        (await given.Value("SELECT count(*) FROM imagery.photo")).Should().Be(3L);
    }

    [Fact]
    public async Task Photographs_without_pose_count_as_photographs_only()
    {
        using var given = new Given();
        File.Copy(Repository.Sample("photos", "corrupt_exif.jpg"), Path.Combine(given.Folder("mixed"), "a.jpg"));
        File.WriteAllBytes(Path.Combine(given.Folder("mixed"), "b.jpg"), Photo(0, 0, 1));
        await given.Ingest("photos", given.Folder("mixed"));
        (await given.Sql("SELECT photos, projected, forward_overlap, notes FROM imagery.mission")).Single()
            .Should().Equal(2, 1, null, "of 1 photos the ground they see is not known: they count nowhere but in 'photos'");
    }

    [Theory]
    [InlineData(-90, 0, 204.4, 115)]
    [InlineData(-60, 0, 0, 0)]
    [InlineData(-5, 30, 0, 0)]
    public void A_footprint_is_where_the_rays_of_the_image_meet_the_ground(double pitch, double yaw, double wide, double high)
    {
        var pose = new PhotoPose(113, 23, null, 100, yaw, pitch, 0, "xmp-dji", 3);
        var ring = GroundFootprint.Local(pose, 1957, 4000, 2250)!;
        Rings.SignedArea(ring).Should().BePositive();
        ring.Should().OnlyContain(p => Math.Sqrt(p.X * p.X + p.Y * p.Y) <= GroundFootprint.Reach + 1e-6);
        if (wide > 0)
        {
            (ring.Max(p => p.X) - ring.Min(p => p.X)).Should().BeApproximately(wide, 0.1);
            (ring.Max(p => p.Y) - ring.Min(p => p.Y)).Should().BeApproximately(high, 0.1);
        }
        else
        {
            // The middle of the image: as far away as the angle says, in the direction of the yaw.
            var distance = 100 / Math.Tan(-pitch * Math.PI / 180);
            Rings.Contains(ring, new(distance * Math.Sin(yaw * Math.PI / 180), distance * Math.Cos(yaw * Math.PI / 180))).Should().BeTrue();
        }
        GroundFootprint.Local(pose with { Pitch = 60 }, 1957, 4000, 2250).Should().BeNull("it looks into the sky");
        GroundFootprint.Local(pose with { RelativeAltitude = -8 }, 1957, 4000, 2250).Should().BeNull("it stands below its ground");
    }

    private static string Strips(Given given, string name, int columns, int strips, double stepNorth, double stepEast)
    {
        var folder = given.Folder(name);
        for (var strip = 0; strip < strips; strip++)
            for (var i = 0; i < columns; i++)
                File.WriteAllBytes(Path.Combine(folder, $"DJI_{strip * columns + i:0000}.JPG"), Photo(strip * stepEast, (strip % 2 == 0 ? i : columns - 1 - i) * stepNorth, strip * columns + i));
        return folder;
    }

    /// <summary>A photograph from so many metres east and north of a place on the equator; the last bytes differ, so that each is a file of its own.</summary>
    private static byte[] Photo(double east, double north, int number) =>
        [.. JpegPose.Move(Sample.AsSpan(0, 60_000), 9 + east / 111_320, 0.001 + north / 111_320, 200, 100, yaw: 180, pitch: -89.9), (byte)number];
}
