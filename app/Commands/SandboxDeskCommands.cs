using System.CommandLine;
using Plinth.App.Output;
using Plinth.Sandbox;

namespace Plinth.App.Commands;

/// <summary><c>plinth sandbox work|cancel|final|refuse|revoke|sponsor|logs|retain|table|approve-table</c>: the queue, and what people decide.</summary>
internal static class SandboxDeskCommands
{
    internal static IEnumerable<Command> All() => [Work(), Cancel(), Final(), End("refuse", "Turns a scored submission down."), End("revoke", "Ends a release before its time."), Sponsor(), Logs(), Retain(), Table(), ApproveTable()];

    private static Command Work()
    {
        Option<int> slots = new("--slots") { Description = "Submissions at work at once.", DefaultValueFactory = _ => 2 };
        return SandboxCommands.WithService(new("work", "Drives all open submissions on as far as they go, with fair shares between organisations.") { slots }, async (parsed, _, service) =>
        {
            var failed = 0;
            await service.WorkAsync(parsed.GetValue(slots), new Lines(), (id, exception) =>
            {
                Interlocked.Increment(ref failed);
                Console.Error.WriteLine($"plinth: submission {id} waits: {exception.Message}");
            });
            return failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
    }

    private static Command Cancel()
    {
        Argument<string> id = new("submission");
        var organisation = SandboxCommands.Organisation();
        return SandboxCommands.WithService(new("cancel", "Takes a submission back that is not scored on the hidden split yet.") { id, organisation }, async (parsed, _, service) =>
            Say(await service.CancelAsync(parsed.GetValue(id)!, parsed.GetValue(organisation)!)));
    }

    private static Command Final()
    {
        Argument<string> id = new("submission");
        var organisation = SandboxCommands.Organisation();
        return SandboxCommands.WithService(new("final", "Names a submission for the hidden split, where the scenario leaves the choice to its organisation.") { id, organisation }, (parsed, _, service) =>
            Task.FromResult(Say(service.ChooseFinal(parsed.GetValue(id)!, parsed.GetValue(organisation)!))));
    }

    private static Command End(string name, string description)
    {
        Argument<string> id = new("submission");
        Option<string> reason = new("--reason") { Description = "The vendor reads it.", Required = true };
        return SandboxCommands.WithService(new(name, description) { id, reason }, async (parsed, catalog, service) => Say(name == "refuse"
            ? await service.RefuseAsync(parsed.GetValue(id)!, Shared.Reader(catalog), parsed.GetValue(reason)!) : await service.RevokeAsync(parsed.GetValue(id)!, Shared.Reader(catalog), parsed.GetValue(reason)!)));
    }

    private static Command Sponsor()
    {
        Argument<string> organisation = new("organisation");
        Argument<string> person = new("person") { Description = "Name of the principal who brought it in." };
        return SandboxCommands.WithService(new("sponsor", "Notes who brought an organisation in: that person reviews none of its submissions.") { organisation, person }, (parsed, catalog, service) =>
        {
            service.AddSponsor(parsed.GetValue(organisation)!, catalog.Access.Find(parsed.GetValue(person)!) ?? throw new UsageException($"there is no principal '{parsed.GetValue(person)}'; 'plinth catalog principals' lists them."));
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static Command Logs()
    {
        Argument<string> id = new("submission");
        return SandboxCommands.WithService(new("logs", "Shows a reviewer what a submission's runs printed; each look is a line of the audit.") { id }, (parsed, catalog, service) =>
        {
            foreach (var (name, text) in service.Logs(parsed.GetValue(id)!, Shared.Reader(catalog)))
                Console.Out.WriteLine($"== {name}\n{text.TrimEnd()}");
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static Command Retain()
    {
        Option<int> days = new("--days") { Description = "Keep so many days.", DefaultValueFactory = _ => 90 };
        return SandboxCommands.WithService(new("retain", "Removes what ended submissions wrote and printed, once kept long enough; scores and records stay.") { days }, (parsed, _, service) =>
        {
            Console.Out.WriteLine($"removed the run folders of {service.Retain(TimeSpan.FromDays(parsed.GetValue(days)))} submissions");
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static Command Table()
    {
        Argument<string> id = new("submission");
        Option<string> by = new("--by") { Description = "One of the scenario's columns.", Required = true };
        Option<string> purpose = new("--purpose") { Description = "What it was released for.", DefaultValueFactory = _ => "advice:service" };
        Option<string?> sum = new("--sum") { Description = "Another of them, numbers from 0 up, to add up in each cell." };
        var json = Shared.Json();
        return SandboxCommands.WithService(new("table", "Asks for a table of counts, or of sums, of what a released algorithm said; it leaves when two reviewers approve.") { id, by, sum, purpose, json }, async (parsed, catalog, service) =>
            Print(await service.RequestTableAsync(parsed.GetValue(id)!, parsed.GetValue(purpose)!, parsed.GetValue(by)!, Shared.Reader(catalog), parsed.GetValue(sum)), parsed.GetValue(json)));
    }

    private static Command ApproveTable()
    {
        Argument<string> id = new("table");
        var json = Shared.Json();
        return SandboxCommands.WithService(new("approve-table", "A reviewer's approval that a table leaves.") { id, json }, (parsed, catalog, service) =>
            Task.FromResult(Print(service.ApproveTable(parsed.GetValue(id)!, Shared.Reader(catalog)), parsed.GetValue(json))));
    }

    private static int Print(EgressTable table, bool json)
    {
        if (json)
            JsonDocumentOutput.Print(table);
        else if (table.Csv is { } csv)
            Console.Out.Write(csv);
        else
            Console.Out.WriteLine($"{table.Id}: waits; approved by {(table.Approvals.IsEmpty ? "nobody yet" : string.Join(", ", table.Approvals))} ('plinth sandbox approve-table {table.Id}')");
        return ExitCodes.Done;
    }

    private static int Say(Submission submission)
    {
        Console.Out.WriteLine($"{submission.Id}  {submission.Organisation} for {submission.Scenario}: {submission.State}");
        return ExitCodes.Done;
    }

    private sealed class Lines : IProgress<SandboxProgress>
    {
        public void Report(SandboxProgress value) => Console.Error.WriteLine($"{value.SubmissionId} {value.State}: {value.Message}");
    }
}
