using System.Text.Json;

namespace Plinth.Ingestion.Tabular;

/// <summary>Finds records in a JSON document and values around them.</summary>
internal static class JsonTree
{
    /// <summary>Each element at the end of a path, with the elements above it, innermost first. Lists on the way are gone through.</summary>
    /// <param name="path">Names with points between them; empty for the document itself.</param>
    public static IEnumerable<List<JsonElement>> Records(JsonElement root, string path)
    {
        var names = path.Length == 0 ? [] : path.Split('.');
        return Walk(root, names, 0, []);
    }

    /// <summary>A value by its path from the record, or else from an element above it; null where there is none.</summary>
    public static string? Value(List<JsonElement> record, string path)
    {
        foreach (var from in record)
            if (Find(from, path) is { } found)
                return found.ValueKind switch
                {
                    JsonValueKind.Null or JsonValueKind.Undefined => null,
                    JsonValueKind.String => found.GetString(),
                    JsonValueKind.Array when found.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Number) => string.Join(' ', found.EnumerateArray().Select(item => item.ToString())),
                    _ => found.GetRawText(),
                };
        return null;
    }

    /// <summary>The path to the list of a document that has most objects; empty where the document itself is it, or has none.</summary>
    /// <exception cref="SourceFormatException">It is no JSON.</exception>
    public static string LongestList(string path, string encoding)
    {
        try
        {
            using var text = TextFile.Open(path, encoding);
            using var document = JsonDocument.Parse(text.ReadToEnd(), new() { MaxDepth = 128 });
            var (best, most) = ("", 0);
            Look(document.RootElement, "", 0);
            return best;

            void Look(JsonElement at, string here, int depth)
            {
                if (depth > 12)
                    return;
                if (at.ValueKind == JsonValueKind.Array)
                {
                    if (at.GetArrayLength() > most && at[0].ValueKind == JsonValueKind.Object)
                        (best, most) = (here, at.GetArrayLength());
                    if (at.GetArrayLength() > 0)
                        Look(at[0], here, depth + 1);
                }
                else if (at.ValueKind == JsonValueKind.Object)
                    foreach (var property in at.EnumerateObject())
                        Look(property.Value, here.Length == 0 ? property.Name : $"{here}.{property.Name}", depth + 1);
            }
        }
        catch (JsonException e)
        {
            throw new SourceFormatException(Path.GetFileName(path), $"is not JSON ({e.Message})", "a table (CSV, TSV, JSON, JSON lines, a workbook)");
        }
    }

    /// <summary>Paths of the single values in and around a record.</summary>
    public static List<string> Paths(List<JsonElement> record)
    {
        var paths = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var from in record)
            Collect(from, "", 0, path =>
            {
                if (seen.Add(path))
                    paths.Add(path);
            });
        return paths;
    }

    private static IEnumerable<List<JsonElement>> Walk(JsonElement at, string[] names, int depth, List<JsonElement> above)
    {
        if (at.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in at.EnumerateArray())
                foreach (var record in Walk(item, names, depth, above))
                    yield return record;
            yield break;
        }
        List<JsonElement> here = [at, .. above];
        if (depth == names.Length)
            yield return here;
        else if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(names[depth], out var next))
            foreach (var record in Walk(next, names, depth + 1, here))
                yield return record;
    }

    /// <summary>A name may itself hold points: the longest that fits is taken. Of a list the first item counts, unless a number picks one.</summary>
    private static JsonElement? Find(JsonElement at, string path)
    {
        if (path.Length == 0)
            return at;
        if (at.ValueKind == JsonValueKind.Array)
        {
            var (head, rest) = Cut(path, path.IndexOf('.', StringComparison.Ordinal));
            if (int.TryParse(head, System.Globalization.CultureInfo.InvariantCulture, out var index))
                return index >= 0 && index < at.GetArrayLength() ? Find(at[index], rest) : null;
            return at.GetArrayLength() > 0 ? Find(at[0], path) : null;
        }
        if (at.ValueKind != JsonValueKind.Object)
            return null;
        for (var end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
        {
            var (head, rest) = Cut(path, end);
            if (at.TryGetProperty(head, out var next) && Find(next, rest) is { } found)
                return found;
        }
        return null;
    }

    private static (string Head, string Tail) Cut(string path, int at) => at < 0 || at >= path.Length ? (path, "") : (path[..at], path[(at + 1)..]);

    private static void Collect(JsonElement at, string path, int depth, Action<string> add)
    {
        if (depth > 12)
            return;
        switch (at.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in at.EnumerateObject())
                    Collect(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", depth + 1, add);
                break;
            case JsonValueKind.Array:
                if (at.GetArrayLength() > 0)
                    Collect(at[0], path, depth + 1, add);
                break;
            default:
                if (path.Length > 0)
                    add(path);
                break;
        }
    }
}
