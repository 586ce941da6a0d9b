using Plinth.App.Output;
using Plinth.Catalog;
using Plinth.Jobs;
using Plinth.Lakehouse;
using Plinth.Modules;
using Plinth.Sandbox;
using Plinth.Twin;

namespace Plinth.App.Commands;

/// <summary>What the demo says at its end: everything in it is asked from the tables.</summary>
internal static class DemoSummary
{
    internal static async Task PrintAsync(CityCatalog catalog, RunRecord run, string lake, CancellationToken cancellationToken)
    {
        using var session = await Wiring.OpenSqlAsync(catalog, Principal.Operator, "demo summary", null, cancellationToken: cancellationToken);
        Head("What came in");
        Incoming(catalog.Lake, session);
        Head("What the twin holds");
        Twin(catalog);
        Head("Three questions in SQL  (plinth sql \"...\")");
        foreach (var (question, sql) in DemoSql.Questions)
            Ask(session, question, sql);
        Head("Leaderboard: which agency is a request for? (hidden split, macro-F1)");
        await LeaderboardAsync(catalog, run, cancellationToken);
        Head("What flowed back");
        await BackAsync(catalog, cancellationToken);
        var release = await catalog.Lake.ReadReleaseAsync(cancellationToken: cancellationToken);
        Console.Out.WriteLine();
        Console.Out.WriteLine(run.Status == StepStatus.Unchanged
            ? $"Nothing was new: every step found its inputs unchanged, nothing was added ({run.Took.TotalSeconds:0.0} s; snapshot {release?.Number})."
            : $"Done in {run.Took.TotalSeconds:0.0} s; snapshot {release?.Number}. Running it again adds nothing twice.");
        Console.Out.WriteLine($"See the map:  ./plinth serve{(lake == "lake" ? "" : $" --lake {lake}")}");
    }

    private static void Head(string text) => Console.Out.WriteLine($"\n== {text}");

    private static void Incoming(Lake lake, SqlSession session)
    {
        var table = Tables.New("family", "#files", "#rows", "#rejected", "see the rejected");
        foreach (var (family, tables, rejected) in DemoSql.Families)
        {
            var there = tables.Where(t => lake.Exists(TableName.Parse(t))).ToList();
            long files = 0, rows = 0;
            if (there.Count > 0)
            {
                var row = session.Rows(DemoSql.CountFiles(there))[0];
                (files, rows) = ((long)row[0]!, (long)row[1]!);
            }

            var bad = lake.Exists(TableName.Parse(rejected)) ? (long)session.Rows(DemoSql.CountRejected(rejected, family))[0][0]! : 0;
            table.Row(family, files, rows, bad, bad > 0 ? $"plinth sql \"SELECT * FROM {rejected}\"" : "");
        }

        table.Print();
    }

    private static void Twin(CityCatalog catalog)
    {
        var table = Tables.New("entities", "#count");
        using var twin = CityTwin.Open(catalog);
        foreach (var (type, count) in twin.Counts().OrderByDescending(c => c.Count))
            table.Row(type, count);
        table.Print();
    }

    private static void Ask(SqlSession session, string question, string sql)
    {
        Console.Out.WriteLine($"{question}");
        using var prepared = session.Prepare(sql);
        using var result = session.Connection.Query(sql);
        TableRows.Write(result);
    }

    private static async Task LeaderboardAsync(CityCatalog catalog, RunRecord run, CancellationToken cancellationToken)
    {
        if (run.Steps.FirstOrDefault(s => s.Status == StepStatus.Postponed) is { } postponed)
        {
            Console.Out.WriteLine(postponed.Message);
            return;
        }

        using var sandbox = SandboxService.Open(catalog, new() { RunId = run.RunId, CodeVersion = Shared.CodeVersion });
        LeaderboardTable.Print(await sandbox.LeaderboardAsync(CityPipelines.DemoScenario, cancellationToken));
    }

    private static async Task BackAsync(CityCatalog catalog, CancellationToken cancellationToken)
    {
        FindingDesk desk = new(catalog);
        var table = Tables.New("module", "what", "#open", "#accepted", "#corrected", "#rejected", "decide");
        foreach (var module in CityModules.All)
        {
            var counts = await desk.CountAsync(module.Name, cancellationToken);
            var actions = (await desk.ListAsync(module.Name, limit: int.MaxValue, cancellationToken: cancellationToken)).GroupBy(p => p.Action).Select(g => $"{g.Count():N0} × {g.Key}");
            table.Row(module.Name, string.Join(", ", actions), counts.GetValueOrDefault("open"), counts.GetValueOrDefault("accepted"), counts.GetValueOrDefault("corrected"), counts.GetValueOrDefault("rejected"),
                counts.GetValueOrDefault("open") > 0 ? $"plinth {module.Name} list --state open" : "");
        }

        table.Print();
    }
}
