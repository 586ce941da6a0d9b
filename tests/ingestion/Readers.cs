using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using Plinth.Catalog;
using Plinth.Ingestion;
using Plinth.Lakehouse;

namespace Plinth.Tests;

/// <summary>Runs a reader on a file of the samples, with a contract of which only zone, CRS and settings matter.</summary>
internal static class Readers
{
    public const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public static ReadResult Read(IFileReader reader, string path, string zone = "UTC", string crs = "file", params (string Key, string Value)[] settings) =>
        reader.Read(Input(path, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), zone, crs, settings));

    public static FileInput Input(string path, string sha256 = Hash, string zone = "UTC", string crs = "file", params (string Key, string Value)[] settings) => new(path, sha256, new SourceContract
    {
        Name = "test",
        Family = "test",
        Dataset = new("imagery", "photo"),
        Format = "test",
        TimeZone = zone,
        Crs = crs,
        Settings = settings.ToImmutableSortedDictionary(s => s.Key, s => s.Value),
    }, new StubCoordinates());

    /// <summary>The rows of one table as dictionaries by column name.</summary>
    public static List<Dictionary<string, object?>> Rows(this ReadResult result, string table, string columns)
    {
        var names = columns.Split(' ');
        var rows = result.Tables.Where(t => t.Table == TableName.Parse(table)).SelectMany(t => t.Rows).ToList();
        rows.Should().OnlyContain(row => row.Length == names.Length, "a row has the contract's columns, in its order");
        return [.. rows.Select(row => names.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    /// <summary>
    /// Changes a sample at seeded random places many times. Each time there must be a result, enumerated whole, or a
    /// <see cref="SourceFormatException"/>; and no single reading may take long.
    /// </summary>
    public static void Fuzz(byte[] sample, int times, Func<byte[], ReadResult> read, int headBytes = int.MaxValue, bool isChecked = false)
    {
        var random = new Random(20261122);
        var (results, slowest) = (0, TimeSpan.Zero);
        for (var i = 0; i < times; i++)
        {
            var bytes = Mutate(sample, random, Math.Min(headBytes, sample.Length));
            var clock = Stopwatch.StartNew();
            try
            {
                results += read(bytes).Tables.Sum(t => t.Rows.Take(100_000).Count()) >= 0 ? 1 : 0;
            }
            catch (SourceFormatException refused)
            {
                refused.Reason.Should().NotBeEmpty();
            }
            catch (Exception other)
            {
                throw new InvalidOperationException($"Mutation {i} of seed 20261122 escaped as {other.GetType().Name}: {other.Message}", other);
            }
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }
        (results > 0 || isChecked).Should().BeTrue("some mutations hit nothing that matters, where the format has no check sums");
        slowest.Should().BeLessThan(TimeSpan.FromSeconds(10), "no mutation may hang a reader");
    }

    private static byte[] Mutate(byte[] sample, Random random, int head)
    {
        var bytes = sample.ToArray();
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            var at = random.Next(Math.Min(head, bytes.Length));
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.AsSpan(at, Math.Min(random.Next(1, 9), bytes.Length - at)).Fill((byte)(random.Next(2) * 255));
                    break;
                case 3:
                    random.NextBytes(bytes.AsSpan(at, Math.Min(random.Next(1, 17), bytes.Length - at)));
                    break;
                case 4 when bytes.Length > 16:
                    bytes.AsSpan(random.Next(bytes.Length - 8), 8).CopyTo(bytes.AsSpan(Math.Min(at, bytes.Length - 8), 8));
                    break;
                default:
                    if (random.Next(8) == 0 && at > 0)
                        bytes = bytes[..at];
                    else
                        bytes[at]++;
                    break;
            }
        }
        return bytes;
    }
}

/// <summary>Enough projections for the readers' tests: geographic ones as they are, web mercator, UTM on the northern half, and a flat stand-in for Dutch and Swiss grids.</summary>
internal sealed class StubCoordinates : ICoordinates
{
    public bool TryToCrs84(string crs, double x, double y, out double longitude, out double latitude)
    {
        (longitude, latitude) = crs switch
        {
            "EPSG:4326" or "EPSG:4490" or "OGC:CRS84" => (x, y),
            "EPSG:3857" => (x / 6378137 * 180 / Math.PI, (2 * Math.Atan(Math.Exp(y / 6378137)) - Math.PI / 2) * 180 / Math.PI),
            // Not the real projections: near enough to see axes and order, while the real ones are proven elsewhere.
            "EPSG:7415" or "EPSG:28992" => (5.38720621 + (x - 155000) / 68600, 52.15517440 + (y - 463000) / 111250),
            "EPSG:2056" => (7.43863 + (x - 2600000) / 75900, 46.95108 + (y - 1200000) / 111170),
            _ when crs.StartsWith("EPSG:326", StringComparison.Ordinal) || crs.StartsWith("EPSG:269", StringComparison.Ordinal) => Utm(int.Parse(crs[^2..]), x, y),
            _ => (double.NaN, double.NaN),
        };
        return double.IsFinite(longitude) && double.IsFinite(latitude);
    }

    /// <summary>Inverse transverse Mercator on GRS 80, Snyder 1987, equations 8-17 to 8-25.</summary>
    private static (double, double) Utm(int zone, double x, double y)
    {
        const double a = 6378137, f = 1 / 298.257222101, e2 = f * (2 - f), ep2 = e2 / (1 - e2), k0 = 0.9996;
        var m = y / k0;
        var mu = m / (a * (1 - e2 / 4 - 3 * e2 * e2 / 64 - 5 * e2 * e2 * e2 / 256));
        var e1 = (1 - Math.Sqrt(1 - e2)) / (1 + Math.Sqrt(1 - e2));
        var phi = mu + (3 * e1 / 2 - 27 * Math.Pow(e1, 3) / 32) * Math.Sin(2 * mu) + (21 * e1 * e1 / 16 - 55 * Math.Pow(e1, 4) / 32) * Math.Sin(4 * mu)
            + 151 * Math.Pow(e1, 3) / 96 * Math.Sin(6 * mu);
        var (sin, cos, tan) = (Math.Sin(phi), Math.Cos(phi), Math.Tan(phi));
        var c = ep2 * cos * cos;
        var t = tan * tan;
        var n = a / Math.Sqrt(1 - e2 * sin * sin);
        var r = a * (1 - e2) / Math.Pow(1 - e2 * sin * sin, 1.5);
        var d = (x - 500000) / (n * k0);
        var lat = phi - n * tan / r * (d * d / 2 - (5 + 3 * t + 10 * c - 4 * c * c - 9 * ep2) * Math.Pow(d, 4) / 24
            + (61 + 90 * t + 298 * c + 45 * t * t - 252 * ep2 - 3 * c * c) * Math.Pow(d, 6) / 720);
        var lon = (d - (1 + 2 * t + c) * Math.Pow(d, 3) / 6 + (5 - 2 * c + 28 * t - 3 * c * c + 8 * ep2 + 24 * t * t) * Math.Pow(d, 5) / 120) / cos;
        return (zone * 6 - 183 + lon * 180 / Math.PI, lat * 180 / Math.PI);
    }
}
