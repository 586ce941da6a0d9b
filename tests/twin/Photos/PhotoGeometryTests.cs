using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using Plinth.Twin;

namespace Plinth.Tests;

public class PhotoGeometryTests
{
    // 100 m up, focal length 1000 pixels: a pixel is 0.1 m on the ground straight below.
    private static readonly PhotoPose s_nadir = new(113.2, 23.4, 100, 0, -90, 0, 1000, 2000, 1000);

    private static (double East, double North) Metres(PhotoPose pose, double longitude, double latitude)
    {
        // Length of a degree at latitude 23.4, from the usual series; independent of the code under test.
        var phi = 23.4 * Math.PI / 180;
        var north = 111132.954 - (559.822 * Math.Cos(2 * phi)) + (1.175 * Math.Cos(4 * phi));
        var east = (111412.84 * Math.Cos(phi)) - (93.5 * Math.Cos(3 * phi)) + (0.118 * Math.Cos(5 * phi));
        return ((longitude - pose.Longitude) * east, (latitude - pose.Latitude) * north);
    }

    private static Coordinate[] Ring(byte[]? wkb) => ((Polygon)new WKBReader().Read(wkb!)).ExteriorRing.Coordinates;

    [Theory]
    [InlineData(0, 0, 0, -100, 50)] // north up: the upper left corner is 100 m west, 50 m north
    [InlineData(90, 0, 0, 50, 100)] // the image's top looks east: its left is north
    [InlineData(180, 0, 0, 100, -50)]
    [InlineData(0, 180, 0, 100, -50)] // a roll of 180 degrees at nadir is a yaw of 180 degrees
    [InlineData(45, 0, 2000, 106.066, -35.355)] // the upper right corner (100, 50) turned clockwise: (100 cos45 + 50 sin45, 50 cos45 - 100 sin45)
    public void Corners_of_a_nadir_photo_are_where_the_yaw_puts_them(double yaw, double roll, double u, double east, double north)
    {
        var pose = s_nadir with { YawDegrees = yaw, RollDegrees = roll };
        var (longitude, latitude) = PhotoGeometry.PixelToGround(pose, u, 0)!.Value;
        var metres = Metres(pose, longitude, latitude);
        metres.East.Should().BeApproximately(east, 0.02);
        metres.North.Should().BeApproximately(north, 0.02);
    }

    [Fact]
    public void The_footprint_of_a_nadir_photo_is_the_image_on_the_ground()
    {
        var polygon = (Polygon)new WKBReader().Read(PhotoGeometry.Footprint(s_nadir)!);
        polygon.IsValid.Should().BeTrue();
        polygon.Shell.IsCCW.Should().BeTrue();
        polygon.NumPoints.Should().Be((4 * 5) + 1);
        var box = polygon.EnvelopeInternal;
        var (left, bottom) = Metres(s_nadir, box.MinX, box.MinY);
        var (right, top) = Metres(s_nadir, box.MaxX, box.MaxY);
        left.Should().BeApproximately(-100, 0.02);
        right.Should().BeApproximately(100, 0.02);
        bottom.Should().BeApproximately(-50, 0.02);
        top.Should().BeApproximately(50, 0.02);
        PhotoGeometry.GroundSampleDistance(s_nadir).Should().BeApproximately(0.1, 1e-9);
    }

    [Fact]
    public void The_footprint_of_an_oblique_photo_has_the_distances_that_trigonometry_gives()
    {
        // Looking east, 45 degrees down, half the vertical field of view atan(0.5): depressions 45 ± 26.565 degrees.
        var pose = s_nadir with { YawDegrees = 90, PitchDegrees = -45 };
        var ring = Ring(PhotoGeometry.Footprint(pose, pointsPerEdge: 0)).Select(c => Metres(pose, c.X, c.Y)).ToArray();
        ring.Should().HaveCount(5);
        ring.Min(p => p.East).Should().BeApproximately(100 / 3.0, 0.02); // tan(71.565°) = 3
        ring.Max(p => p.East).Should().BeApproximately(300, 0.1); // tan(18.435°) = 1/3
        // The far edge's depth along the axis is 100/sin18.435° · cos26.565° = 282.84 m, its half width as much (half field of view 45 degrees).
        ring.Max(p => p.North).Should().BeApproximately(282.84, 0.1);
        PhotoGeometry.GroundSampleDistance(pose).Should().BeApproximately(0.1 * Math.Sqrt(2), 1e-9);
    }

    [Fact]
    public void A_photo_that_sees_the_horizon_is_cut_off_there()
    {
        var pose = s_nadir with { PitchDegrees = -10 };
        var polygon = (Polygon)new WKBReader().Read(PhotoGeometry.Footprint(pose)!);
        polygon.IsValid.Should().BeTrue();
        var farthest = polygon.Coordinates.Max(c => Metres(pose, c.X, c.Y) is var (e, n) ? Math.Sqrt((e * e) + (n * n)) : 0);
        // 1.5 degrees of depression are 3,819 m; the circle is drawn with 72 tangents.
        farthest.Should().BeInRange(3815, 3819 * 1.002);
        Metres(pose, 0, polygon.EnvelopeInternal.MinY).North.Should().BeApproximately(100 / Math.Tan((10 + 26.565) * Math.PI / 180), 0.1);
        var near = PhotoGeometry.Footprint(pose, maximumRange: 500);
        Ring(near).Max(c => Metres(pose, c.X, c.Y).North).Should().BeInRange(499, 501.5);
    }

    [Fact]
    public void A_photo_of_the_sky_has_no_footprint()
    {
        PhotoGeometry.Footprint(s_nadir with { PitchDegrees = 60 }).Should().BeNull();
        PhotoGeometry.Footprint(s_nadir with { HeightAboveGround = 0 }).Should().BeNull();
        PhotoGeometry.Footprint(s_nadir with { FocalPixels = double.NaN }).Should().BeNull();
        PhotoGeometry.PixelToGround(s_nadir with { PitchDegrees = 10 }, 1000, 0).Should().BeNull();
        PhotoGeometry.GroundSampleDistance(s_nadir with { PitchDegrees = 10 }).Should().BeNull();
    }

    [Fact]
    public void A_pixel_goes_to_the_ground_and_back_for_any_pose()
    {
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            var pose = new PhotoPose(-179.999 + (random.NextDouble() * 359.998), -80 + (random.NextDouble() * 160), 20 + (random.NextDouble() * 200),
                random.NextDouble() * 360, -90 + (random.NextDouble() * 55), -20 + (random.NextDouble() * 40), 3600, 5472, 3648);
            var (u, v) = (random.NextDouble() * 5472, random.NextDouble() * 3648);
            if (PhotoGeometry.PixelToGround(pose, u, v) is not var (longitude, latitude))
                continue;
            PhotoGeometry.WorldToPixel(pose, longitude, latitude, 0, out var u2, out var v2).Should().BeTrue($"{pose} {u} {v}");
            u2.Should().BeApproximately(u, 0.01);
            v2.Should().BeApproximately(v, 0.01);
        }
    }

    [Fact]
    public void A_point_is_in_the_footprint_exactly_when_it_is_in_the_image()
    {
        var pose = s_nadir with { YawDegrees = 30, PitchDegrees = -60, RollDegrees = 5 };
        var polygon = (Polygon)new WKBReader().Read(PhotoGeometry.Footprint(pose)!);
        var random = new Random(3);
        var inside = 0;
        for (var i = 0; i < 3000; i++)
        {
            var (longitude, latitude) = (113.2 + ((random.NextDouble() - 0.5) * 0.006), 23.4 + ((random.NextDouble() - 0.5) * 0.006));
            var seen = PhotoGeometry.WorldToPixel(pose, longitude, latitude, 0, out _, out _);
            polygon.Contains(new Point(longitude, latitude)).Should().Be(seen);
            inside += seen ? 1 : 0;
        }
        inside.Should().BeInRange(100, 2900);
    }

    [Fact]
    public void A_tall_point_appears_nearer_to_the_edge_and_what_is_behind_the_camera_does_not_appear()
    {
        var (longitude, latitude) = PhotoGeometry.PixelToGround(s_nadir, 1500, 500)!.Value;
        PhotoGeometry.WorldToPixel(s_nadir, longitude, latitude, 50, out var u, out _).Should().BeTrue();
        u.Should().BeApproximately(2000, 1e-6, "50 m east at half the distance is twice as far from the middle");
        PhotoGeometry.WorldToPixel(s_nadir, longitude, latitude, 150, out u, out _).Should().BeFalse();
        double.IsNaN(u).Should().BeTrue();
    }
}
