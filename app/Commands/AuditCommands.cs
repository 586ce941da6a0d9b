using System.CommandLine;
using Plinth.App.Output;

namespace Plinth.App.Commands;

/// <summary><c>plinth audit verify|show</c></summary>
internal static class AuditCommands
{
    internal static Command Build() => new("audit", "The record of who read, ran and released what.") { Verify(), Show() };

    private static Command Verify()
    {
        var json = Shared.Json();
        Command command = new("verify", "Checks the chain: every line carries the hash of the one before.") { json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var verdict = catalog.Audit.Verify();
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(verdict);
            else if (verdict.BrokenAt is null)
                Console.Out.WriteLine($"the audit chain holds: {verdict.Lines:N0} lines, head {verdict.Head}");
            if (verdict.BrokenAt is not null)
                Console.Error.WriteLine($"plinth: the audit chain is broken at line {verdict.BrokenAt}: {verdict.Reason}");
            return verdict.BrokenAt is null ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static Command Show()
    {
        Option<int> limit = new("--limit") { Description = "The last so many lines.", DefaultValueFactory = _ => 20 };
        var json = Shared.Json();
        Command command = new("show", "Prints the chain's last lines.") { limit, json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var entries = catalog.Audit.Read().TakeLast(parsed.GetValue(limit)).ToList();
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { entries });
            else
            {
                var table = Tables.New("#line", "at", "action", "principal", "details");
                foreach (var e in entries)
                    table.Row(e.Number, e.At, e.Action, e.Principal, string.Join("  ", e.Details.Select(d => $"{d.Key}={d.Value}")));
                table.Print();
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
