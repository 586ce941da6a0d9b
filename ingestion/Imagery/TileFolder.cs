using System.Globalization;
using System.Text.RegularExpressions;

namespace Plinth.Ingestion.Imagery;

/// <summary>A folder of tiles (zoom/column/row.ending) as one source: a list of its tiles with their hashes stands for it.</summary>
internal static partial class TileFolder
{
    public const string Heading = "# Plinth list of tiles";

    /// <summary>The folder that holds the zooms, where a path is a tile's; else null.</summary>
    public static string? RootOf(string path) => TilePath().Match(path.Replace(Path.DirectorySeparatorChar, '/')) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Writes the list: what tilemapresource.xml says of the rows and the CRS, then a line a tile in order of name. <paramref name="keep"/> stores a tile and gives its hash.</summary>
    public static async Task WriteAsync(string root, string list, Func<string, Task<string>> keep)
    {
        await using var into = new StreamWriter(list);
        await into.WriteLineAsync(Heading);
        await into.WriteLineAsync(Described(Path.Combine(root, "tilemapresource.xml")));
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(f => RootOf(f) == root.TrimEnd('/')).Order(StringComparer.Ordinal))
        {
            var sha256 = await keep(file);
            await into.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(root, file).Replace('\\', '/')} {new FileInfo(file).Length} {sha256}"));
        }
    }

    /// <summary><c>rows=south crs=EPSG:4326</c> out of a TMS description; <c>rows= crs=</c> where there is none that can be read.</summary>
    private static string Described(string description)
    {
        if (!File.Exists(description) || new FileInfo(description).Length > 1 << 20)
            return "rows= crs=";
        var text = File.ReadAllText(description);
        var crs = Srs().Match(text) is { Success: true } srs ? CrsName.From(srs.Groups[1].Value) : null;
        return text.Contains("<TileMap", StringComparison.Ordinal) ? $"rows=south crs={crs}" : "rows= crs=";
    }

    [GeneratedRegex(@"^(.*)/([0-9]{1,2})/([0-9]{1,9})/([0-9]{1,9})\.(?:png|jpg|jpeg|webp|avif|pbf|mvt)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TilePath();

    [GeneratedRegex("<SRS>([^<]{1,200})</SRS>", RegexOptions.CultureInvariant)]
    private static partial Regex Srs();
}
