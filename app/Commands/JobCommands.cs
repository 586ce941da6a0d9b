using System.CommandLine;
using Plinth.App.Output;
using Plinth.Jobs;

namespace Plinth.App.Commands;

/// <summary><c>plinth job list|run|history</c></summary>
internal static class JobCommands
{
    internal static Command Build() => new("job", "Pipelines: what runs in which order, and what ran.") { List(), Run(), History() };

    private static Command List()
    {
        var json = Shared.Json();
        Command command = new("list", "Lists the pipelines with their steps and the tables these read and write.") { json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var pipelines = Wiring.Pipelines(catalog, DemoCommand.Samples());
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { pipelines = pipelines.Select(p => new { p.Name, p.Title, steps = p.Steps.Select(s => new { s.Name, s.Title, s.Reads, s.Writes }) }) });
            else
                foreach (var pipeline in pipelines)
                {
                    Console.Out.WriteLine($"{pipeline.Name}: {pipeline.Title}");
                    var table = Tables.New("step", "what", "reads", "writes");
                    foreach (var s in pipeline.Steps)
                        table.Row(s.Name, s.Title, string.Join(' ', s.Reads.Select(Short)), string.Join(' ', s.Writes));
                    table.Print();
                }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Run()
    {
        Argument<string> name = new("pipeline") { Description = "Its name; see 'plinth job list'." };
        Option<bool> force = new("--force") { Description = "Run every step, also those whose inputs have not changed (nothing is added twice)." };
        var json = Shared.Json();
        Command command = new("run", "Runs a pipeline; only what is new is done.") { name, force, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var pipeline = Wiring.Pipelines(catalog, DemoCommand.Samples()).FirstOrDefault(p => p.Name == parsed.GetValue(name))
                ?? throw new UsageException($"there is no pipeline '{parsed.GetValue(name)}'; 'plinth job list' names those there are.");
            using JobRunner runner = new(catalog, new DuckEngine(catalog), Shared.CodeVersion);
            var run = await PipelineProgress.ShowAsync(progress => runner.RunAsync(pipeline, parsed.GetValue(force), progress, cancellationToken));
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(run);
            return run.Status == StepStatus.Failed ? ExitCodes.Failed : ExitCodes.Done;
        });
        return command;
    }

    private static Command History()
    {
        Argument<string?> name = new("pipeline") { Description = "Only this one's runs.", Arity = ArgumentArity.ZeroOrOne };
        Option<int> limit = new("--limit") { Description = "At most so many runs.", DefaultValueFactory = _ => 10 };
        var json = Shared.Json();
        Command command = new("history", "Lists past runs, newest first.") { name, limit, json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using JobRunner runner = new(catalog, new DuckEngine(catalog), Shared.CodeVersion);
            var runs = runner.History(parsed.GetValue(name), parsed.GetValue(limit));
            if (parsed.GetValue(json))
            {
                JsonDocumentOutput.Print(new { runs });
                return ExitCodes.Done;
            }

            var table = Tables.New("run", "pipeline", "status", "started", "#seconds", "steps");
            foreach (var r in runs)
                table.Row(r.RunId, r.Pipeline, r.Status == StepStatus.Running ? "interrupted or running" : r.Status.ToString().ToLowerInvariant(), r.StartedAt, r.Took.TotalSeconds,
                    string.Join(", ", r.Steps.GroupBy(s => s.Status).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}")));
            table.Print();
            foreach (var failed in runs.Take(1).SelectMany(r => r.Steps).Where(s => s.Status == StepStatus.Failed))
                Console.Out.WriteLine($"{failed.Step} failed: {failed.Message}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Short(string input) => input.StartsWith("files:", StringComparison.Ordinal) ? "files:" + Path.GetFileName(input) : input;
}
