using System.Buffers;
using System.Text;
using System.Text.Json;
using NetTopologySuite.Geometries;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Export;

/// <summary>GeoParquet 1.1: WKB, OGC:CRS84 (which is what a file without <c>crs</c> means), with the kinds and the bounds of what is in it.</summary>
internal static class GeoParquetExport
{
    public static long Write(ExportSource source, string file)
    {
        var main = source.MainGeometry("GeoParquet");
        var rows = source.With(g => $"ST_AsWKB({g})::BLOB");
        // Twice over the query would be twice its cost, and a volatile one would not agree with itself.
        source.Connection.Execute($"CREATE OR REPLACE TEMP TABLE plinth_export AS {rows}", cancellationToken: source.CancellationToken);
        try
        {
            var metadata = Metadata(source, main);
            return source.Connection.Execute($"COPY plinth_export TO {SqlText.Literal(file)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{geo: {SqlText.Literal(metadata)}}})", cancellationToken: source.CancellationToken);
        }
        finally
        {
            source.Connection.Execute("DROP TABLE IF EXISTS plinth_export");
        }
    }

    private static string Metadata(ExportSource source, string main)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.1.0");
            json.WriteString("primary_column", main);
            json.WriteStartObject("columns");
            foreach (var column in source.Geometry)
                Column(json, source, column, hasBox: column == main && source.Columns.Any(c => c.Name == "bbox" && c.Type.StartsWith("STRUCT", StringComparison.Ordinal)));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Column(Utf8JsonWriter json, ExportSource source, string column, bool hasBox)
    {
        var (kinds, bounds) = (new SortedSet<string>(StringComparer.Ordinal), new Envelope());
        foreach (var row in source.Connection.Rows($"SELECT {SqlText.Name(column)} FROM plinth_export WHERE {SqlText.Name(column)} IS NOT NULL", cancellationToken: source.CancellationToken))
        {
            var geometry = Wkb.Read((byte[])row[0]!);
            kinds.Add(geometry.IsEmpty || double.IsNaN(geometry.Coordinate.Z) ? geometry.GeometryType : geometry.GeometryType + " Z");
            bounds.ExpandToInclude(geometry.EnvelopeInternal);
        }
        json.WriteStartObject(column);
        json.WriteString("encoding", "WKB");
        json.WriteStartArray("geometry_types");
        foreach (var kind in kinds)
            json.WriteStringValue(kind);
        json.WriteEndArray();
        if (!bounds.IsNull)
        {
            json.WriteStartArray("bbox");
            foreach (var bound in new[] { bounds.MinX, bounds.MinY, bounds.MaxX, bounds.MaxY })
                json.WriteNumberValue(bound);
            json.WriteEndArray();
        }
        if (hasBox)
        {
            json.WriteStartObject("covering");
            json.WriteStartObject("bbox");
            foreach (var side in new[] { "xmin", "ymin", "xmax", "ymax" })
            {
                json.WriteStartArray(side);
                json.WriteStringValue("bbox");
                json.WriteStringValue(side);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
