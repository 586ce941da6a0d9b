using System.Diagnostics;
using Plinth.Tests;

namespace Plinth.App.Tests;

/// <summary>Runs every notebook as a reader would.</summary>
[Collection(DemoLake.Name)]
public sealed class NotebookTests(DemoLake lake)
{
    public static TheoryData<string> Notebooks => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "notebooks"), "*.cs").Select(f => Path.GetFileName(f)!)];

    [Theory, MemberData(nameof(Notebooks))]
    public async Task A_notebook_runs_and_answers(string notebook)
    {
        ProcessStartInfo start = new("dotnet") { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in new[] { "run", Path.Combine("notebooks", notebook), Path.Combine(lake.Folder, "lake") })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, output + await error);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCountGreaterThan(3);
        output.Should().Contain("NYPD");
        File.ReadAllText(Path.Combine(Repository.Root, "notebooks", "README.md")).Should().Contain(notebook);
    }
}
