using System.CommandLine;
using Plinth.App.Output;
using Plinth.Modules;

namespace Plinth.App.Commands;

/// <summary><c>plinth service|drone|traffic list|accept|reject|correct</c></summary>
internal static class ModuleCommands
{
    internal static Command Build(string name)
    {
        var module = CityModules.Find(name)!;
        return new(name, $"The {name} module ({module.Title}): proposals made of findings, and what people decide about them.")
        {
            List(module),
            Decide(module, "accept", "Does as proposed.", Decision.Accepted),
            Decide(module, "reject", "Does not do it.", Decision.Rejected),
            Decide(module, "correct", "Does otherwise: the right value is recorded.", Decision.Corrected),
        };
    }

    private static Command List(IModule module)
    {
        Option<string?> state = new("--state") { Description = "open, accepted, rejected or corrected (default: all)." };
        state.AcceptOnlyFromAmong("open", "accepted", "rejected", "corrected");
        Option<int> limit = new("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 20 };
        var json = Shared.Json();
        Command command = new("list", "Lists the module's proposals, newest first.") { state, limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            FindingDesk desk = new(catalog);
            var proposals = await desk.ListAsync(module.Name, parsed.GetValue(state), parsed.GetValue(limit), cancellationToken);
            var counts = await desk.CountAsync(module.Name, cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonDocumentOutput.Print(new { module = module.Name, counts, proposals });
                return ExitCodes.Done;
            }

            var table = Tables.New("proposal", "action", "subject", "value", "#confidence", "state", "decided by", "right value");
            foreach (var p in proposals)
                table.Row(p.ProposalId, p.Action, p.SubjectId, p.Value, p.Confidence, p.State, p.DecidedBy, p.CorrectedValue);
            table.Print();
            Console.Out.WriteLine(counts.Count == 0 ? "no proposals" : string.Join(", ", counts.Select(c => $"{c.Value:N0} {c.Key}")));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Decide(IModule module, string verb, string description, Decision decision)
    {
        Argument<string[]> proposals = new("proposal") { Description = "Proposals, by their id.", Arity = ArgumentArity.OneOrMore };
        Option<string?> value = new("--value") { Description = "The right value.", Required = decision == Decision.Corrected };
        Option<string?> by = new("--by") { Description = "Who decides (default: the principal of PLINTH_KEY, or the operator)." };
        Option<string?> note = new("--note") { Description = "Why." };
        Command command = new(verb, description) { proposals, by, note };
        if (decision == Decision.Corrected)
            command.Options.Add(value);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var reader = Shared.Reader(catalog);
            var decider = parsed.GetValue(by) ?? reader.Name;
            var verdicts = parsed.GetValue(proposals)!
                .Select(p => new Verdict(p, decision, decision == Decision.Corrected ? parsed.GetValue(value) : null, decider, parsed.GetValue(note))).ToList();
            var recorded = await new FindingDesk(catalog).DecideAsync(module.Name, verdicts, Shared.NewRunId(catalog.Lake.Time), Shared.CodeVersion, cancellationToken);
            Console.Out.WriteLine(recorded == verdicts.Count ? $"{recorded} recorded" : $"{recorded} recorded, {verdicts.Count - recorded} were decided so already");
            return ExitCodes.Done;
        });
        return command;
    }
}
