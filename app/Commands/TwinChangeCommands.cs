using System.CommandLine;
using System.Globalization;
using Plinth.App.Output;
using Plinth.Twin;

namespace Plinth.App.Commands;

/// <summary><c>plinth twin diff|history</c>: what became different, and all that was ever recorded.</summary>
internal static class TwinChangeCommands
{
    /// <summary>A box given as west,south,east,north.</summary>
    internal static Option<string?> Box() => new("--bbox") { Description = "Only within WEST,SOUTH,EAST,NORTH (degrees, OGC:CRS84)." };

    internal static MapBox? Box(string? text)
    {
        if (text is null)
            return null;
        var parts = text.Split(',');
        var numbers = parts.Select(p => double.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : double.NaN).ToArray();
        return numbers is [var west, var south, var east, var north] && numbers.All(double.IsFinite) && west <= east && south <= north
            ? new(west, south, east, north)
            : throw new UsageException($"'{text}' is no box: write west,south,east,north in degrees, e.g. 113.1,23.3,113.3,23.5.");
    }

    internal static Command Diff()
    {
        Argument<string> from = new("from") { Description = "A time, e.g. 2023-05-01." };
        Argument<string> to = new("to") { Description = "A later one." };
        Option<bool> recorded = new("--recorded") { Description = "FROM and TO are times of the system's knowledge: what was learnt in between, about --date if given." };
        Option<string?> type = new("--type") { Description = "Only entities of this type, e.g. Building." };
        var (box, json) = (Box(), Shared.Json());
        Command command = new("diff", "Lists what appeared, vanished, moved or changed between two dates, with old and new values.") { from, to, recorded, TwinCommands.Date, TwinCommands.Known, type, box, json };
        command.SetAction(parsed =>
        {
            var (a, b) = (Shared.Time(parsed.GetValue(from))!.Value, Shared.Time(parsed.GetValue(to))!.Value);
            var at = TwinCommands.Time(parsed);
            var (before, after) = parsed.GetValue(recorded)
                ? (new TwinTime(at.ValidAt, a), new TwinTime(at.ValidAt, b))
                : (new TwinTime(a, at.KnownAt), new TwinTime(b, at.KnownAt));
            var within = Box(parsed.GetValue(box));
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            var changes = twin.Diff(before, after, parsed.GetValue(type), within);
            if (parsed.GetValue(json))
            {
                JsonDocumentOutput.Print(new { before, after, changes });
                return;
            }

            var table = Tables.New("change", "type", "name", "property", "old", "new", "#metres", "id");
            foreach (var c in changes)
                table.Row(c.Change, c.Type, c.Name, c.Property, c.OldValue, $"{c.NewValue} {c.Unit}".Trim(), c.DistanceM is { } m ? Math.Round(m, 1) : null, c.EntityId);
            table.Print();
            Console.Error.WriteLine($"plinth: {string.Join(", ", changes.GroupBy(c => c.Change).Select(g => $"{g.Count()} {g.Key}").DefaultIfEmpty("nothing differs"))}");
        });
        return command;
    }

    internal static Command History()
    {
        Argument<string> id = new("id") { Description = "The entity's identifier, urn:plinth:…" };
        var json = Shared.Json();
        Command command = new("history", "Lists all that was ever recorded of an entity, in the order in which it became known.") { id, json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            var entries = twin.History(parsed.GetValue(id)!);
            if (entries.Count == 0)
            {
                Console.Error.WriteLine($"plinth: nothing was ever recorded of '{parsed.GetValue(id)}'; 'plinth twin at LON LAT' finds entities at a place.");
                return ExitCodes.Failed;
            }

            if (parsed.GetValue(json))
            {
                JsonDocumentOutput.Print(new { id = parsed.GetValue(id), entries });
                return ExitCodes.Done;
            }

            var table = Tables.New("known from", "known until", "", "what", "value", "so from", "so until", "by", "from");
            foreach (var e in entries)
                table.Row(e.Recorded.From, e.Closed ? null : e.Recorded.To, e.Closed ? "closed" : "", $"{e.Kind} {e.Property}", $"{e.Value} {e.Unit}".Trim(), e.Valid.From, e.Valid.To, e.RuleId,
                    e.Origin is { } o ? $"{o.Table}@{o.Version} {TwinCommands.Short(o.SourceRow)}" : null);
            table.Print();
            return ExitCodes.Done;
        });
        return command;
    }
}
