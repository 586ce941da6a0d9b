using System.CommandLine;
using Plinth.App.Output;
using Plinth.Catalog;
using Plinth.Sandbox;

namespace Plinth.App.Commands;

/// <summary><c>plinth sandbox scenarios|publish|sample|submit|status|leaderboard|release|conformance|try|ran|runtime</c></summary>
internal static class SandboxCommands
{
    internal static Command Build() => Build(new("sandbox", "Outside algorithms on governed data: scenarios, submissions, scores, release (揭榜挂帅).")
    {
        Scenarios(), Publish(), Sample(), Submit(), Status(), Leaderboard(), Release(), ConformanceCommand.Build(), TryCommand.Build(), RanCommand.Build(), RuntimeCommands.Build(),
    });

    private static Command Build(Command command)
    {
        foreach (var one in SandboxDeskCommands.All())
            command.Add(one);
        return command;
    }

    private static Command Scenarios()
    {
        var json = Shared.Json();
        return WithService(new("scenarios", "Lists published scenarios, and those that come with the program.") { json }, (parsed, _, service) =>
        {
            var published = service.Scenarios();
            var shipped = SandboxService.ShippedScenarios.Keys.Where(id => published.All(s => s.Id != id)).ToList();
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { scenarios = published.Select(Shape), unpublished = shipped });
            else
            {
                var table = Tables.New("scenario", "title", "标题", "dataset", "metric", "published");
                foreach (var s in published)
                    table.Row(s.Id, s.Title, s.TitleZh, $"{s.Dataset}@{s.DatasetVersion}", s.Metric, s.PublishedAt);
                foreach (var id in shipped)
                    table.Row(id, null, null, null, null, $"not yet: plinth sandbox publish {id}");
                table.Print();
            }

            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static Command Publish()
    {
        Argument<string> file = new("scenario") { Description = "A scenario file (YAML), or the id of one that comes with the program." };
        return WithService(new("publish", "Publishes a scenario on the newest version of its dataset.") { file }, async (parsed, catalog, service) =>
        {
            var scenario = await service.PublishAsync(parsed.GetValue(file)!, Shared.Reader(catalog));
            Console.Out.WriteLine($"published {scenario.Id} {scenario.Version}: {scenario.Title} ({scenario.TitleZh}), on {scenario.Dataset}@{scenario.DatasetVersion}");
            return ExitCodes.Done;
        });
    }

    private static Command Sample()
    {
        Argument<string> scenario = new("scenario");
        Argument<string> folder = new("folder") { Description = "Where the sample goes." };
        Option<string> organisation = Organisation();
        return WithService(new("sample", "Writes what a vendor develops on: labelled training rows and the public rows.") { scenario, folder, organisation }, async (parsed, _, service) =>
        {
            foreach (var file in await service.WriteSampleAsync(parsed.GetValue(scenario)!, parsed.GetValue(organisation)!, parsed.GetValue(folder)!))
                Console.Out.WriteLine(file);
            return ExitCodes.Done;
        });
    }

    private static Command Submit()
    {
        Argument<string> scenario = new("scenario");
        Argument<string> path = new("path") { Description = "A folder, .zip, .tar or .tar.gz with sandbox.json." };
        Option<string> organisation = Organisation();
        Option<bool> hold = new("--no-run") { Description = "Take it in, but do not run it yet ('plinth sandbox status ID --run' does)." };
        var json = Shared.Json();
        return WithService(new("submit", "Hands in an algorithm: it is screened, run in isolation on the public and the hidden split, and scored.") { scenario, path, organisation, hold, json }, async (parsed, _, service) =>
        {
            var submission = await service.SubmitAsync(parsed.GetValue(scenario)!, parsed.GetValue(organisation)!, parsed.GetValue(path)!);
            if (!parsed.GetValue(hold))
                submission = await service.ProcessAsync(submission.Id, new Lines());
            Print(submission, parsed.GetValue(json));
            return submission.State == SubmissionState.Failed ? ExitCodes.Failed : ExitCodes.Done;
        });
    }

    private static Command Status()
    {
        Argument<string?> id = new("submission") { Description = "Its id (default: all).", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> run = new("--run") { Description = "Drive it on as far as it goes." };
        var json = Shared.Json();
        return WithService(new("status", "Shows how far submissions have come.") { id, run, json }, async (parsed, _, service) =>
        {
            if (parsed.GetValue(id) is { } one)
            {
                Print(parsed.GetValue(run) ? await service.ProcessAsync(one, new Lines()) : service.Status(one), parsed.GetValue(json));
                return ExitCodes.Done;
            }

            var all = service.Submissions();
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { submissions = all });
            else
            {
                var table = Tables.New("submission", "scenario", "organisation", "state", "since", "why");
                foreach (var s in all)
                    table.Row(s.Id, s.Scenario, s.Organisation, s.State, s.ChangedAt, s.Failure?.Message);
                table.Print();
            }

            return ExitCodes.Done;
        });
    }

    private static Command Leaderboard()
    {
        Argument<string> scenario = new("scenario");
        var json = Shared.Json();
        return WithService(new("leaderboard", "Shows the best hidden score of each organisation beside the trivial baseline.") { scenario, json }, async (parsed, _, service) =>
        {
            var lines = await service.LeaderboardAsync(parsed.GetValue(scenario)!);
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { scenario = parsed.GetValue(scenario), lines });
            else
                LeaderboardTable.Print(lines);
            return ExitCodes.Done;
        });
    }

    private static Command Release()
    {
        Argument<string> id = new("submission");
        Option<string> purpose = new("--purpose") { Description = "What it may be run for.", DefaultValueFactory = _ => "advice:service" };
        Option<int> days = new("--days") { Description = "Valid so many days.", DefaultValueFactory = _ => 365 };
        return WithService(new("release", "Releases a scored submission for a purpose. The reviewer must not be of its organisation.") { id, purpose, days }, async (parsed, catalog, service) =>
        {
            var released = await service.ReleaseAsync(parsed.GetValue(id)!, Shared.Reader(catalog), parsed.GetValue(purpose)!, catalog.Lake.Time.GetUtcNow().AddDays(parsed.GetValue(days)));
            Print(released, json: false);
            return ExitCodes.Done;
        });
    }

    internal static Option<string> Organisation() => new("--organisation", "--org") { Description = "Who hands in, e.g. acme.", Required = true };

    internal static Command WithService(Command command, Func<ParseResult, CityCatalog, SandboxService, Task<int>> run)
    {
        command.SetAction(async (parsed, _) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var service = SandboxService.Open(catalog, new() { RunId = Shared.NewRunId(catalog.Lake.Time), CodeVersion = Shared.CodeVersion });
            return await run(parsed, catalog, service);
        });
        return command;
    }

    private static void Print(Submission submission, bool json)
    {
        if (json)
        {
            JsonDocumentOutput.Print(submission);
            return;
        }

        Console.Out.WriteLine($"{submission.Id}  {submission.Organisation} for {submission.Scenario}: {submission.State}{(submission.Unchanged ? " (was here already)" : "")}");
        foreach (var score in submission.Scores)
            Console.Out.WriteLine($"  {score.Split,-7} {score.Metric} {score.Score:0.0000}  (95 %: {score.Low:0.0000} to {score.High:0.0000}; {score.Rows:N0} rows)");
        if (submission.Release is { } release)
            Console.Out.WriteLine($"  released for '{release.Purpose}' by {release.ApprovedBy} until {release.ExpiresAt:yyyy-MM-dd}");
        if (submission.Failure is { } failure)
            Console.Error.WriteLine($"plinth: {failure.Kind}: {failure.Message}");
    }

    private static object Shape(Scenario s) => new
    {
        s.Id, s.Version, s.Title, s.TitleZh, s.Need, s.NeedZh, s.Owner, dataset = s.Dataset.ToString(), s.DatasetVersion, s.Key, s.Features, s.Label, s.Withheld, s.Output, s.Metric, s.Limits, s.Terms, s.PublishedBy, s.PublishedAt,
    };

    private sealed class Lines : IProgress<SandboxProgress>
    {
        public void Report(SandboxProgress value) => Console.Error.WriteLine($"{value.State}: {value.Message}");
    }
}
