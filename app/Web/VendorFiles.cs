namespace Plinth.App.Web;

/// <summary>The map library's few files, as npm installed them (<c>npm ci</c>, done by <c>./plinth</c>).</summary>
internal static class VendorFiles
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["maplibre-gl.mjs"] = "text/javascript",
        ["maplibre-gl-worker.mjs"] = "text/javascript",
        ["maplibre-gl-shared.mjs"] = "text/javascript",
        ["maplibre-gl.css"] = "text/css",
    };

    /// <summary>The file and its media type, or null when it is none of ours.</summary>
    /// <exception cref="FileNotFoundException">The library is not installed.</exception>
    internal static (string Path, string Type)? Find(string name)
    {
        if (!Types.TryGetValue(name, out var type))
            return null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "node_modules", "maplibre-gl", "dist", name);
            if (File.Exists(file))
                return (file, type);
        }

        throw new FileNotFoundException($"The map library's {name} is not installed; run ./plinth once from the checkout, or 'npm ci' there.");
    }
}
