using System.CommandLine;
using Plinth.App.Output;
using Plinth.Twin;

namespace Plinth.App.Commands;

/// <summary><c>plinth twin export|duckdb</c>: the twin for others' programs.</summary>
internal static class TwinExportCommands
{
    private static readonly Option<long?> Release = new("--release") { Description = "The release to take (default: export reads the newest versions, duckdb the newest release)." };

    internal static Command Export()
    {
        Argument<string> query = new("query") { Description = "One SELECT over the tables, with the ST_* functions; geometry is a column geom." };
        Argument<FileInfo> file = new("file") { Description = "Ends in .geojson, .parquet (GeoParquet), .csv (WKT) or .city.json." };
        Option<string> purpose = new("--purpose") { Description = "What the reading is for; goes into the audit.", DefaultValueFactory = _ => "export" };
        var json = Shared.Json();
        Command command = new("export", "Writes the rows of a query to a file: GeoJSON, GeoParquet, CSV or CityJSON.") { query, file, Release, purpose, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var session = await Wiring.OpenSqlAsync(catalog, Shared.Reader(catalog), parsed.GetValue(purpose)!, parsed.GetValue(Release), cancellationToken: cancellationToken);
            var target = parsed.GetValue(file)!;
            long rows;
            try
            {
                using var prepared = session.Prepare(parsed.GetValue(query)!.Trim().TrimEnd(';'), cancellationToken);
                rows = TwinExport.Write(session.Connection, parsed.GetValue(query)!, target.FullName, cancellationToken);
            }
            catch (ArgumentException e)
            {
                throw new UsageException(e.Message.Split(" (Parameter", 2)[0]);
            }

            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { file = target.FullName, rows });
            else
                Console.Out.WriteLine($"{rows:N0} rows in {target.FullName}");
        });
        return command;
    }

    internal static Command DuckDb()
    {
        Argument<FileInfo> file = new("file") { Description = "The database to make; it must not be there yet." };
        var json = Shared.Json();
        Command command = new("duckdb", "Writes a DuckDB database with views over one release, for any client of DuckDB.") { file, Release, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            var target = parsed.GetValue(file)!;
            IReadOnlyList<string> views;
            try
            {
                views = await twin.WriteDuckDbAsync(target.FullName, parsed.GetValue(Release), cancellationToken);
            }
            catch (ArgumentException e)
            {
                throw new UsageException(e.Message.Split(" (Parameter", 2)[0]);
            }

            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { file = target.FullName, views });
            else
                Console.Out.WriteLine($"{views.Count} views in {target.FullName}");
        });
        return command;
    }
}
