using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Plinth.Ingestion.Imagery;

/// <summary>A scene as a STAC item (1.0.0, projection extension 1.1.0), so that other catalogues can take it over as it is.</summary>
/// <remarks>STAC asks for a time: of a scene whose file, contract and name tell none, <c>datetime</c> is null and <c>start_datetime</c> and <c>end_datetime</c> are as wide as what is known.</remarks>
internal static class StacItem
{
    private const string Projection = "https://stac-extensions.github.io/projection/v1.1.0/schema.json";

    public static string Of(Scene scene, string id, FileInput input)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "Feature");
            json.WriteString("stac_version", "1.0.0");
            json.WriteStartArray("stac_extensions");
            json.WriteStringValue(Projection);
            json.WriteEndArray();
            json.WriteString("id", id);
            Geometry(json, scene.Ring);
            json.WriteStartObject("properties");
            if (scene.AcquiredAt is { } at)
            {
                json.WriteString("datetime", Time(at));
            }
            else
            {
                var (from, to) = SceneMetadata.Within(input.Path);
                json.WriteNull("datetime");
                json.WriteString("start_datetime", Time(from));
                json.WriteString("end_datetime", Time(to));
            }
            Grid(json, scene);
            json.WriteEndObject();
            json.WriteStartArray("links");
            json.WriteEndArray();
            json.WriteStartObject("assets");
            json.WriteStartObject("data");
            json.WriteString("href", $"raw/sha256/{input.Sha256[..2]}/{input.Sha256[2..]}");
            json.WriteString("title", Path.GetFileName(input.Path));
            json.WriteString("type", scene.Format == "geotiff" ? scene.CloudOptimized ? "image/tiff; application=geotiff; profile=cloud-optimized" : "image/tiff; application=geotiff" : "application/xml");
            json.WriteStartArray("roles");
            json.WriteStringValue("data");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    private static void Geometry(Utf8JsonWriter json, IReadOnlyList<Position>? ring)
    {
        if (ring is null)
        {
            json.WriteNull("geometry");
            return;
        }
        json.WriteStartObject("geometry");
        json.WriteString("type", "Polygon");
        json.WriteStartArray("coordinates");
        json.WriteStartArray();
        foreach (var (x, y) in ring)
            Numbers(json, null, x, y);
        json.WriteEndArray();
        json.WriteEndArray();
        json.WriteEndObject();
        Numbers(json, "bbox", ring.Min(p => p.X), ring.Min(p => p.Y), ring.Max(p => p.X), ring.Max(p => p.Y));
    }

    private static void Grid(Utf8JsonWriter json, Scene scene)
    {
        if (scene.Crs is { } crs && crs.StartsWith("EPSG:", StringComparison.Ordinal) && int.TryParse(crs.AsSpan(5), CultureInfo.InvariantCulture, out var code))
            json.WriteNumber("proj:epsg", code);
        else
        {
            json.WriteNull("proj:epsg");
            if (scene.Crs is { } wkt && wkt.Contains('[', StringComparison.Ordinal))
                json.WriteString("proj:wkt2", wkt);
        }
        Numbers(json, "proj:shape", scene.Height, scene.Width);
        if (scene.Transform is { } t)
            Numbers(json, "proj:transform", t.A, t.B, t.X0, t.D, t.E, t.Y0);
    }

    private static void Numbers(Utf8JsonWriter json, string? name, params ReadOnlySpan<double> values)
    {
        if (name is null)
            json.WriteStartArray();
        else
            json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
