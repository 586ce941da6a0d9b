using System.Globalization;
using Plinth.Ingestion.Photos;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Imagery;

/// <summary>Reads the list that stands for a folder of tiles: one row of <c>imagery.tile</c> a tile, which leads to the tile's own original.</summary>
/// <remarks>
/// Rows count from the south where tilemapresource.xml stands beside the zooms or the contract's setting <c>rows</c> is <c>south</c>, else from the north. Of tiles in EPSG:4326
/// (two at zoom 0) z, x, y are those of that pyramid and there is no quadkey but the empty one; their box is right.
/// </remarks>
internal sealed class TileFolderReader : IFileReader
{
    private static readonly TableName Tile = new("imagery", "tile");

    public string Name => "tile-folder";

    public string Expected => "a folder of tiles as zoom/column/row.png (jpg, webp, pbf …) in Web Mercator or EPSG:4326";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.StartsWith("# Plinth list of tiles"u8);

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var lines = PlainText.Lines(PlainText.Read(bytes)).ToList();
        var described = lines.Count > 1 ? lines[1].Text.Split(' ') : [];
        if (described is not [var rowsText, var crsText] || !rowsText.StartsWith("rows=", StringComparison.Ordinal) || !crsText.StartsWith("crs=", StringComparison.Ordinal))
            throw bytes.Refuse("its list says nothing of rows and CRS");
        var south = rowsText == "rows=south" || input.Contract.Settings.GetValueOrDefault("rows") == "south";
        var crs = crsText.Length > 4 ? crsText[4..] : input.Contract.Crs;
        if (crs is not ("EPSG:3857" or "EPSG:900913" or "EPSG:4326" or "OGC:CRS84"))
            throw bytes.Refuse($"its tiles are in {Extent.Shorten(crs)}");
        var geographic = crs is "EPSG:4326" or "OGC:CRS84";
        var (rows, rejected) = (new List<object?[]>(), new List<RejectedRow>());
        foreach (var (number, line) in lines.Skip(2))
            if (Row(line, south, geographic, input) is { } row)
                rows.Add(row);
            else
                rejected.Add(new(number, "tile", Rejections.Show(line.Split(' ')[0], hidden: false), "the tile lies outside its zoom, or its numbers are none"));
        return rows.Count > 0 ? new([new(Tile, rows)], rejected) : throw bytes.Refuse("it holds no tiles");
    }

    private static object?[]? Row(string line, bool south, bool geographic, FileInput input)
    {
        if (line.Split(' ') is not [var name, var sizeText, { Length: 64 } sha256] || name.Split('/', '.') is not [var zText, var xText, var yText, var ending]
            || !int.TryParse(zText, CultureInfo.InvariantCulture, out var z) || z is < 0 or > 29 || !int.TryParse(xText, CultureInfo.InvariantCulture, out var x)
            || !int.TryParse(yText, CultureInfo.InvariantCulture, out var y) || !long.TryParse(sizeText, CultureInfo.InvariantCulture, out var size) || size < 0)
            return null;
        var (columns, high) = (1L << (geographic ? z + 1 : z), 1L << z);
        if (x < 0 || x >= columns || y < 0 || y >= high)
            return null;
        var tile = new WebTile(z, x, (int)(south ? high - 1 - y : y));
        var side = 180.0 / high;
        var box = geographic ? Wkb.Bbox(-180 + x * side, 90 - (tile.Y + 1) * side, -180 + (x + 1) * side, 90 - tile.Y * side) : tile.Bbox;
        return
        [
            $"urn:plinth:tileset:sha256:{input.Sha256[..16]}", z, x, tile.Y, geographic ? "" : tile.Quadkey, TileImage.MediaType(ending), SceneMetadata.Parse(input.Contract.Settings.GetValueOrDefault("taken_at")),
            size, 0L, sha256, size == 0 ? true : null, box, $"sha256:{input.Sha256}#{z}/{x}/{tile.Y}",
        ];
    }
}
