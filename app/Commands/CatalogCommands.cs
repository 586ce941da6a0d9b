using System.CommandLine;
using Plinth.App.Output;
using Plinth.Catalog;

namespace Plinth.App.Commands;

/// <summary><c>plinth catalog datasets|show|sources|principals|add-principal|grants|grant|revoke</c></summary>
internal static class CatalogCommands
{
    internal static Command Build() => new("catalog", "Datasets and their contracts; who may read what, for what, until when.")
    {
        Datasets(), Show(), Sources(), Principals(), AddPrincipal(), Grants(), Give(), Revoke(),
    };

    private static Command Datasets()
    {
        var json = Shared.Json();
        Command command = new("datasets", "Lists the datasets.") { json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var all = catalog.Datasets.Values.OrderBy(d => d.Table.ToString(), StringComparer.Ordinal).ToList();
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { datasets = all.Select(d => new { table = d.Table.ToString(), d.Version, d.Title, d.TitleZh, d.Owner, d.Level, d.Retention }) });
            else
            {
                var table = Tables.New("table", "title", "标题", "owner", "level", "kept");
                foreach (var d in all)
                    table.Row(d.Table, d.Title, d.TitleZh, d.Owner, d.Level, d.Retention ?? "for ever");
                table.Print();
            }
        });
        return command;
    }

    private static Command Show()
    {
        Argument<string> name = new("table") { Description = "schema.table" };
        var json = Shared.Json();
        Command command = new("show", "Shows a dataset's contract: its columns with types, units and levels.") { name, json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            if (!catalog.Datasets.TryGetValue(Shared.Table(parsed.GetValue(name)!), out var d))
                throw new UsageException($"there is no contract for '{parsed.GetValue(name)}'; 'plinth catalog datasets' lists those there are.");
            if (parsed.GetValue(json))
            {
                JsonDocumentOutput.Print(new
                {
                    table = d.Table.ToString(), d.Version, d.Title, d.TitleZh, d.Description, d.Owner, d.Retention, d.Level, d.PrimaryKey,
                    columns = d.Columns.Select(c => new { c.Name, type = c.Type.ToString(), c.Required, c.Unit, c.Level, c.Crs, c.Personal, c.Description }),
                });
                return;
            }

            Console.Out.WriteLine($"{d.Table} {d.Version}  {d.Title} {d.TitleZh}\n{d.Description}\nowner {d.Owner}, level {d.Level}, kept {d.Retention ?? "for ever"}");
            var table = Tables.New("column", "type", "required", "unit", "level", "what");
            foreach (var c in d.Columns)
                table.Row(c.Name, c.Type, c.Required ? "yes" : "", c.Unit ?? c.Crs, c.Level, c.Description);
            table.Print();
        });
        return command;
    }

    private static Command Sources()
    {
        var json = Shared.Json();
        Command command = new("sources", "Lists the layouts of files that can be ingested.") { json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var all = catalog.Sources.Values.OrderBy(s => s.Family, StringComparer.Ordinal).ThenBy(s => s.Name, StringComparer.Ordinal).ToList();
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { sources = all.Select(s => new { s.Name, s.Family, dataset = s.Dataset.ToString(), s.Format, s.TimeZone, s.Crs, s.Licence }) });
            else
            {
                var table = Tables.New("name", "family", "dataset", "format", "zone", "CRS", "licence");
                foreach (var s in all)
                    table.Row(s.Name, s.Family, s.Dataset, s.Format, s.TimeZone, s.Crs, s.Licence);
                table.Print();
            }
        });
        return command;
    }

    private static Command Principals()
    {
        Command command = new("principals", "Lists who may be given grants.");
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var table = Tables.New("principal", "organisation", "roles");
            foreach (var p in catalog.Access.Principals())
                table.Row(p.Name, p.Organisation, string.Join(", ", p.Roles));
            table.Print();
        });
        return command;
    }

    private static Command AddPrincipal()
    {
        Argument<string> name = new("name") { Description = "E.g. vendor:acme, person:li." };
        Option<string> organisation = new("--organisation") { Description = "Whom it belongs to.", Required = true };
        Option<string[]> roles = new("--role") { Description = "operator, steward, planner, vendor, module, reviewer or ingest (may post files to /ingest); may be repeated.", Required = true };
        roles.AcceptOnlyFromAmong("operator", "steward", "planner", "vendor", "module", "reviewer", "ingest");
        Command command = new("add-principal", "Adds a principal; its API key is printed this once, on stdout.") { name, organisation, roles };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var key = catalog.Access.AddPrincipal(new(parsed.GetValue(name)!, parsed.GetValue(organisation)!, [.. parsed.GetValue(roles)!]));
            if (key is null)
            {
                Console.Error.WriteLine($"plinth: '{parsed.GetValue(name)}' is there already; its key is not shown again.");
                return ExitCodes.Failed;
            }

            catalog.Audit.Append("catalog.principal_added", Shared.Reader(catalog).Name, new Dictionary<string, string> { ["principal"] = parsed.GetValue(name)!, ["organisation"] = parsed.GetValue(organisation)! });
            Console.Out.WriteLine(key);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Grants()
    {
        Option<string?> principal = new("--principal") { Description = "Only this one's." };
        var json = Shared.Json();
        Command command = new("grants", "Lists grants.") { principal, json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var grants = catalog.Access.Grants(parsed.GetValue(principal));
            if (parsed.GetValue(json))
            {
                JsonDocumentOutput.Print(new { grants = grants.Select(g => new { g.Id, g.Principal, dataset = g.Dataset.ToString(), g.Purpose, g.Columns, g.MaxLevel, g.RowFilter, g.Version, g.ExpiresAt }) });
                return;
            }

            var table = Tables.New("grant", "principal", "dataset", "purpose", "columns", "level", "rows", "until");
            foreach (var g in grants)
                table.Row(g.Id, g.Principal, g.Dataset, g.Purpose, g.Columns.IsEmpty ? "all" : string.Join(' ', g.Columns), g.MaxLevel, g.RowFilter ?? "all", g.ExpiresAt);
            table.Print();
        });
        return command;
    }

    private static Command Give()
    {
        Argument<string> principal = new("principal");
        Argument<string> dataset = new("table");
        Option<string> purpose = new("--purpose") { Description = "What for.", Required = true };
        Option<int> days = new("--days") { Description = "Valid so many days.", DefaultValueFactory = _ => 30 };
        Option<string[]> columns = new("--column") { Description = "Only these columns; may be repeated." };
        Option<Level> level = new("--level") { Description = "Columns above this level are masked.", DefaultValueFactory = _ => Level.L2 };
        Option<string?> rows = new("--rows") { Description = "A SQL condition that rows must meet." };
        Command command = new("grant", "Lets a principal read a dataset for a purpose until a day.") { principal, dataset, purpose, days, columns, level, rows };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            var grant = catalog.Access.Give(new()
            {
                Id = "",
                Principal = parsed.GetValue(principal)!,
                Dataset = Shared.Table(parsed.GetValue(dataset)!),
                Purpose = parsed.GetValue(purpose)!,
                Columns = [.. parsed.GetValue(columns) ?? []],
                MaxLevel = parsed.GetValue(level),
                RowFilter = parsed.GetValue(rows),
                ExpiresAt = catalog.Lake.Time.GetUtcNow().AddDays(parsed.GetValue(days)),
            });
            catalog.Audit.Append("catalog.granted", Shared.Reader(catalog).Name,
                new Dictionary<string, string> { ["grant"] = grant.Id, ["principal"] = grant.Principal, ["dataset"] = grant.Dataset.ToString(), ["purpose"] = grant.Purpose });
            Console.Out.WriteLine(grant.Id);
        });
        return command;
    }

    private static Command Revoke()
    {
        Argument<string> id = new("grant");
        Command command = new("revoke", "Ends a grant now.") { id };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            if (!catalog.Access.Revoke(parsed.GetValue(id)!))
                throw new UsageException($"there is no valid grant '{parsed.GetValue(id)}'; 'plinth catalog grants' lists them.");
            catalog.Audit.Append("catalog.revoked", Shared.Reader(catalog).Name, new Dictionary<string, string> { ["grant"] = parsed.GetValue(id)! });
            Console.Out.WriteLine("revoked");
        });
        return command;
    }
}
