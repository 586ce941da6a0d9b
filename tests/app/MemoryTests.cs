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
}
