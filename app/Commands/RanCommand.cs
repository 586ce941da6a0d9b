using System.CommandLine;
using Plinth.App.Output;
using Plinth.Sandbox;

namespace Plinth.App.Commands;

/// <summary><c>plinth sandbox ran</c>: a vendor checks what became of its code.</summary>
internal static class RanCommand
{
    internal static Command Build()
    {
        Argument<string> id = new("submission") { Description = "Its id." };
        Option<string?> path = new("--path") { Description = "The vendor's own copy, a folder or archive: its hash must be the one that the audit names." };
        var json = Shared.Json();
        Command command = new("ran", "Shows what ran, where and on what: the audit's lines of a submission, after checking the whole chain.") { id, path, json };
        return SandboxCommands.WithService(command, async (parsed, catalog, service) =>
        {
            var submission = service.Status(parsed.GetValue(id)!);
            var chain = catalog.Audit.Verify();
            if (chain.BrokenAt is { } line)
            {
                Console.Error.WriteLine($"plinth: the audit chain is broken at line {line}: {chain.Reason}");
                return ExitCodes.Failed;
            }

            var own = parsed.GetValue(path) is { } copy ? await SandboxService.ContentHashAsync(copy) : null;
            var entries = catalog.Audit.Read().Where(entry => entry.Details.GetValueOrDefault("submission") == submission.Id).ToList();
            var other = entries.Select(entry => entry.Details.GetValueOrDefault("content")).FirstOrDefault(content => content is not null && content != (own ?? submission.ContentSha256));
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { submission = submission.Id, content = submission.ContentSha256, own, same = own is null ? (bool?)null : other is null, chain.Lines, chain.Head, entries });
            else
            {
                var table = Tables.New("#line", "at", "action", "details");
                foreach (var entry in entries)
                    table.Row(entry.Number, entry.At, entry.Action, string.Join("  ", entry.Details.Where(d => d.Key is not ("submission" or "organisation") && d.Value.Length > 0).Select(d => $"{d.Key}={d.Value}")));
                table.Print();
                Console.Out.WriteLine($"the audit chain holds: {chain.Lines:N0} lines, head {chain.Head}");
                if (own is not null && other is null)
                    Console.Out.WriteLine($"all of them name the content of '{parsed.GetValue(path)}': {own}");
            }

            if (other is null)
                return ExitCodes.Done;
            Console.Error.WriteLine($"plinth: the audit names content {other}, not {own ?? submission.ContentSha256}");
            return ExitCodes.Failed;
        });
    }
}
