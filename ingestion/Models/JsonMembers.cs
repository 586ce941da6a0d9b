using System.Text.Json;

namespace Plinth.Ingestion.Models;

/// <summary>Looks into JSON of which nothing is certain: what is absent or of another kind is null or empty.</summary>
internal static class JsonMembers
{
    public static bool TryMember(this JsonElement parent, string name, out JsonElement value)
    {
        value = default;
        return parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out value);
    }

    public static JsonElement Member(this JsonElement parent, string name) => parent.TryMember(name, out var value) ? value : default;

    public static string? Text(this JsonElement parent, string name) => parent.TryMember(name, out var value) ? CityJsonPart.Text(value) : null;

    public static long? Integer(this JsonElement parent, string name) =>
        parent.TryMember(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    public static double? Number(this JsonElement parent, string name) =>
        parent.TryMember(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    public static IEnumerable<JsonElement> Items(this JsonElement parent, string name) =>
        parent.TryMember(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>The items as a list, for those that are asked by index.</summary>
    public static List<JsonElement> List(this JsonElement parent, string name) => [.. parent.Items(name)];

    /// <summary>Null where it is no list of finite numbers.</summary>
    public static double[]? Numbers(this JsonElement parent, string name)
    {
        if (!parent.TryMember(name, out var value) || value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > 64)
            return null;
        var numbers = value.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number && v.TryGetDouble(out var number) ? number : double.NaN).ToArray();
        return Array.TrueForAll(numbers, double.IsFinite) ? numbers : null;
    }
}

/// <summary>Files that a model names.</summary>
internal static class ModelFiles
{
    /// <summary>The file that lies in or below a folder under a relative name of a model; null where there is none. No name leads out of the folder.</summary>
    public static string? Beside(string? folder, string uri)
    {
        var name = uri.Split('?', '#')[0].Replace('\\', '/');
        try
        {
            name = Uri.UnescapeDataString(name);
        }
        catch (UriFormatException)
        {
            return null;
        }
        if (folder is null || name.Length == 0 || name.Contains("://", StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(name))
            return null;
        var (root, path) = (Path.GetFullPath(folder), Path.GetFullPath(Path.Combine(folder, name)));
        return path.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal) && File.Exists(path) ? path : null;
    }
}
