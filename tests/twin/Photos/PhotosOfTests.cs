using System.Text.Json;
using Plinth.Tests.Twin.Tiles;
using Plinth.Twin;

namespace Plinth.Tests.Twin.Photos;

/// <summary>"Photos that see this" against another implementation of the camera (npm @dataforsyningen/saul) that looks at many points of each wall and roof in each photo.</summary>
public sealed class PhotosOfTests
{
    private const double Lon = 113.2, Lat = 23.4;

    /// <summary>Metres a degree at <see cref="Lat"/> on WGS 84.</summary>
    private static readonly double s_east = Ellipsoid.Wgs84.PrimeVerticalRadius(Lat * Math.PI / 180) * Math.Cos(Lat * Math.PI / 180) * Math.PI / 180, s_north = Ellipsoid.Wgs84.MeridianRadius(Lat * Math.PI / 180) * Math.PI / 180;

    [Fact]
    public async Task Photos_of_buildings_are_those_that_the_other_implementation_finds()
    {
        using var city = new City();
        using var folder = new TemporaryFolder();
        var random = new Random(7);
        var buildings = Enumerable.Range(0, 12).Select(i => (Id: $"b{i}", X: Lon + ((random.NextDouble() - 0.5) * 0.006), Y: Lat + ((random.NextDouble() - 0.5) * 0.006), Height: 5.0 + random.Next(120))).ToList();
        var photos = Enumerable.Range(0, 250).Select(i => (Id: $"p{i:000}", X: Lon + ((random.NextDouble() - 0.5) * 0.01), Y: Lat + ((random.NextDouble() - 0.5) * 0.01), Height: 80.0 + random.Next(120), Yaw: random.NextDouble() * 360 - 180, Pitch: i % 5 == 0 ? -90.0 : -30 - random.Next(40))).ToList();
        await city.AddAsync("model.object", [.. buildings.Select(b => Rows.Building(b.Id, b.X, b.Y, height: b.Height))]);
        await city.AddAsync("imagery.photo", [.. photos.Select(p => Rows.Photo(p.Id, p.X, p.Y, height: p.Height, yaw: p.Yaw, pitch: p.Pitch))]);
        await city.DeriveAsync();

        File.WriteAllText(folder["given.json"], JsonSerializer.Serialize(new
        {
            photos = photos.Select(p =>
            {
                var frame = new CameraFrame(new(p.X, p.Y, p.Height, p.Yaw, p.Pitch, 0, 3000, 4000, 3000));
                var (back, right, up) = (Negative(frame.Forward), frame.Right, Negative(frame.Down));
                return new { x = (p.X - Lon) * s_east, y = (p.Y - Lat) * s_north, z = p.Height, omega = Degrees(Math.Atan2(-back.North, back.Up)), phi = Degrees(Math.Asin(back.East)), kappa = Degrees(Math.Atan2(-up.East, right.East)), focal = 3000, width = 4000, height = 3000 };
            }),
            targets = buildings.Select(b => Walls(b.X, b.Y, b.Height)),
        }));
        using var json = JsonDocument.Parse(TileClient.Node("saul.mjs", folder["given.json"]));
        var expected = json.RootElement.EnumerateArray().SelectMany((seen, p) => seen.EnumerateArray().Select(b => (photos[p].Id, buildings[b.GetInt32()].Id))).ToHashSet();
        var found = buildings.SelectMany(b => city.Twin.PhotosOf($"urn:plinth:building:0123456789abcdef:{b.Id}").Select(s => (s.PhotoId.Split(':')[^1], b.Id))).ToHashSet();
        var common = found.Intersect(expected).Count();
        var (precision, recall) = ((double)common / found.Count, (double)common / expected.Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"pairs {expected.Count}, found {found.Count}, precision {precision:0.0000}, recall {recall:0.0000}");
        expected.Should().HaveCountGreaterThan(100);
        recall.Should().BeGreaterThan(0.99);
        precision.Should().BeGreaterThan(0.97);
    }

    [Fact]
    public async Task The_photo_that_shows_most_comes_first_and_says_where_it_is_in_it()
    {
        using var city = new City();
        await city.AddAsync("model.object", Rows.Building("tower", Lon, Lat, height: 40));
        await city.AddAsync("imagery.photo", Rows.Photo("near", Lon, Lat, height: 100), Rows.Photo("far", Lon, Lat, height: 200), Rows.Photo("away", Lon + 0.01, Lat, height: 100));
        await city.DeriveAsync();
        var seen = city.Twin.PhotosOf("urn:plinth:building:0123456789abcdef:tower");
        seen.Select(s => s.PhotoId.Split(':')[^1]).Should().Equal("near", "far");
        // 40.9 m wide from 60 m above the roof, 3000 pixels focal length: 2,044 pixels about the middle of 4,000.
        (seen[0].U1, seen[0].U2).Should().Match<(double A, double B)>(u => Math.Abs(u.A - (2000 - 1022)) < 5 && Math.Abs(u.B - (2000 + 1022)) < 5);
        seen[0].Share.Should().Be(1);
        city.Twin.PhotosAt(Lon, Lat).Select(s => s.PhotoId.Split(':')[^1]).Should().Equal("near", "far");
        city.Twin.PhotosAt(Lon, Lat)[0].MetresPerPixel.Should().BeApproximately(100 / 3000.0, 1e-4);
        city.Twin.PhotosOf("urn:plinth:nothing").Should().BeEmpty();
    }

    /// <summary>Points every few metres over the four walls and the roof.</summary>
    private static List<double[]> Walls(double x, double y, double height)
    {
        var points = new List<double[]>();
        for (var i = 0; i <= 20; i++)
            for (var j = 0; j <= 20; j++)
            {
                double[][] square = [[x - 0.0002 + (0.00002 * i), y - 0.0002 + (0.00002 * j)]];
                points.AddRange(square.Select(s => new[] { (s[0] - Lon) * s_east, (s[1] - Lat) * s_north, height }));
                if (i is 0 or 20 || j is 0 or 20)
                    for (var z = 0; z <= 10; z++)
                        points.AddRange(square.Select(s => new[] { (s[0] - Lon) * s_east, (s[1] - Lat) * s_north, height * z / 10 }));
            }
        return points;
    }

    private static CameraFrame.Axis Negative(CameraFrame.Axis a) => new(-a.East, -a.North, -a.Up);

    private static double Degrees(double radians) => radians * 180 / Math.PI;
}
