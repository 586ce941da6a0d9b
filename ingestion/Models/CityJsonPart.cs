using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Plinth.Ingestion.Models;

/// <summary>One JSON text of CityJSON: a whole file, or a line of a CityJSONSeq. City objects are still text; vertices are numbers.</summary>
internal sealed class CityJsonPart
{
    private const int MaximumDepth = 64;

    private readonly ReadOnlyMemory<byte> _json;
    private long _objectsAt = -1;

    private CityJsonPart(ReadOnlyMemory<byte> json) => _json = json;

    /// <summary><c>CityJSON</c> or <c>CityJSONFeature</c>.</summary>
    public string? Type { get; private set; }

    public string? Version { get; private set; }

    /// <summary>Scale and translation, where given: x, y, z each.</summary>
    public double[]? Transform { get; private set; }

    /// <summary>The CRS as <c>EPSG:n</c>, where given.</summary>
    public string? Crs { get; private set; }

    /// <summary>Vertices as they stand, three numbers each; a broken one is NaN.</summary>
    public double[] Vertices { get; private set; } = [];

    /// <summary>Geometry templates (an array) and their vertices.</summary>
    public JsonElement? Templates { get; private set; }

    /// <summary>File names of textures.</summary>
    public IReadOnlyList<string> Textures { get; private set; } = [];

    public bool HasObjects => _objectsAt >= 0;

    /// <summary>Reads everything but the city objects, whose syntax is checked all the same.</summary>
    /// <exception cref="JsonException">Not JSON, or nested too deeply.</exception>
    public static CityJsonPart Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Span.StartsWith(Encoding.UTF8.Preamble))
            json = json[3..];
        if (!Utf8.IsValid(json.Span))
            throw new JsonException("it is not UTF-8");
        var part = new CityJsonPart(json);
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = MaximumDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("it is no JSON object");
        try
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                part.Member(ref reader);
        }
        catch (InvalidOperationException half)
        {
            throw new JsonException("one of its names holds half a surrogate pair", half);
        }
        if (reader.Read())
            throw new JsonException("something follows its JSON object");
        return part;
    }

    /// <summary>The city objects, each parsed when its turn comes.</summary>
    public void ForEachObject(Action<string, JsonElement> visit)
    {
        if (_objectsAt < 0)
            return;
        var reader = new Utf8JsonReader(_json.Span[(int)_objectsAt..], new JsonReaderOptions { MaxDepth = MaximumDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var id = Text(ref reader) ?? "?";
            reader.Read();
            using var document = JsonDocument.ParseValue(ref reader);
            visit(id, document.RootElement);
        }
    }

    /// <summary>A text, or null where it is none or holds half a surrogate pair.</summary>
    public static string? Text(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void Member(ref Utf8JsonReader reader)
    {
        var name = Text(ref reader);
        reader.Read();
        switch (name)
        {
            case "type" when reader.TokenType == JsonTokenType.String:
                Type = Text(ref reader);
                break;
            case "version" when reader.TokenType == JsonTokenType.String:
                Version = Text(ref reader);
                break;
            case "vertices" when reader.TokenType == JsonTokenType.StartArray:
                Vertices = ReadVertices(ref reader);
                break;
            case "CityObjects" when reader.TokenType == JsonTokenType.StartObject:
                _objectsAt = reader.TokenStartIndex;
                reader.Skip();
                break;
            case "transform" or "metadata" or "geometry-templates" or "appearance":
                using (var document = JsonDocument.ParseValue(ref reader))
                    if (document.RootElement.ValueKind == JsonValueKind.Object)
                        Header(name, document.RootElement);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private void Header(string name, JsonElement value)
    {
        if (name == "transform" && Numbers(value, "scale") is { Length: 3 } scale && Numbers(value, "translate") is { Length: 3 } translate)
            Transform = [.. scale, .. translate];
        else if (name == "metadata" && value.TryGetProperty("referenceSystem", out var crs))
            Crs = CrsName.From(Text(crs));
        else if (name == "geometry-templates")
            Templates = value.Clone();
        else if (name == "appearance" && value.TryGetProperty("textures", out var textures) && textures.ValueKind == JsonValueKind.Array)
            Textures = [.. textures.EnumerateArray().Select(t => t.ValueKind == JsonValueKind.Object && t.TryGetProperty("image", out var image) ? Text(image) : null).OfType<string>()];
    }

    private static double[] Numbers(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Array
            ? [.. values.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number && v.TryGetDouble(out var number) ? number : double.NaN)]
            : [];

    private static double[] ReadVertices(ref Utf8JsonReader reader)
    {
        var vertices = new List<double>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var (x, y, z, count) = (double.NaN, double.NaN, double.NaN, 0);
            if (reader.TokenType != JsonTokenType.StartArray)
                reader.Skip();
            else
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    var number = reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var parsed) ? parsed : double.NaN;
                    reader.Skip();
                    (x, y, z) = count++ switch { 0 => (number, y, z), 1 => (x, number, z), 2 => (x, y, number), _ => (double.NaN, y, z) };
                }
            vertices.AddRange([x, y, z]);
        }
        return [.. vertices];
    }
}
