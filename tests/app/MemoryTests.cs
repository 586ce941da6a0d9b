using System.Text;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>The program with little memory and much to read: rows are committed as they come, so that a file's size does not matter.</summary>
public class MemoryTests
{
    /// <summary>What the runtime may take for objects, as DOTNET_GCHeapHardLimit has it: 160 MB.</summary>
    private const string Heap = "A000000";

    [Fact]
    public async Task A_city_model_of_a_hundred_megabytes_goes_in_with_a_heap_hardly_larger()
    {
        using var folder = new TemporaryFolder();
        var lines = await File.ReadAllLinesAsync(Repository.Shared("data", "models-3d", "cityjsonseq", "3dbag_b2.city.jsonl"), TestContext.Current.CancellationToken);
        var size = 0L;
        await using (var into = new StreamWriter(folder["city.city.jsonl"], append: false, new UTF8Encoding(false)))
        {
            await into.WriteLineAsync(lines[0]);
            for (var i = 0; size < 110_000_000; i++)
                foreach (var line in lines.Skip(1))
                {
                    var feature = line.Replace("NL.IMBAG.Pand.", $"NL.{i}.Pand.", StringComparison.Ordinal);
                    await into.WriteLineAsync(feature);
                    size += feature.Length;
                }
        }
        var result = await CliProcess.RunAsync(folder.Path, [new("DOTNET_GCHeapHardLimit", Heap)], "ingest", "models", "city.city.jsonl", "--in-place", "--lake", "lake");
        result.Code.Should().Be(0, result.Error);
        result.Output.Should().Contain("+ 0 rejected + 0 duplicates");
    }

    [Fact]
    public async Task A_GeoJSON_file_that_would_fill_the_heap_goes_in_feature_by_feature()
    {
        using var folder = new TemporaryFolder();
        const int features = 300_000;
        const string feature = """{"type":"Feature","properties":{"HEIGHT":3,"SQMETERS":1,"ignored":"PAD"},"geometry":{"type":"Polygon","coordinates":[[[113.123456,23.123456],[113.223456,23.123456],[113.223456,23.223456],[113.123456,23.223456],[113.123456,23.123456]]]}}""";
        var padded = feature.Replace("PAD", new string('x', 60), StringComparison.Ordinal);
        await using (var into = new StreamWriter(folder["b.geojson"], append: false, new UTF8Encoding(false)))
        {
            await into.WriteAsync("""{"type":"FeatureCollection","features":[""");
            for (var i = 0; i < features; i++)
                await into.WriteAsync(i == 0 ? padded : $",\n{padded}");
            await into.WriteAsync("]}");
        }
        var result = await CliProcess.RunAsync(folder.Path, [new("DOTNET_GCHeapHardLimit", Heap)], "ingest", "base", "b.geojson", "--in-place", "--lake", "lake");
        result.Code.Should().Be(0, result.Error);
        result.Output.Should().Contain("300,000 stored + 0 rejected + 0 duplicates");
    }
}
