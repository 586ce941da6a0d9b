using System.CommandLine;
using Plinth.App.Output;
using Plinth.Twin;

namespace Plinth.App.Commands;

/// <summary><c>plinth twin</c>: entity, at, derive, counts; the others stand in files of their own.</summary>
internal static class TwinCommands
{
    internal static Command Build() => new("twin", "The one map: things, what is known of them, and when it was so.") { Entity(), At(), Derive(), Counts(), TwinChangeCommands.Diff(), TwinChangeCommands.History(), TwinWhyCommand.Build(), TwinMapCommands.Tiles(), TwinMapCommands.Items(), TwinExportCommands.Export(), TwinExportCommands.DuckDb(), TwinPhotoCommands.Photos(), TwinPhotoCommands.Whose() };

    internal static readonly Option<string?> Date = new("--date") { Description = "What was so at this time (default: whenever)." };
    internal static readonly Option<string?> Known = new("--known") { Description = "As far as the system knew at this time (default: now)." };

    internal static TwinTime Time(ParseResult parsed) => new(Shared.Time(parsed.GetValue(Date)), Shared.Time(parsed.GetValue(Known)));

    private static Command Entity()
    {
        Argument<string> id = new("id") { Description = "The entity's identifier, urn:plinth:…" };
        var json = Shared.Json();
        Command command = new("entity", "Shows an entity: its facts and where each came from, its relations.") { id, Date, Known, json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            var card = twin.Entity(parsed.GetValue(id)!, Time(parsed));
            if (card is null)
            {
                Console.Error.WriteLine($"plinth: the twin holds no entity '{parsed.GetValue(id)}'{(parsed.GetValue(Date) is { } date ? $" at {date}" : "")}; 'plinth twin at LON LAT' finds those at a place.");
                return ExitCodes.Failed;
            }

            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(card);
            else
                Print(card);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command At()
    {
        Argument<double> longitude = new("lon") { Description = "Longitude in degrees (OGC:CRS84)." };
        Argument<double> latitude = new("lat") { Description = "Latitude in degrees." };
        var json = Shared.Json();
        Command command = new("at", "Lists what is at a place.") { longitude, latitude, Date, Known, json };
        command.SetAction(parsed =>
        {
            var (lon, lat) = (parsed.GetValue(longitude), parsed.GetValue(latitude));
            if (lon is < -180 or > 180 || lat is < -90 or > 90)
                throw new UsageException($"{lon} {lat} is not a place: write longitude (-180 to 180), then latitude (-90 to 90).");
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            var entities = twin.At(lon, lat, Time(parsed));
            if (parsed.GetValue(json))
            {
                JsonDocumentOutput.Print(new { longitude = lon, latitude = lat, entities });
                return;
            }

            var table = Tables.New("type", "name", "#metres away", "id");
            foreach (var e in entities)
                table.Row(e.Type, e.Name, Math.Round(e.DistanceM, 1), e.Id);
            table.Print();
            if (entities.Count == 0)
                Console.Error.WriteLine("plinth: nothing is known here at that time.");
        });
        return command;
    }

    private static Command Derive()
    {
        var json = Shared.Json();
        Command command = new("derive", "Brings the twin up to date with the tables; only what is new is done.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            var report = await twin.DeriveAsync(Shared.NewRunId(catalog.Lake.Time), Shared.CodeVersion, new Lines(), cancellationToken);
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(report);
            else
                Console.Out.WriteLine(report.NothingNew ? "nothing new" : string.Join(", ", report.Rows.Select(r => $"{r.Value:N0} rows into {r.Key}")));
        });
        return command;
    }

    private static Command Counts()
    {
        var json = Shared.Json();
        Command command = new("counts", "Counts the twin's entities by type.") { Date, Known, json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            var counts = twin.Counts(Time(parsed));
            if (parsed.GetValue(json))
            {
                JsonDocumentOutput.Print(new { counts = counts.ToDictionary(c => c.Type, c => c.Count) });
                return;
            }

            var table = Tables.New("type", "#entities");
            foreach (var (type, count) in counts)
                table.Row(type, count);
            table.Print();
        });
        return command;
    }

    private static void Print(EntityCard card)
    {
        Console.Out.WriteLine($"{card.Type}  {card.Name}\n{card.Id}");
        var facts = Tables.New("property", "value", "chosen by", "#claims", "from");
        foreach (var f in card.Facts)
            facts.Row(f.Property, $"{ScalarText.Of(f.Value)} {f.Unit}".Trim(), f.RuleId, f.Claims, $"{f.Origin.Table}@{f.Origin.Version} {Short(f.Origin.SourceRow)}");
        facts.Print();
        var relations = Tables.New("relation", "with", "from");
        foreach (var r in card.Relations)
            relations.Row(r.Outgoing ? r.Predicate : $"← {r.Predicate}", $"{r.OtherType} {r.OtherName} {r.OtherId}".Trim(), Short(r.Origin.SourceRow));
        if (card.Relations.Count > 0)
            relations.Print();
    }

    /// <summary>The hash of a raw object is found by its first digits.</summary>
    internal static string Short(string? sourceRow) =>
        sourceRow is { Length: > 71 } row && row.StartsWith("sha256:", StringComparison.Ordinal) ? string.Concat(row.AsSpan(0, 19), "…", row.AsSpan(71)) : sourceRow ?? "";

    private sealed class Lines : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine(value);
    }
}
