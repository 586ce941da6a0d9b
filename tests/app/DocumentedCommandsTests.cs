using System.Text.Json;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>Runs every example of docs/cli.md, in order, on a fresh lake.</summary>
public sealed class DocumentedCommandsTests
{
    [Fact]
    public async Task Every_documented_example_ends_with_the_documented_exit_code()
    {
        using TemporaryFolder folder = new();
        Directory.CreateSymbolicLink(folder["samples"], Repository.Sample());
        var examples = Examples().ToList();
        examples.Should().HaveCountGreaterThan(35);
        List<string> faults = [];
        foreach (var (command, expected) in examples)
        {
            var result = await CliProcess.RunAsync(folder.Path, CliProcess.Split(command)[1..]);
            if (result.Code != expected)
                faults.Add($"{command}\n  exit {result.Code}, documented {expected}\n  {result.Error}");
            if (expected != 0 && result.Error.Length == 0)
                faults.Add($"{command}\n  says nothing on stderr");
            if (command.Contains(" --json", StringComparison.Ordinal))
                CheckJson(command, result.Output, faults);
        }

        faults.Should().BeEmpty();
    }

    private static void CheckJson(string command, string output, List<string> faults)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            if (command.Contains(" ingest ", StringComparison.Ordinal))
            {
                string[] top = [.. document.RootElement.EnumerateObject().Select(p => p.Name)];
                top.Should().Equal("files", "read", "rows", "rejected", "duplicates", "byRule", "missions", "versions");
                foreach (var file in document.RootElement.GetProperty("files").EnumerateArray())
                    file.EnumerateObject().Select(p => p.Name).Should().Equal("path", "sha256", "status", "reason", "dataset", "rows", "rejected", "duplicates", "byRule");
            }
        }
        catch (JsonException exception)
        {
            faults.Add($"{command}\n  not one JSON document: {exception.Message}");
        }
    }

    private static IEnumerable<(string Command, int Code)> Examples() =>
        from line in File.ReadLines(Path.Combine(Repository.Root, "docs", "cli.md"))
        where line.StartsWith("$ plinth ", StringComparison.Ordinal)
        let parts = line[2..].Split("   # exit ")
        select (parts[0].Trim(), parts.Length > 1 ? int.Parse(parts[1]) : 0);
}
