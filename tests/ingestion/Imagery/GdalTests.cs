using System.Diagnostics;
using System.Text.Json;
using Plinth.Ingestion.Imagery;

namespace Plinth.Tests.Imagery;

/// <summary>An independent reader of the same files: Debian's gdalinfo.</summary>
public class GdalTests
{
    private const string Gdal = "/usr/bin/gdalinfo";

    [Fact]
    public void Every_raster_is_described_as_gdalinfo_describes_it()
    {
        var files = Directory.GetFiles(Repository.Shared("data", "imagery"), "*.*", SearchOption.AllDirectories).Where(f => f.EndsWith(".tif", StringComparison.Ordinal)).ToList();
        files.Should().HaveCountGreaterThan(7);
        foreach (var file in files.Append(Repository.Sample("imagery", "cogeo.tif")))
        {
            using var gdal = Info(file);
            var row = Readers.Read(new GeoTiffReader(), file).Rows("imagery.scene", GeoTiffTests.Columns).Single();
            Same(gdal.RootElement, row, Path.GetFileName(file));
        }
    }

    private static void Same(JsonElement gdal, Dictionary<string, object?> row, string file)
    {
        var bands = gdal.GetProperty("bands");
        var (band, size) = (bands[0], gdal.GetProperty("size"));
        row["width"].Should().Be(size[0].GetInt32(), file);
        row["height"].Should().Be(size[1].GetInt32(), file);
        row["bands"].Should().Be(bands.GetArrayLength(), file);
        row["data_type"].Should().Be(Type(band.GetProperty("type").GetString()!), file);
        row["block_width"].Should().Be(band.GetProperty("block")[0].GetInt32(), file);
        row["block_height"].Should().Be(band.GetProperty("block")[1].GetInt32(), file);
        row["overviews"].Should().Be(band.TryGetProperty("overviews", out var overviews) ? overviews.GetArrayLength() : 0, file);
        (row["nodata"] as string).Should().Be(band.TryGetProperty("noDataValue", out var nodata) ? nodata.ValueKind == JsonValueKind.String ? nodata.GetString() : nodata.GetDouble().ToString("R") : null, file);
        if (gdal.TryGetProperty("geoTransform", out var transform))
        {
            var ours = ((string)row["geo_transform"]!).Split(' ').Select(double.Parse).ToArray();
            for (var i = 0; i < 6; i++)
                ours[i].Should().BeApproximately(transform[i].GetDouble(), 1e-9 * Math.Max(1, Math.Abs(transform[i].GetDouble())), $"{file}, number {i} of the transform");
        }
        var structure = gdal.GetProperty("metadata").TryGetProperty("IMAGE_STRUCTURE", out var s) ? s : default;
        row["interleave"].Should().Be(structure.ValueKind == JsonValueKind.Object && structure.TryGetProperty("INTERLEAVE", out var interleave)
            && bands.GetArrayLength() > 1 ? interleave.GetString()!.ToLowerInvariant() : "pixel", file);
        var wkt = gdal.TryGetProperty("coordinateSystem", out var system) ? system.GetProperty("wkt").GetString()! : "";
        var code = Plinth.Ingestion.CrsName.FromWkt(wkt);
        (row["crs"] as string ?? "").Should().StartWith(code ?? (wkt.Length > 0 ? "PROJCS[" : ""), file);
        if (row["bbox"] is object?[] box && gdal.TryGetProperty("wgs84Extent", out var extent))
        {
            var corners = extent.GetProperty("coordinates")[0].EnumerateArray().ToList();
            // Ours has points on the edges too, so that it may reach a little farther than the corners.
            ((double)box[0]!).Should().BeLessThan(corners.Min(c => c[0].GetDouble()) + 1e-5, file).And.BeGreaterThan(corners.Min(c => c[0].GetDouble()) - 0.05, file);
            ((double)box[3]!).Should().BeGreaterThan(corners.Max(c => c[1].GetDouble()) - 1e-5, file).And.BeLessThan(corners.Max(c => c[1].GetDouble()) + 0.05, file);
        }
    }

    private static string Type(string gdal) => gdal == "Byte" ? "uint8" : gdal.ToLowerInvariant();

    private static JsonDocument Info(string file)
    {
        Assert.SkipUnless(File.Exists(Gdal), "no gdalinfo; tools/setup.sh --tests installs gdal-bin");
        using var process = Process.Start(new ProcessStartInfo(Gdal, ["-json", file]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, file);
        // GDAL 3.6 writes NaN as a bare word.
        return JsonDocument.Parse(text.Replace(":NaN", ":\"NaN\"", StringComparison.Ordinal).Replace(": NaN", ": \"NaN\"", StringComparison.Ordinal));
    }
}
