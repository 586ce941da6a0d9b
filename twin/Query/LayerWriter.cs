using System.Text.Json;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Query;

/// <summary>Streams a layer as GeoJSON.</summary>
internal static class LayerWriter
{
    private const int FlushAt = 1 << 16;

    public static IReadOnlyList<LayerInfo> Infos(SqlConnection connection)
    {
        var counts = connection.Rows(LayerSql.Counts);
        return [.. Layer.All.Select(l => new LayerInfo(l.Name, l.Title, l.TitleZh, l.Geometry,
            counts.Where(c => (string)c[1]! == l.Role && l.Types.Split(',').Contains((string)c[0]!)).Sum(c => (long)c[2]!)))];
    }

    public static void Write(SqlConnection connection, Layer layer, TwinTime at, Stream stream)
    {
        using var features = connection.Query(LayerSql.Features, [layer.Types, layer.Role, layer.Properties, CardReader.Time(at.ValidAt), CardReader.Time(at.KnownAt)]);
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteString("type", "FeatureCollection");
        writer.WriteStartArray("features");
        foreach (var row in features.Rows())
        {
            WriteFeature(writer, row);
            if (writer.BytesPending > FlushAt)
                writer.Flush();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal static void WriteFeature(Utf8JsonWriter writer, object?[] row)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Feature");
        writer.WriteString("id", (string)row[0]!);
        writer.WritePropertyName("geometry");
        GeoJson.Write(writer, Wkb.Read((byte[])row[5]!));
        writer.WriteStartObject("properties");
        writer.WriteString("entity_id", (string)row[0]!);
        writer.WriteString("type", (string)row[1]!);
        WriteValue(writer, "name", row[2]);
        WriteValue(writer, "valid_from", row[3]);
        WriteValue(writer, "valid_to", row[4]);
        foreach (var fact in (IReadOnlyList<object?>?)row[6] ?? [])
            if (fact is object?[] f)
                WriteValue(writer, (string)f[0]!, f[1] ?? f[2] ?? f[3]);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case string text:
                writer.WriteString(name, text);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumber(name, number);
                break;
            case DateTime:
                writer.WriteString(name, CardReader.Instant(value)!.Value);
                break;
            default:
                writer.WriteNull(name);
                break;
        }
    }
}
