using System.Text.Json;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>What a wrong input meets at the command line.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("photos")]
    [InlineData("models")]
    [InlineData("imagery")]
    [InlineData("hotline")]
    [InlineData("sensors")]
    [InlineData("base")]
    public async Task Random_bytes_are_refused_with_what_was_expected_and_nothing_is_kept(string family)
    {
        using TemporaryFolder folder = new();
        var bytes = new byte[4096];
        new Random(7).NextBytes(bytes);
        await File.WriteAllBytesAsync(folder["noise.bin"], bytes);
        var result = await CliProcess.RunAsync(folder.Path, "ingest", family, "noise.bin", "--json");
        result.Code.Should().Be(3, result.Error);
        result.Error.Should().Contain("noise.bin").And.Contain("expected");
        var file = JsonSerializer.Deserialize<JsonElement>(result.Output).GetProperty("files")[0];
        file.GetProperty("status").GetString().Should().Be("refused");
        file.GetProperty("reason").GetString().Should().Contain("expected");
        Directory.Exists(folder["lake", "raw", "sha256"]).Should().BeFalse("a refused file is not stored");
        Directory.Exists(folder["lake", "tables"]).Should().BeFalse();
    }

    [Theory]
    [InlineData(2, "ingest", "nonsense", "x")]
    [InlineData(2, "ingest")]
    [InlineData(2, "lake", "cat", "notatable")]
    [InlineData(2, "twin", "at", "200", "0")]
    [InlineData(2, "job", "run", "nothing")]
    [InlineData(1, "lake", "cat", "no.such_table")]
    [InlineData(3, "ingest", "hotline", "absent.csv")]
    [InlineData(1, "lake", "cat", "./absent")]
    public async Task A_wrong_call_has_its_exit_code_and_says_why_on_stderr(int code, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        var result = await CliProcess.RunAsync(folder.Path, arguments);
        result.Code.Should().Be(code, result.Error);
        result.Error.Should().StartWith("plinth: ").And.NotContain("fault in Plinth");
        result.Output.Should().BeEmpty();
    }
}
