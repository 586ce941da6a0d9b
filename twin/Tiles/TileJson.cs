using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Plinth.Twin.Query;

namespace Plinth.Twin.Tiles;

/// <summary>TileJSON 3.0 of a layer.</summary>
internal static class TileJson
{
    public static byte[] Write(Layer layer, TileFeatures features, long release, string tiles)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("tilejson", "3.0.0");
            json.WriteString("name", layer.Name);
            json.WriteString("description", $"{layer.Title} · {layer.TitleZh}");
            json.WriteString("version", string.Create(CultureInfo.InvariantCulture, $"{release}.0.0"));
            json.WriteString("scheme", "xyz");
            json.WriteStartArray("tiles");
            json.WriteStringValue(tiles.Replace("{snapshot}", release.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{layer}", layer.Name, StringComparison.Ordinal));
            json.WriteEndArray();
            json.WriteNumber("minzoom", layer.LeastZoom);
            json.WriteNumber("maxzoom", Layer.MostZoom);
            if (features.Bounds is var (x1, y1, x2, y2))
            {
                json.WriteStartArray("bounds");
                foreach (var degrees in new[] { Longitude(x1), Latitude(y2), Longitude(x2), Latitude(y1) })
                    json.WriteNumberValue(Math.Round(degrees, 7));
                json.WriteEndArray();
            }
            json.WriteStartArray("vector_layers");
            json.WriteStartObject();
            json.WriteString("id", layer.Name);
            json.WriteString("description", layer.Title);
            json.WriteNumber("minzoom", layer.LeastZoom);
            json.WriteNumber("maxzoom", Layer.MostZoom);
            json.WriteStartObject("fields");
            foreach (var (name, kind) in Fields(features))
                json.WriteString(name, kind);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteNumber("snapshot", release);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static IEnumerable<(string Name, string Kind)> Fields(TileFeatures features)
    {
        var kinds = new string?[features.Keys.Length];
        for (var i = 0; i < features.Tags.Length; i += 2)
            kinds[features.Tags[i]] ??= (features.Values[features.Tags[i + 1]][0] >> 3) switch { 1 => "String", 7 => "Boolean", _ => "Number" };
        return features.Keys.Select((name, i) => (name, kinds[i] ?? "String"));
    }

    private static double Longitude(double x) => (x * 360) - 180;

    private static double Latitude(double y) => Math.Atan(Math.Sinh(Math.PI * (1 - (2 * y)))) * 180 / Math.PI;
}
