using System.CommandLine;
using Plinth.App.Output;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.App.Commands;

/// <summary><c>plinth lake vacuum|optimize|checkpoint|erase</c>: the operator's alone; without <c>--no-dry-run</c> they only say what they would do.</summary>
internal static class MaintenanceCommands
{
    internal static Command Vacuum()
    {
        var (table, really, json) = (TableArgument(), Really(), Shared.Json());
        Option<double?> retain = new("--retain") { Description = "Hours to keep a file after it was removed from the table (default: the table's property, else 168)." };
        Option<bool> force = new("--force") { Description = "Allows fewer hours than the table's. Readers of older versions and commits under way can lose files." };
        Command command = new("vacuum", "Removes files that no version still to be read needs.") { table, really, retain, force, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, table, json, async (lake, name) =>
        {
            var options = new VacuumOptions { DryRun = !parsed.GetValue(really), Force = parsed.GetValue(force), Retention = parsed.GetValue(retain) is { } hours ? TimeSpan.FromHours(hours) : null };
            var report = await lake.VacuumAsync(name, options, cancellationToken);
            return (report, [$"{Would(report.DryRun)}{report.Files.Count} files, {report.Bytes} bytes removed", .. report.Files, .. report.Kept.Select(why => $"kept: {why}")]);
        }, cancellationToken));
        return command;
    }

    internal static Command Optimize()
    {
        var (table, really, json) = (TableArgument(), Really(), Shared.Json());
        Option<string[]> orderBy = new("--order-by") { Description = "Sorts all rows of a partition by this column; may be repeated." };
        Option<string?> hilbert = new("--hilbert") { Description = "Sorts all rows of a partition along a Hilbert curve through the boxes of this column (bbox)." };
        Option<long?> target = new("--target-bytes") { Description = "Size of a file to aim at (default: the table's property, else 128 MiB)." };
        Command command = new("optimize", "Joins small files, or sorts files; rows and older versions stay the same.") { table, really, orderBy, hilbert, target, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, table, json, async (lake, name) =>
        {
            var options = new OptimizeOptions { DryRun = !parsed.GetValue(really), OrderBy = [.. parsed.GetValue(orderBy) ?? []], HilbertBy = parsed.GetValue(hilbert), TargetBytes = parsed.GetValue(target) };
            var report = await lake.OptimizeAsync(name, options, cancellationToken);
            return (report, [report.DryRun
                ? $"would rewrite {report.FilesRemoved} of {report.Files} files, {report.BytesRemoved} bytes"
                : $"version {report.Version}: {report.FilesRemoved} of {report.Files} files, {report.BytesRemoved} bytes, became {report.FilesAdded} files, {report.BytesAdded} bytes"]);
        }, cancellationToken));
        return command;
    }

    internal static Command Checkpoint()
    {
        var (table, really, json) = (TableArgument(), Really(), Shared.Json());
        Option<bool> clean = new("--clean-log") { Description = "Also removes commits that are older than the table keeps its log and that a checkpoint covers." };
        Command command = new("checkpoint", "Writes a checkpoint of the newest version.") { table, clean, really, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, table, json, async (lake, name) =>
        {
            var version = await lake.CheckpointAsync(name, cancellationToken);
            var log = parsed.GetValue(clean) ? await lake.CleanLogAsync(name, !parsed.GetValue(really), cancellationToken) : null;
            return (new { table = name.ToString(), version, log },
                [$"checkpoint of version {version}", .. log is null ? [] : new[] { $"{Would(log.DryRun)}{log.Files.Count} files of the log removed; the oldest version to be read is {log.OldestVersion}" }]);
        }, cancellationToken));
        return command;
    }

    internal static Command Erase()
    {
        var (table, really, json) = (TableArgument(), Really(), Shared.Json());
        Option<string> where = new("--where") { Description = "Which rows: a SQL condition over the table's columns. It is written down nowhere.", Required = true };
        Option<string> reason = new("--reason") { Description = "Why, for the record: a case number, never the person's name.", Required = true };
        Option<bool> forget = new("--forget-history") { Description = "Also removes the older log, which may hold values of the rows as bounds of columns. Older versions are then gone." };
        Command command = new("erase", "Takes rows out of a table in every version.") { table, where, reason, forget, really, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, table, json, async (lake, name) =>
        {
            var options = new EraseOptions(parsed.GetValue(reason)!) { DryRun = !parsed.GetValue(really), ForgetHistory = parsed.GetValue(forget), Principal = Principal.Operator.Name };
            var report = await lake.EraseAsync(name, parsed.GetValue(where)!, options, cancellationToken);
            return (report,
            [
                $"{Would(report.DryRun)}{report.Rows} rows erased, {report.Files.Count} files removed",
                $"versions that can no longer be read: {(report.VersionsGone.Count == 0 ? "none" : string.Join(", ", report.VersionsGone))}",
                .. report.ReleasesGone.Select(number => $"release {number} names one of them"), .. report.LogFiles.Select(file => $"_delta_log/{file} may still hold values of the rows as bounds (--forget-history)"),
                .. report.Pending.Select(file => $"not done: {file}"),
            ]);
        }, cancellationToken));
        return command;
    }

    internal static Argument<string> TableArgument() => new("table") { Description = "schema.table" };

    internal static Option<bool> Really() => new("--no-dry-run") { Description = "Does it; without this it only says what it would do." };

    internal static string Would(bool dryRun) => dryRun ? "would be: " : "";

    internal static Task<int> RunAsync(ParseResult parsed, Argument<string> table, Option<bool> json, Func<Lake, TableName, Task<(object Report, string[] Lines)>> operation, CancellationToken cancellationToken) =>
        RunAsync(parsed, parsed.GetValue(table)!, json, (catalog, names) => operation(catalog.Lake, names[0]), cancellationToken);

    /// <summary>Runs on the table that is named, or where none is, on all.</summary>
    internal static async Task<int> RunAsync(ParseResult parsed, string? asked, Option<bool> json, Func<CityCatalog, IReadOnlyList<TableName>, Task<(object Report, string[] Lines)>> operation, CancellationToken cancellationToken)
    {
        using var lake = Lake.Open(new(parsed.GetValue(Shared.Lake)!));
        var names = asked is null ? lake.Tables() : [Shared.Table(asked)];
        if (asked is not null && !lake.Exists(names[0]))
            throw new TableNotFoundException(names[0].ToString());
        using var catalog = CityCatalog.Open(lake);
        if (Shared.Reader(catalog) != Principal.Operator)
            throw new UsageException("PLINTH_KEY is set: only the operator keeps tables in shape; unset it to work as the operator.");
        (await catalog.EnterAsync(Principal.Operator, $"lake {parsed.CommandResult.Command.Name}", names, cancellationToken)).Require();
        var (report, lines) = await operation(catalog, names);
        if (parsed.GetValue(json))
            JsonDocumentOutput.Print(report);
        else
            foreach (var line in lines)
                Console.Out.WriteLine(line);
        return ExitCodes.Done;
    }
}
