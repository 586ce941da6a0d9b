using Plinth.Lakehouse;

namespace Plinth.Ingestion.Imagery;

/// <summary>Reads the directory of a PMTiles archive, version 3: one row of <c>imagery.tile</c> a tile. The tiles' bytes stay in the archive.</summary>
/// <remarks>
/// Format: PMTiles specification 3.4. Tiles are web-mercator XYZ; rows come in the order of the archive's tile numbers (Hilbert curve within a zoom).
/// Offsets count from the beginning of the file. The contract's setting <c>taken_at</c> (ISO 8601) gives the tiles their time.
/// </remarks>
internal sealed class PmTilesReader : IFileReader
{
    private static readonly TableName Tile = new("imagery", "tile");

    public string Name => "pmtiles";

    public string Expected => "a PMTiles archive of version 3";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => head.Length >= PmTilesHeader.Size && head.StartsWith("PMTiles\x03"u8);

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var header = PmTilesHeader.Read(bytes);
        var (entries, rejected) = PmTilesDirectory.ReadAll(bytes, header);
        return new([new(Tile, Rows(entries, header, input))], rejected);
    }

    private static IEnumerable<object?[]> Rows(List<PmTilesEntry> entries, PmTilesHeader header, FileInput input)
    {
        var tileset = $"urn:plinth:tileset:sha256:{input.Sha256[..16]}";
        object? takenAt = SceneMetadata.Parse(input.Contract.Settings.GetValueOrDefault("taken_at"));
        foreach (var entry in entries)
            for (var i = 0L; i < entry.RunLength; i++)
            {
                var tile = WebTile.FromHilbert(entry.TileId + i);
                yield return
                [
                    tileset, tile.Z, tile.X, tile.Y, tile.Quadkey, header.MediaType, takenAt, entry.Length, header.TileDataOffset + entry.Offset, input.Sha256,
                    null, tile.Bbox, $"sha256:{input.Sha256}#{tile.Z}/{tile.X}/{tile.Y}",
                ];
            }
    }
}
