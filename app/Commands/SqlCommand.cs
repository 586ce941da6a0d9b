using System.CommandLine;
using Plinth.App.Output;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

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
        Option<bool> explain = new("--explain") { Description = "Do not run it: show the files that each table is read from, of those there, and the engine's plan." };
        Option<double?> timeout = new("--timeout") { Description = "Stop after so many seconds (default: never)." };
        Option<string?> memory = new("--memory") { Description = "Memory the engine may take, e.g. 2GB; what does not fit is spilled to disk (default: 80 % of the machine's)." };
        Command command = new("sql", "Asks all tables in SQL (DuckDB's dialect).") { query, snapshot, purpose, Format, Output, explain, timeout, memory };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var sql = parsed.GetValue(query)!.Trim().TrimEnd(';');
            var limits = parsed.GetValue(memory) is { } most ? new SqlOptions { MemoryLimit = most } : null;
            using var catalog = Shared.OpenCatalog(parsed);
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var session = await Wiring.OpenSqlAsync(catalog, Shared.Reader(catalog), parsed.GetValue(purpose)!, parsed.GetValue(snapshot), limits, cancellationToken);
            if (parsed.GetValue(timeout) is { } seconds)
                limited.CancelAfter(seconds > 0 && seconds < 1e6 ? TimeSpan.FromSeconds(seconds) : throw new UsageException($"--timeout {seconds} is no number of seconds; write e.g. 30."));
            try
            {
                using var prepared = session.Prepare(sql, limited.Token);
                if (parsed.GetValue(explain))
                    Explain(session, prepared, sql, limited.Token);
                else
                    RowOutput.Write(session.Connection, sql, parsed.GetValue(Format), parsed.GetValue(Output), limited.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new QueryLimitException($"the query was stopped after {parsed.GetValue(timeout)} s (--timeout); ask for fewer rows, or allow it more time.");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static void Explain(SqlSession session, PreparedQuery? prepared, string sql, CancellationToken cancellationToken)
    {
        var plan = (string)session.Connection.Rows($"EXPLAIN {sql}", null, cancellationToken)[0][^1]!;
        var table = Tables.New("table", "#version", "#files kept", "#of", "#bytes", "#rows at most", "by");
        foreach (var scan in prepared?.Scans ?? [])
            table.Row(scan.Table, scan.Version, scan.FilesKept, scan.Files, scan.BytesKept, scan.Rows, scan.Filter);
        table.Print();
        Console.Out.WriteLine(plan);
    }
}

/// <summary>A query took more than it was allowed.</summary>
internal sealed class QueryLimitException(string message) : LakeException(message);
