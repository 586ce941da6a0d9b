using System.CommandLine;
using Plinth.App.Output;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.App.Commands;

/// <summary><c>plinth lake cat|changes|history|tables|release</c>; what keeps tables in shape is in <see cref="MaintenanceCommands"/>.</summary>
internal static class LakeCommands
{
    internal static Command Build() => new("lake", "Looks at tables: rows, versions, changes. Also reads Delta tables that others wrote.")
    {
        Tables(), Cat(), History(), Changes(), Release(), VerifyCommand.Build(),
        MaintenanceCommands.Vacuum(), MaintenanceCommands.Optimize(), MaintenanceCommands.Checkpoint(), MaintenanceCommands.Erase(),
        RetentionCommands.Retain(), RetentionCommands.Hold(), RetentionCommands.Lift(), RetentionCommands.Holds(),
    };

    private static Command Tables()
    {
        var json = Shared.Json();
        Command command = new("tables", "Lists the tables with their newest version.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var lake = Open(parsed);
            List<Snapshot> snapshots = [];
            foreach (var name in lake.Tables())
                snapshots.Add(await lake.ReadAsync(name, cancellationToken: cancellationToken));
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { tables = snapshots.Select(s => new { name = s.Table, s.Version, s.Timestamp, files = s.Files.Count, rows = s.Files.Sum(f => f.Rows) }) });
            else
            {
                var table = Output.Tables.New("table", "#version", "committed", "#files", "#rows");
                foreach (var s in snapshots)
                    table.Row(s.Table, s.Version, s.Timestamp, s.Files.Count, s.Files.Sum(f => f.Rows) ?? 0);
                table.Print();
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Cat()
    {
        var table = TableOrFolder();
        Option<long?> version = new("--version") { Description = "The version (default: the newest)." };
        Option<string?> at = new("--at") { Description = "The version that was newest at this time." };
        Option<long?> limit = new("--limit") { Description = "At most so many rows." };
        Command command = new("cat", "Prints a table's rows.") { table, version, at, limit, SqlCommand.Format, SqlCommand.Output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var lake = Open(parsed);
            var snapshot = await ReadAsync(lake, parsed.GetValue(table)!, Version(parsed.GetValue(version), parsed.GetValue(at)), cancellationToken);
            using var database = lake.OpenSql();
            using var connection = database.Connect();
            var sql = $"SELECT * FROM ({snapshot.ToSql()})" + (parsed.GetValue(limit) is { } most ? $" LIMIT {most}" : "");
            RowOutput.Write(connection, sql, parsed.GetValue(SqlCommand.Format), parsed.GetValue(SqlCommand.Output), cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command History()
    {
        Argument<string> table = new("table") { Description = "schema.table" };
        var json = Shared.Json();
        Command command = new("history", "Lists a table's commits, newest first, with what they were made from.") { table, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var lake = Open(parsed);
            var commits = await lake.HistoryAsync(Shared.Table(parsed.GetValue(table)!), cancellationToken);
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { table = parsed.GetValue(table), commits });
            else
            {
                var shown = Output.Tables.New("#version", "committed", "operation", "#rows", "inputs", "run");
                foreach (var c in commits)
                    shown.Row(c.Version, c.Timestamp, c.Operation, c.Metrics.GetValueOrDefault("numOutputRows"), c.Lineage is { } l ? Inputs(l) : null, c.Lineage?.RunId);
                shown.Print();
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Changes()
    {
        var table = TableOrFolder();
        Option<long> from = new("--from") { Description = "First version.", Required = true };
        Option<long?> to = new("--to") { Description = "Last version (default: the newest)." };
        Command command = new("changes", "Prints the rows that versions added, changed or removed, with _change_type, _commit_version and _commit_timestamp.") { table, from, to, SqlCommand.Format, SqlCommand.Output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var lake = Open(parsed);
            var sql = await ChangesAsync(lake, parsed.GetValue(table)!, parsed.GetValue(from), parsed.GetValue(to), cancellationToken);
            using var database = lake.OpenSql();
            using var connection = database.Connect();
            RowOutput.Write(connection, sql, parsed.GetValue(SqlCommand.Format), parsed.GetValue(SqlCommand.Output), cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Release()
    {
        var json = Shared.Json();
        Command command = new("release", "Names the newest versions of all tables together; prints the release's number.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var lake = Open(parsed);
            var release = await lake.ReleaseAsync(cancellationToken);
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { release.Number, release.At, versions = release.Versions.ToDictionary(v => v.Key.ToString(), v => v.Value) });
            else
                Console.Out.WriteLine($"release {release.Number}: {release.Versions.Count} tables");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<string> TableOrFolder() => new("table_or_folder") { Description = "schema.table of the lake, or the folder of a Delta table." };

    private static Lake Open(ParseResult parsed) => Lake.Open(new(parsed.GetValue(Shared.Lake)!));

    private static TableVersion Version(long? number, string? at) => (number, Shared.Time(at)) switch
    {
        ({ }, { }) => throw new UsageException("--version and --at exclude one another."),
        ({ } n, _) => TableVersion.At(n),
        (_, { } t) => TableVersion.AsOf(t),
        _ => TableVersion.Newest,
    };

    private static bool IsFolder(string text) => Directory.Exists(text) || text.Contains('/', StringComparison.Ordinal);

    /// <summary>Through the door for the lake's own tables; others' folders are their owners' matter.</summary>
    private static async ValueTask<Snapshot> ReadAsync(Lake lake, string tableOrFolder, TableVersion version, CancellationToken cancellationToken)
    {
        if (IsFolder(tableOrFolder))
            return await lake.ReadFolderAsync(tableOrFolder, version, cancellationToken);
        var table = Shared.Table(tableOrFolder);
        await EnterAsOperatorAsync(lake, table, "lake cat", cancellationToken);
        return await lake.ReadAsync(table, version, cancellationToken);
    }

    private static async ValueTask<string> ChangesAsync(Lake lake, string tableOrFolder, long from, long? to, CancellationToken cancellationToken)
    {
        if (IsFolder(tableOrFolder))
            return (await lake.ChangesInFolderAsync(tableOrFolder, from, to, cancellationToken)).Sql;
        var table = Shared.Table(tableOrFolder);
        await EnterAsOperatorAsync(lake, table, "lake changes", cancellationToken);
        return (await lake.ChangesAsync(table, from, to, cancellationToken)).Sql;
    }

    /// <summary>Whole versions with every column are the operator's alone; others read with 'plinth sql', as their grants say.</summary>
    private static async ValueTask EnterAsOperatorAsync(Lake lake, TableName table, string purpose, CancellationToken cancellationToken)
    {
        if (!lake.Exists(table))
            throw new TableNotFoundException(table.ToString());
        using var catalog = CityCatalog.Open(lake);
        if (Shared.Reader(catalog) != Principal.Operator)
            throw new UsageException("PLINTH_KEY is set: read with 'plinth sql', which shows what your grants allow; unset it to work as the operator.");
        (await catalog.EnterAsync(Principal.Operator, purpose, [table], cancellationToken)).Require();
    }

    private static string Inputs(Lineage lineage) => lineage.Inputs.Length switch
    {
        0 => "",
        1 => lineage.Inputs[0],
        var n => $"{lineage.Inputs[0]} and {n - 1} more",
    };
}
