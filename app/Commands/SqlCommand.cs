using System.CommandLine;
using Plinth.App.Output;
using Plinth.Jobs;

namespace Plinth.App.Commands;

/// <summary><c>plinth sql QUERY</c></summary>
internal static class SqlCommand
{
    internal static readonly Option<RowFormat> Format = new("--format") { Description = "table, jsonl, csv or parquet.", DefaultValueFactory = _ => RowFormat.Table };
    internal static readonly Option<string?> Output = new("--output", "-o") { Description = "Write to this file instead of stdout." };

    internal static Command Build()
    {
        Argument<string> query = new("query") { Description = "One SELECT over the tables ('plinth lake tables'), with the ST_* functions." };
        Option<long?> snapshot = new("--snapshot") { Description = "Read the tables as release N names them (default: the newest versions)." };
        Option<string> purpose = new("--purpose") { Description = "What the reading is for; goes into the audit.", DefaultValueFactory = _ => "sql" };
        Command command = new("sql", "Asks all tables in SQL (DuckDB's dialect).") { query, snapshot, purpose, Format, Output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var session = await Wiring.OpenSqlAsync(catalog, Shared.Reader(catalog), parsed.GetValue(purpose)!, parsed.GetValue(snapshot), cancellationToken);
            RowOutput.Write(session.Connection, parsed.GetValue(query)!.Trim().TrimEnd(';'), parsed.GetValue(Format), parsed.GetValue(Output), cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }
}
