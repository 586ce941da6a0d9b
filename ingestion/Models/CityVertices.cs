using System.Text.Json;

namespace Plinth.Ingestion.Models;

/// <summary>Vertices of a file or feature in the source's CRS, by index.</summary>
internal sealed class CityVertices(double[] raw, double[] transform, JsonElement? templates = null)
{
    private static readonly double[] Identity = [1, 1, 1, 0, 0, 0];

    private (JsonElement Shapes, double[] Corners)? _library;

    public int Count => raw.Length / 3;

    /// <summary>Those of a file, or of a feature whose header gives the transform and templates.</summary>
    public static CityVertices Of(CityJsonPart part, CityJsonPart? header = null) =>
        new(part.Vertices, part.Transform ?? header?.Transform ?? Identity, part.Templates ?? header?.Templates);

    /// <summary>One vertex; null where there is none, or it is not finite.</summary>
    public Corner? At(int index)
    {
        if (index < 0 || index >= Count)
            return null;
        var corner = new Corner(raw[index * 3] * transform[0] + transform[3], raw[index * 3 + 1] * transform[1] + transform[4], raw[index * 3 + 2] * transform[2] + transform[5]);
        return double.IsFinite(corner.X + corner.Y + corner.Z) ? corner : null;
    }

    /// <summary>A template's geometry with its vertices moved by a row-major 4x4 matrix to <paramref name="origin"/>; null where it is not there.</summary>
    public (JsonElement Shape, CityVertices Moved)? Template(int index, double[] m, Corner origin)
    {
        _library ??= ReadTemplates();
        var (shapes, corners) = _library.Value;
        if (shapes.ValueKind != JsonValueKind.Array || index < 0 || index >= shapes.GetArrayLength() || shapes[index].ValueKind != JsonValueKind.Object)
            return null;
        var moved = new double[corners.Length];
        for (var i = 0; i + 2 < corners.Length; i += 3)
        {
            var (x, y, z) = (corners[i], corners[i + 1], corners[i + 2]);
            moved[i] = m[0] * x + m[1] * y + m[2] * z + m[3] + origin.X;
            moved[i + 1] = m[4] * x + m[5] * y + m[6] * z + m[7] + origin.Y;
            moved[i + 2] = m[8] * x + m[9] * y + m[10] * z + m[11] + origin.Z;
        }
        return (shapes[index], new(moved, Identity));
    }

    private (JsonElement, double[]) ReadTemplates()
    {
        if (templates is not { } all || !all.TryGetProperty("templates", out var shapes) || !all.TryGetProperty("vertices-templates", out var vertices)
            || vertices.ValueKind != JsonValueKind.Array)
            return (default, []);
        var corners = new List<double>();
        foreach (var vertex in vertices.EnumerateArray())
            if (vertex.ValueKind == JsonValueKind.Array && vertex.GetArrayLength() == 3)
                foreach (var number in vertex.EnumerateArray())
                    corners.Add(number.ValueKind == JsonValueKind.Number ? number.GetDouble() : double.NaN);
            else
                corners.AddRange([double.NaN, double.NaN, double.NaN]);
        return (shapes, [.. corners]);
    }
}

internal static class JsonIntegers
{
    /// <summary>False also for what is no number, where <see cref="JsonElement.TryGetInt32"/> throws.</summary>
    public static bool TryGetInt32Safe(this JsonElement element, out int value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out value);
    }
}
