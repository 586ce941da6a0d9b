using System.Text.Json.Nodes;

namespace Plinth.Lakehouse.Writing;

/// <summary>GeoParquet 1.1 file metadata for columns that say they hold WKB (metadata <c>plinth.crs</c>): https://geoparquet.org/releases/v1.1.0/.</summary>
internal static class GeoMetadata
{
    public const string CrsKey = "plinth.crs";

    /// <summary>The value of the key <c>geo</c>, or null where no column is geometry.</summary>
    public static string? Of(IReadOnlyList<Column> columns)
    {
        var geometries = columns.Where(c => c.Type.ToString() == "binary" && c.Metadata?.ContainsKey(CrsKey) == true).ToList();
        if (geometries.Count == 0)
            return null;
        var described = new JsonObject();
        foreach (var column in geometries)
        {
            var entry = new JsonObject { ["encoding"] = "WKB", ["geometry_types"] = new JsonArray() };
            // Absent means OGC:CRS84, the only one we store; null says that it is another, which only the column's own metadata names.
            if (column.Metadata![CrsKey] != "OGC:CRS84")
                entry["crs"] = null;
            if (geometries.Count == 1 && columns.Any(c => c.Name == "bbox" && c.Type is DataType.Struct))
                entry["covering"] = new JsonObject { ["bbox"] = Covering() };
            described[column.Name] = entry;
        }
        return new JsonObject { ["version"] = "1.1.0", ["primary_column"] = geometries[0].Name, ["columns"] = described }.ToJsonString();
    }

    private static JsonObject Covering()
    {
        var covering = new JsonObject();
        foreach (var side in new[] { "xmin", "ymin", "xmax", "ymax" })
            covering[side] = new JsonArray("bbox", side);
        return covering;
    }
}
