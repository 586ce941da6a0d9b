using System.CommandLine;
using Plinth.App.Output;
using Plinth.Sandbox;

namespace Plinth.App.Commands;

/// <summary><c>plinth sandbox conformance</c></summary>
internal static class ConformanceCommand
{
    internal static Command Build()
    {
        var json = Shared.Json();
        Option<bool> all = new("--all") { Description = "Every attack, not only those that failed or could not be tried." };
        Command command = new("conformance", "Attacks each isolation back end, each attack first on the bare host as a control; a back end that lets one through is not used.") { all, json };
        return SandboxCommands.WithService(command, async (parsed, _, service) =>
        {
            var verdicts = await service.ConformanceAsync();
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { backends = verdicts });
            else
                foreach (var verdict in verdicts)
                    Print(verdict, parsed.GetValue(all));
            return verdicts[0].Available ? ExitCodes.Done : ExitCodes.Failed;
        });
    }

    private static void Print(IsolationVerdict verdict, bool all)
    {
        var shown = verdict.Probes.Where(p => all || !p.Passed || !p.Proved).ToList();
        if (shown.Count > 0)
        {
            var table = Tables.New("attack", "on the host", "inside", "");
            foreach (var p in shown)
                table.Row(p.Attack, p.Host, p.Inside, !p.Passed ? "FAILED" : p.Proved ? "" : "not proved here");
            table.Print();
        }

        Console.Out.WriteLine(verdict.Available
            ? $"{verdict.Backend}: {verdict.Probes.Length} attacks blocked, {verdict.Probes.Count(p => p.Proved)} of them seen to work on the bare host; verdict {verdict.Hash[..16]}"
            : $"{verdict.Backend}: not used here: {verdict.Reason}");
        foreach (var soft in verdict.SoftLimits)
            Console.Out.WriteLine($"soft limit: {soft}");
    }
}
