using System.CommandLine;
using Plinth.Jobs;

namespace Plinth.App.Commands;

/// <summary><c>plinth demo</c>: the whole loop on the samples, and a summary.</summary>
internal static class DemoCommand
{
    internal static Command Build()
    {
        Command command = new("demo", "Runs the whole loop on the real files in samples/ and sums up what came of it. Repeating it adds nothing twice.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using JobRunner runner = new(catalog, new DuckEngine(catalog), Shared.CodeVersion);
            var run = await PipelineProgress.ShowAsync(progress => runner.RunAsync(CityPipelines.City(Samples()), force: false, progress, cancellationToken));
            if (run.Status == StepStatus.Failed)
            {
                var failed = run.Steps.First(s => s.Status == StepStatus.Failed);
                Console.Error.WriteLine($"plinth: {failed.Step}: {failed.Message}");
                return ExitCodes.Failed;
            }

            await DemoSummary.PrintAsync(catalog, run, parsed.GetValue(Shared.Lake)!, cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>The samples of the checkout that the program was built in.</summary>
    internal static string Samples()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "samples", "hotline")))
                return Path.Combine(folder.FullName, "samples");
        throw new DirectoryNotFoundException("the folder samples/ is not above the program; run it from a checkout.");
    }
}
