using Plinth.Lakehouse;

namespace Plinth.Ingestion.Imagery;

/// <summary>Reads an MBTiles archive (specification 1.3): one row of <c>imagery.tile</c> a tile. The tiles' bytes stay in the archive.</summary>
/// <remarks>
/// Rows in the archive count from the south and are turned; the tables' count from the north. What the metadata leave out (format, zooms) is seen from the tiles.
/// The contract's setting <c>taken_at</c> (ISO 8601) gives the tiles their time. <c>byte_offset</c> is null: a tile lies in pages of the database.
/// </remarks>
internal sealed class MbTilesReader : IFileReader
{
    private static readonly TableName Tile = new("imagery", "tile");

    public string Name => "mbtiles";

    public string Expected => "an MBTiles archive (SQLite with the table or view 'tiles')";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.StartsWith("SQLite format 3\0"u8);

    public ReadResult Read(FileInput input)
    {
        var file = new MbTilesFile(input.Path, Expected);
        var metadata = file.Check();
        if (metadata.GetValueOrDefault("srs") is { Length: > 0 } srs && CrsName.From(srs) is { } crs && crs != "EPSG:3857")
            throw file.Refuse($"its metadata say its tiles are in {crs}, and only Web Mercator (EPSG:3857) is read from MBTiles");
        var rejected = new List<RejectedRow>();
        return new([new(Tile, Rows(file, metadata, input, rejected))], rejected);
    }

    private static IEnumerable<object?[]> Rows(MbTilesFile file, Dictionary<string, string> metadata, FileInput input, List<RejectedRow> rejected)
    {
        var tileset = $"urn:plinth:tileset:sha256:{input.Sha256[..16]}";
        object? takenAt = SceneMetadata.Parse(input.Contract.Settings.GetValueOrDefault("taken_at"));
        var declared = TileImage.MediaType(metadata.GetValueOrDefault("format"));
        foreach (var (z, x, row, size, head) in file.Tiles())
        {
            var place = $"{z}/{x}/{row}";
            if (z is < 0 or > WebTile.MaximumZoom || x < 0 || row < 0 || x >= 1L << (int)z || row >= 1L << (int)z)
                Reject("the tile lies outside its zoom, or its numbers are none");
            else if (size < 0)
                Reject("the tile has no bytes at all (NULL)");
            else if (TileImage.Fault(head) is { } fault)
                Reject(fault);
            else
            {
                var tile = new WebTile((int)z, (int)x, (int)((1L << (int)z) - 1 - row));
                yield return
                [
                    tileset, tile.Z, tile.X, tile.Y, tile.Quadkey, TileImage.MediaType(head) ?? declared, takenAt, size, null, input.Sha256,
                    size > TileImage.LargestEmpty ? false : TileImage.IsEmpty(head), tile.Bbox, $"sha256:{input.Sha256}#{tile.Z}/{tile.X}/{tile.Y}",
                ];
            }

            void Reject(string reason)
            {
                if (rejected.Count == MbTilesFile.MaximumRejections)
                    throw file.Refuse($"more than {MbTilesFile.MaximumRejections} of its tiles are broken, the last because {reason}");
                rejected.Add(new(null, "zoom_level/tile_column/tile_row", place, reason));
            }
        }
    }
}
