using System.Diagnostics;
using System.Text.Json;
using NetTopologySuite.Geometries;

namespace Plinth.Tests.Twin.Tiles;

/// <summary>Reads tiles with programs that others wrote: Mapbox's reader in JavaScript, GDAL.</summary>
internal static class TileClient
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "interop");

    public sealed record Feature(long Id, int Kind, Dictionary<string, JsonElement> Properties, Geometry Geometry);

    /// <summary>Features by tile's file name.</summary>
    public static Dictionary<string, List<Feature>> Decode(string folder)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(s_folder, "node_modules", "@mapbox", "vector-tile")), "tests/interop has no npm packages; run tools/setup.sh --tests");
        return Run("node", Path.Combine(s_folder, "read-tiles.mjs"), folder).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(t => t.GetProperty("file").GetString()!, t => t.GetProperty("layers").EnumerateArray().SelectMany(Features).ToList());
    }

    /// <summary>What a script of tests/interop prints.</summary>
    public static string Node(params string[] arguments) => Run("node", [Path.Combine(s_folder, arguments[0]), .. arguments[1..]]);

    public static string Ogrinfo(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/ogrinfo"), "no GDAL; run tools/setup.sh --tests");
        return Run("/usr/bin/ogrinfo", arguments);
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, errors.Result);
        return output;
    }

    private static IEnumerable<Feature> Features(JsonElement layer)
    {
        layer.GetProperty("version").GetInt32().Should().Be(2);
        layer.GetProperty("extent").GetInt32().Should().Be(4096);
        return layer.GetProperty("features").EnumerateArray().Select(f => new Feature(f.GetProperty("id").GetInt64(), f.GetProperty("kind").GetInt32(),
            f.GetProperty("properties").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone()), Shape(f.GetProperty("kind").GetInt32(), f.GetProperty("geometry"))));
    }

    private static Geometry Shape(int kind, JsonElement parts) => kind switch
    {
        1 => new MultiPoint([.. parts.EnumerateArray().SelectMany(p => Line(p)).Select(c => new Point(c))]),
        2 => new MultiLineString([.. parts.EnumerateArray().Select(p => new LineString(Line(p)))]),
        _ => new MultiPolygon([.. parts.EnumerateArray().Select(p => p.EnumerateArray().Select(r => new LinearRing(Line(r))).ToArray()).Select(r => new Polygon(r[0], r[1..]))]),
    };

    private static Coordinate[] Line(JsonElement line) => [.. line.EnumerateArray().Select(c => new Coordinate(c[0].GetDouble(), c[1].GetDouble()))];
}
