namespace Plinth.Ingestion.Imagery;

/// <summary>What is asked of an MBTiles database.</summary>
internal static class MbTilesSql
{
    /// <summary>Functions with side effects are not run out of views; damaged cells are found where they are read.</summary>
    internal const string Careful = "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA query_only=ON; PRAGMA mmap_size=0";

    internal const string Objects = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')";

    /// <summary>Reads every row's header, though not the tiles.</summary>
    internal const string Count = "SELECT count(*) FROM tiles WHERE zoom_level IS NOT NULL AND (tile_data IS NULL OR length(tile_data) >= 0)";

    internal const string Metadata = "SELECT name, value FROM metadata";

    internal const string Tiles = "SELECT zoom_level, tile_column, tile_row, length(tile_data), "
        + "CASE WHEN length(tile_data) <= $small THEN CAST(tile_data AS BLOB) ELSE substr(CAST(tile_data AS BLOB), 1, 64) END FROM tiles";
}
