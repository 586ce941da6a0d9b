namespace Plinth.Ingestion.Photos;

/// <summary>The folder of a photograph or of a position file, by which they find each other: its name and that of the folder around it, <c>flight-1/photos</c>.</summary>
internal static class FlightFolder
{
    public static string Of(string path)
    {
        var parts = Path.GetFullPath(path).Split('/', '!').Where(p => p.Length > 0).ToList();
        return string.Join('/', parts.Skip(Math.Max(0, parts.Count - 3)).Take(parts.Count - 1 - Math.Max(0, parts.Count - 3)));
    }

    /// <summary>How near two folders are: 0 the same, 1 one within the other, 2 side by side in one; null where they have nothing to do with each other.</summary>
    public static int? Distance(string? a, string? b)
    {
        if (a is null || b is null)
            return null;
        var ((aroundA, ownA), (aroundB, ownB)) = (Parts(a), Parts(b));
        return Same(a, b) ? 0 : Same(ownA, aroundB) || Same(aroundA, ownB) ? 1 : Same(aroundA, aroundB) ? 2 : null;
    }

    private static (string? Around, string Own) Parts(string folder) => folder.LastIndexOf('/') is >= 0 and var slash ? (folder[..slash], folder[(slash + 1)..]) : (null, folder);

    private static bool Same(string? a, string? b) => a is not null && string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
