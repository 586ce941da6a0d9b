using System.CommandLine;
using Plinth.App.Output;
using Plinth.Twin;

namespace Plinth.App.Commands;

/// <summary><c>plinth twin why</c>: the rule that chose a fact, and what became of the other claims.</summary>
internal static class TwinWhyCommand
{
    internal static Command Build()
    {
        Argument<string> id = new("id") { Description = "The entity's identifier, urn:plinth:…" };
        Argument<string> property = new("property") { Description = "Its property, e.g. height." };
        var json = Shared.Json();
        Command command = new("why", "Tells why a property is what it is: the rule that chose, and each claim with why it was chosen or not.") { id, property, TwinCommands.Date, TwinCommands.Known, json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            var (entity, wanted) = (parsed.GetValue(id)!, parsed.GetValue(property)!);
            var reasons = twin.Why(entity, wanted, TwinCommands.Time(parsed));
            if (reasons.Count == 0)
            {
                var known = twin.Entity(entity, TwinCommands.Time(parsed))?.Facts.Select(f => f.Property).Distinct().ToList();
                Console.Error.WriteLine(known is null
                    ? $"plinth: the twin holds no entity '{entity}' then; 'plinth twin at LON LAT' finds those at a place."
                    : $"plinth: nothing is held of '{wanted}' of {entity} then; what is: {string.Join(", ", known)}.");
                return ExitCodes.Failed;
            }

            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { id = entity, property = wanted, reasons });
            else
                foreach (var reason in reasons)
                    Print(reason);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(FactReason reason)
    {
        var fact = reason.Fact;
        var span = fact.Valid is { From: null, To: null } ? "" : $" ({fact.Valid.From:u} to {fact.Valid.To:u})";
        Console.WriteLine($"{fact.Property} is {fact.Value} {fact.Unit}".TrimEnd() + $"{span} by rule {fact.RuleId}: {reason.Rule}");
        var table = Tables.New("value", "#rank", "why", "how", "observed", "recorded", "source", "from");
        foreach (var c in reason.Claims)
            table.Row($"{c.Claim.Value} {c.Claim.Unit}".Trim(), c.Rank, c.Why, c.Claim.Method, c.Claim.PhenomenonTime, c.Claim.Recorded.From, c.Claim.Origin.SourceId,
                $"{c.Claim.Origin.Table}@{c.Claim.Origin.Version} {TwinCommands.Short(c.Claim.Origin.SourceRow)}");
        table.Print();
    }
}
