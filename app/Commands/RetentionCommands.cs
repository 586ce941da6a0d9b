using System.CommandLine;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.App.Commands;

/// <summary><c>plinth lake retain|hold|lift|holds</c>: what goes because a contract says so, and what stays because a case says so; the operator's alone.</summary>
internal static class RetentionCommands
{
    internal static Command Hold()
    {
        var (table, name, json) = (MaintenanceCommands.TableArgument(), Case(), Shared.Json());
        Option<long[]> version = new("--version") { Description = "Only the files of this version; may be repeated (default: the whole table)." };
        Command command = new("hold", "Puts a table, or versions of it, on legal hold: their files and rows stay until it is lifted.") { table, name, version, json };
        command.SetAction((parsed, cancellationToken) => MaintenanceCommands.RunAsync(parsed, table, json, async (lake, at) =>
        {
            await lake.HoldAsync(at, parsed.GetValue(name)!, parsed.GetValue(version) ?? [], Operator(), cancellationToken);
            return await HoldsAsync(lake, at, cancellationToken);
        }, cancellationToken));
        return command;
    }

    internal static Command Lift()
    {
        var (table, name, json) = (MaintenanceCommands.TableArgument(), Case(), Shared.Json());
        Command command = new("lift", "Lifts a legal hold; others on the same table stay.") { table, name, json };
        command.SetAction((parsed, cancellationToken) => MaintenanceCommands.RunAsync(parsed, table, json, async (lake, at) =>
        {
            await lake.LiftHoldAsync(at, parsed.GetValue(name)!, Operator(), cancellationToken);
            return await HoldsAsync(lake, at, cancellationToken);
        }, cancellationToken));
        return command;
    }

    internal static Command Holds()
    {
        var json = Shared.Json();
        Command command = new("holds", "Lists the legal holds of all tables.") { json };
        command.SetAction((parsed, cancellationToken) => MaintenanceCommands.RunAsync(parsed, null, json, async (catalog, _) => await HoldsAsync(catalog.Lake, null, cancellationToken), cancellationToken));
        return command;
    }

    internal static Command Retain()
    {
        Argument<string?> table = new("table") { Description = "schema.table; all tables where it is left out.", Arity = ArgumentArity.ZeroOrOne };
        var (really, json) = (MaintenanceCommands.Really(), Shared.Json());
        Command command = new("retain", "Takes rows out of tables that their contracts no longer keep.") { table, really, json };
        command.SetAction((parsed, cancellationToken) => MaintenanceCommands.RunAsync(parsed, parsed.GetValue(table), json, async (catalog, asked) =>
        {
            List<RetentionReport> reports = [];
            List<string> lines = [], passed = [];
            foreach (var name in asked)
            {
                if (await catalog.RetainAsync(name, !parsed.GetValue(really), Operator(), cancellationToken) is not { } report)
                {
                    passed.Add(name.ToString());
                    continue;
                }
                reports.Add(report);
                lines.Add($"{name}: {MaintenanceCommands.Would(report.DryRun)}{report.Rows} rows from before {report.Before:yyyy-MM-dd} ({report.Column}) taken out{(report.Undated > 0 ? $"; {report.Undated} without a time stay" : "")}");
                lines.AddRange(report.Kept.Select(why => $"kept: {why}"));
            }
            return (new { tables = reports, keptForEver = passed }, [.. lines, .. passed.Count > 0 ? [$"kept for ever, or by no time of their own: {string.Join(", ", passed)}"] : Array.Empty<string>()]);
        }, cancellationToken));
        return command;
    }

    private static Option<string> Case() => new("--case") { Description = "What the hold is called, e.g. a case number: letters, digits, '-', '_', '.'.", Required = true };

    private static Lineage Operator() => new([], $"operator-{Guid.CreateVersion7():n}", Shared.CodeVersion, Principal.Operator.Name, "lake");

    private static async Task<(object Report, string[] Lines)> HoldsAsync(Lake lake, TableName? table, CancellationToken cancellationToken)
    {
        var holds = (await lake.HoldsAsync(cancellationToken)).Where(hold => table is null || hold.Table == table).ToList();
        return (new { holds = holds.Select(hold => new { table = hold.Table.ToString(), name = hold.Case, hold.Versions }) },
            holds.Count == 0 ? ["no legal holds"] : [.. holds.Select(hold => $"{hold.Table}: {hold}")]);
    }
}
