using System.Globalization;
using System.Text.Json;

namespace Plinth.Ingestion.Models;

/// <summary>A corner in the source's CRS.</summary>
internal readonly record struct Corner(double X, double Y, double Z);

/// <summary>A face: outer ring, then holes; and what its semantics call it (<c>GroundSurface</c> …).</summary>
internal sealed record Surface(List<Corner[]> Rings, string? Kind);

/// <summary>One geometry of a city object, flattened to its surfaces (and loose points, for points and lines).</summary>
internal sealed class CityGeometry
{
    private const int MaximumCorners = 10_000_000;

    private CityGeometry(string? lod, bool isSolid) => (Lod, IsSolid) = (lod, isSolid);

    /// <summary>Level of detail as written: <c>1</c>, <c>2.2</c>.</summary>
    public string? Lod { get; }

    public bool IsSolid { get; }

    public List<Surface> Surfaces { get; } = [];

    public List<Corner> Points { get; } = [];

    public IEnumerable<Corner> Corners => Surfaces.SelectMany(s => s.Rings).SelectMany(r => r).Concat(Points);

    /// <summary>How many triangles the surfaces make.</summary>
    public long Triangles => Surfaces.Sum(s => Math.Max(0L, s.Rings.Sum(r => (long)r.Length) - 2 + 2L * (s.Rings.Count - 1)));

    /// <summary>The geometry with the highest level of detail, or null where the object has none; a fault where it cannot be read.</summary>
    public static (CityGeometry? Geometry, string? Fault) Best(JsonElement cityObject, CityVertices vertices)
    {
        if (!cityObject.TryGetProperty("geometry", out var geometries))
            return (null, null);
        if (geometries.ValueKind != JsonValueKind.Array)
            return (null, "its geometry is no list");
        var best = default(JsonElement);
        var highest = double.NegativeInfinity;
        foreach (var geometry in geometries.EnumerateArray())
        {
            if (geometry.ValueKind != JsonValueKind.Object)
                return (null, "one of its geometries is no object");
            var rank = Rank(LodOf(geometry)) + (TypeOf(geometry)?.Contains("Solid", StringComparison.Ordinal) == true ? 0.001 : 0);
            if (rank > highest)
                (best, highest) = (geometry, rank);
        }
        return best.ValueKind == JsonValueKind.Undefined ? (null, null) : Read(best, vertices, allowInstance: true);
    }

    private static (CityGeometry? Geometry, string? Fault) Read(JsonElement geometry, CityVertices vertices, bool allowInstance)
    {
        var type = TypeOf(geometry);
        if (!geometry.TryGetProperty("boundaries", out var boundaries) || boundaries.ValueKind != JsonValueKind.Array)
            return (null, "its geometry has no boundaries");
        if (type == "GeometryInstance" && allowInstance)
            return Instance(geometry, boundaries, vertices);
        var levels = type switch
        {
            "MultiPoint" => -2,
            "MultiLineString" => -1,
            "MultiSurface" or "CompositeSurface" => 0,
            "Solid" => 1,
            "MultiSolid" or "CompositeSolid" => 2,
            _ => int.MinValue,
        };
        if (levels == int.MinValue)
            return (null, $"'{type}' is no geometry type of CityJSON");
        var result = new CityGeometry(LodOf(geometry), levels > 0);
        var flattening = new Flattening(vertices, result, Kinds(geometry));
        var values = geometry.TryGetProperty("semantics", out var semantics) && semantics.ValueKind == JsonValueKind.Object && semantics.TryGetProperty("values", out var v) ? v : default;
        var fault = levels < 0 ? flattening.Loose(boundaries, -1 - levels) : flattening.Faces(boundaries, values, levels);
        return fault is null ? (result, null) : (null, fault);
    }

    /// <summary>A template, moved by its matrix to the reference point.</summary>
    private static (CityGeometry? Geometry, string? Fault) Instance(JsonElement geometry, JsonElement boundaries, CityVertices vertices)
    {
        if (boundaries.GetArrayLength() != 1 || !boundaries[0].TryGetInt32Safe(out var reference) || vertices.At(reference) is not { } origin)
            return (null, "its template's reference point is not among the vertices");
        var matrix = geometry.TryGetProperty("transformationMatrix", out var m) && m.ValueKind == JsonValueKind.Array
            ? m.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number ? e.GetDouble() : double.NaN).ToArray() : [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
        if (!geometry.TryGetProperty("template", out var index) || !index.TryGetInt32Safe(out var template) || matrix.Length != 16
            || vertices.Template(template, matrix, origin) is not var (shape, moved))
            return (null, "its template is not among the file's geometry templates");
        return Read(shape, moved, allowInstance: false);
    }

    private static string? TypeOf(JsonElement geometry) => geometry.TryGetProperty("type", out var type) ? CityJsonPart.Text(type) : null;

    private static string? LodOf(JsonElement geometry) => geometry.TryGetProperty("lod", out var lod)
        ? lod.ValueKind == JsonValueKind.Number ? lod.GetRawText() : CityJsonPart.Text(lod) : null;

    private static double Rank(string? lod) => double.TryParse(lod, NumberStyles.Float, CultureInfo.InvariantCulture, out var rank) && double.IsFinite(rank) ? rank : -1;

    private static string?[] Kinds(JsonElement geometry) =>
        geometry.TryGetProperty("semantics", out var semantics) && semantics.ValueKind == JsonValueKind.Object
        && semantics.TryGetProperty("surfaces", out var surfaces) && surfaces.ValueKind == JsonValueKind.Array
            ? [.. surfaces.EnumerateArray().Select(s => s.ValueKind == JsonValueKind.Object && s.TryGetProperty("type", out var type) ? CityJsonPart.Text(type) : null)]
            : [];

    /// <summary>Walks nested boundaries beside their semantics; the nesting is given by the geometry's type, so that its depth is bounded.</summary>
    private sealed class Flattening(CityVertices vertices, CityGeometry into, string?[] kinds)
    {
        private int _corners;

        public string? Faces(JsonElement boundaries, JsonElement values, int levels)
        {
            var i = 0;
            foreach (var element in boundaries.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.Array)
                    return "its boundaries are not nested as its geometry type asks";
                var value = values.ValueKind == JsonValueKind.Array && i < values.GetArrayLength() ? values[i] : default;
                var fault = levels > 0 ? Faces(element, value, levels - 1) : Face(element, value);
                if (fault is not null)
                    return fault;
                i++;
            }
            return null;
        }

        public string? Loose(JsonElement boundaries, int levels)
        {
            foreach (var element in boundaries.EnumerateArray())
            {
                if (levels < 1 && element.ValueKind == JsonValueKind.Array && Loose(element, levels + 1) is { } fault)
                    return fault;
                if (element.ValueKind == JsonValueKind.Array)
                    continue;
                if (Corner(element, out var corner) is { } missing)
                    return missing;
                into.Points.Add(corner);
            }
            return null;
        }

        private string? Face(JsonElement rings, JsonElement value)
        {
            var surface = new Surface([], value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var kind) && kind >= 0 && kind < kinds.Length ? kinds[kind] : null);
            foreach (var ring in rings.EnumerateArray())
            {
                if (ring.ValueKind != JsonValueKind.Array)
                    return "its boundaries are not nested as its geometry type asks";
                var line = new Corner[ring.GetArrayLength()];
                var i = 0;
                foreach (var index in ring.EnumerateArray())
                    if (Corner(index, out line[i++]) is { } missing)
                        return missing;
                if (line.Length >= 3)
                    surface.Rings.Add(line);
                else if (surface.Rings.Count == 0)
                    return "one of its surfaces has fewer than three corners";
            }
            if (surface.Rings.Count > 0)
                into.Surfaces.Add(surface);
            return null;
        }

        private string? Corner(JsonElement index, out Corner corner)
        {
            corner = default;
            if (++_corners > MaximumCorners)
                return $"it has more than {MaximumCorners} corners";
            if (!index.TryGetInt32Safe(out var number) || vertices.At(number) is not { } found)
                return $"vertex {Extent.Shorten(index.GetRawText())} is not among the {vertices.Count} vertices, or is broken";
            corner = found;
            return null;
        }
    }
}
