using System.Text.Encodings.Web;
using System.Text.Json;

namespace Plinth.Twin.Export;

/// <summary>A GeoJSON FeatureCollection (RFC 7946), streamed. The first geometry is the feature's; further ones are properties.</summary>
internal static class GeoJsonExport
{
    private const int FlushAt = 1 << 16;

    public static long Write(ExportSource source, string file)
    {
        var main = source.MainGeometry("GeoJSON");
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        using var result = source.Connection.Query(source.With(g => $"ST_AsWKB({g})::BLOB"), cancellationToken: source.CancellationToken);
        json.WriteStartObject();
        json.WriteString("type", "FeatureCollection");
        json.WriteStartArray("features");
        long rows = 0;
        foreach (var row in result.Rows())
        {
            Feature(json, source, main, row);
            rows++;
            if (json.BytesPending > FlushAt)
                json.Flush();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        return rows;
    }

    private static void Feature(Utf8JsonWriter json, ExportSource source, string main, object?[] row)
    {
        json.WriteStartObject();
        json.WriteString("type", "Feature");
        for (var i = 0; i < row.Length; i++)
            if (source.Columns[i].Name == "entity_id" && row[i] is string id)
                json.WriteString("id", id);
        for (var i = 0; i < row.Length; i++)
            if (source.Columns[i].Name == main)
            {
                json.WritePropertyName("geometry");
                Geometry(json, row[i]);
            }
        json.WriteStartObject("properties");
        for (var i = 0; i < row.Length; i++)
        {
            var name = source.Columns[i].Name;
            if (name == main)
                continue;
            json.WritePropertyName(name);
            if (source.Geometry.Contains(name))
                Geometry(json, row[i]);
            else
                Value(json, row[i]);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Geometry(Utf8JsonWriter json, object? wkb)
    {
        if (wkb is byte[] bytes)
            GeoJson.Write(json, Wkb.Read(bytes));
        else
            json.WriteNullValue();
    }

    internal static void Value(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
            case double d when !double.IsFinite(d):
            case float f when !float.IsFinite(f):
                json.WriteNullValue();
                break;
            case bool b:
                json.WriteBooleanValue(b);
                break;
            case double d:
                json.WriteNumberValue(d);
                break;
            case float f:
                json.WriteNumberValue(f);
                break;
            case decimal m:
                json.WriteNumberValue(m);
                break;
            case sbyte or short or int or long or byte or ushort or uint:
                json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case DateTime t:
                json.WriteStringValue(DateTime.SpecifyKind(t, DateTimeKind.Utc));
                break;
            case byte[] bytes:
                json.WriteBase64StringValue(bytes);
                break;
            case IEnumerable<object?> list:
                json.WriteStartArray();
                foreach (var item in list)
                    Value(json, item);
                json.WriteEndArray();
                break;
            case IFormattable text:
                json.WriteStringValue(text.ToString(null, System.Globalization.CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
