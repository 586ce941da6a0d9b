using System.CommandLine;
using Plinth.App.Output;
using Plinth.Twin;

namespace Plinth.App.Commands;

/// <summary><c>plinth twin photos|whose</c>: what is asked of a place or a thing beside its facts.</summary>
internal static class TwinPhotoCommands
{
    internal static Command Photos()
    {
        Argument<string[]> target = new("target") { Description = "An entity's identifier, or LON LAT.", Arity = new(1, 2) };
        Option<string?> direction = new("--direction") { Description = "Only photos that look N, E, S, W or nadir." };
        var json = Shared.Json();
        Command command = new("photos", "Lists the photos that see a thing or a place, those that show most of it first, with its pixel box.") { target, direction, TwinCommands.Date, TwinCommands.Known, json };
        command.SetAction(parsed =>
        {
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            var found = parsed.GetValue(target)! switch
            {
                [var id] => twin.PhotosOf(id, TwinCommands.Time(parsed)),
                var place => Place(place) is var (lon, lat) ? twin.PhotosAt(lon, lat, at: TwinCommands.Time(parsed)) : [],
            };
            var photos = parsed.GetValue(direction) is { } wanted ? found.Where(p => p.Direction.Equals(wanted, StringComparison.OrdinalIgnoreCase)).ToList() : found;
            if (parsed.GetValue(json))
            {
                JsonDocumentOutput.Print(new { photos });
                return;
            }

            var table = Tables.New("photo", "taken", "looks", "#pixels", "#share", "#cm a pixel", "box (u1 v1 u2 v2)");
            foreach (var p in photos)
                table.Row(p.Name ?? p.PhotoId, p.TakenAt, p.Direction, (long)p.Pixels, Math.Round(p.Share, 2), Math.Round(p.MetresPerPixel * 100, 1), $"{p.U1:0} {p.V1:0} {p.U2:0} {p.V2:0}");
            table.Print();
        });
        return command;
    }

    internal static Command Whose()
    {
        Argument<double> longitude = new("lon") { Description = "Longitude in degrees (OGC:CRS84)." };
        Argument<double> latitude = new("lat") { Description = "Latitude in degrees." };
        Option<string?> matter = new("--matter") { Description = "Only who answers for this matter, e.g. roads." };
        Option<string> format = new("--format") { Description = "table, jsonl or csv.", DefaultValueFactory = _ => "table" };
        Command command = new("whose", "Says who is responsible for a place: departments' areas, then administrative units, the narrowest first.") { longitude, latitude, matter, TwinCommands.Date, TwinCommands.Known, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (lon, lat) = Place([$"{parsed.GetValue(longitude):R}", $"{parsed.GetValue(latitude):R}"]);
            if (!Enum.TryParse<RowFormat>(parsed.GetValue(format), ignoreCase: true, out var rows) || rows == RowFormat.Parquet)
                throw new UsageException($"'{parsed.GetValue(format)}' is no format: write table, jsonl or csv.");
            using var catalog = Shared.OpenCatalog(parsed);
            using var session = await Wiring.OpenSqlAsync(catalog, Shared.Reader(catalog), "whose", null, cancellationToken: cancellationToken);
            var at = TwinCommands.Time(parsed);
            var sql = FormattableString.Invariant($"SELECT * FROM twin.whose({lon:R}, {lat:R}, for_matter := {Text(parsed.GetValue(matter))}, valid := {Text(at.ValidAt?.ToString("O"))}, known := {Text(at.KnownAt?.ToString("O"))})");
            using var prepared = session.Prepare(sql, cancellationToken);
            RowOutput.Write(session.Connection, sql, rows, null, cancellationToken);
        });
        return command;
    }

    private static string Text(string? value) => value is null ? "NULL" : Plinth.Lakehouse.Engine.SqlText.Literal(value);

    private static (double Longitude, double Latitude) Place(string[] place) =>
        double.TryParse(place[0], out var lon) && double.TryParse(place[1], out var lat) && lon is >= -180 and <= 180 && lat is >= -90 and <= 90
            ? (lon, lat)
            : throw new UsageException($"{place[0]} {place[1]} is not a place: write longitude (-180 to 180), then latitude (-90 to 90).");
}
