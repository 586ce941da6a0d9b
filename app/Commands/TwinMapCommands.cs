using System.CommandLine;
using System.Text;
using Plinth.App.Output;
using Plinth.Twin;

namespace Plinth.App.Commands;

/// <summary><c>plinth twin tiles|items</c>: what a map is served from, of one release.</summary>
internal static class TwinMapCommands
{
    private static readonly Option<long?> Release = new("--release") { Description = "The release to take (default: the newest)." };

    internal static Command Tiles()
    {
        Argument<string> layer = new("layer") { Description = "A layer of the map, e.g. buildings." };
        Argument<DirectoryInfo> folder = new("folder") { Description = "Where to: FOLDER/tiles.json and FOLDER/z/x/y.mvt." };
        Option<string> zoom = new("--zoom") { Description = "One zoom or a range.", DefaultValueFactory = _ => "12-14" };
        var (box, json) = (TwinChangeCommands.Box(), Shared.Json());
        Command command = new("tiles", "Writes a layer as vector tiles (MVT) with its TileJSON.") { layer, folder, zoom, box, Release, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (least, most) = Zooms(parsed.GetValue(zoom)!);
            var wanted = TwinChangeCommands.Box(parsed.GetValue(box));
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            using var map = await Refused(() => twin.OpenMapAsync(parsed.GetValue(Release), cancellationToken));
            var (name, target) = (parsed.GetValue(layer)!, parsed.GetValue(folder)!);
            var described = await Refused(() => Task.FromResult(map.TileJson(name, "{z}/{x}/{y}.mvt")));
            target.Create();
            await File.WriteAllBytesAsync(Path.Combine(target.FullName, "tiles.json"), described, cancellationToken);
            var (tiles, bytes) = (0, 0L);
            for (var z = least; z <= most; z++)
                foreach (var (x, y) in map.TilesOf(name, z, wanted))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var tile = map.Tile(name, z, x, y);
                    if (tile.Length == 0)
                        continue;
                    var place = Directory.CreateDirectory(Path.Combine(target.FullName, $"{z}", $"{x}"));
                    await File.WriteAllBytesAsync(Path.Combine(place.FullName, $"{y}.mvt"), tile, cancellationToken);
                    (tiles, bytes) = (tiles + 1, bytes + tile.Length);
                }
            if (parsed.GetValue(json))
                JsonDocumentOutput.Print(new { snapshot = map.Release, layer = name, tiles, bytes, folder = target.FullName });
            else
                Console.Out.WriteLine($"{tiles:N0} tiles, {bytes:N0} bytes, of release {map.Release}, in {target.FullName}");
        });
        return command;
    }

    internal static Command Items()
    {
        Argument<string> layer = new("layer") { Description = "A layer of the map, e.g. buildings." };
        Option<string[]> where = new("--where") { Description = "A condition, e.g. 'height>=50' or status=open; all must hold." };
        Option<int> limit = new("--limit") { Description = "Features of a page, at most 10,000.", DefaultValueFactory = _ => 100 };
        Option<string?> after = new("--after") { Description = "The 'next' of the page before." };
        var box = TwinChangeCommands.Box();
        Command command = new("items", "Prints a page of a layer's features as GeoJSON.") { layer, box, where, TwinCommands.Date, TwinCommands.Known, limit, after, Release, Shared.Json() };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var wanted = new ItemQuery
            {
                Within = TwinChangeCommands.Box(parsed.GetValue(box)),
                Where = parsed.GetValue(where) ?? [],
                At = TwinCommands.Time(parsed),
                Limit = parsed.GetValue(limit),
                After = parsed.GetValue(after),
            };
            using var catalog = Shared.OpenCatalog(parsed);
            using var twin = CityTwin.Open(catalog);
            using var map = await Refused(() => twin.OpenMapAsync(parsed.GetValue(Release), cancellationToken));
            var page = await Refused(() => Task.FromResult(map.Items(parsed.GetValue(layer)!, wanted)));
            Console.Out.WriteLine(Encoding.UTF8.GetString(page.GeoJson));
        });
        return command;
    }

    /// <summary>What the twin refuses is a fault of the command line.</summary>
    private static async Task<T> Refused<T>(Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter", 2)[0]);
        }
    }

    private static (int Least, int Most) Zooms(string text)
    {
        var parts = text.Split('-');
        return parts.Length <= 2 && int.TryParse(parts[0], out var least) && int.TryParse(parts[^1], out var most) && least >= 0 && least <= most && most <= 18
            ? (least, most)
            : throw new UsageException($"'{text}' is no zoom: write one from 0 to 18, or a range such as 12-14.");
    }
}
