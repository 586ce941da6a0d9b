using Plinth.Ingestion.Imagery;

namespace Plinth.Ingestion;

/// <summary>Finds the files behind the paths of a call.</summary>
internal static class SourceFiles
{
    private static readonly string[] Names = ["readme", "license", "licence", "copying", "notice", "sha256sums", "thumbs.db", "desktop.ini"];

    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>Each file once, folders opened in order of name; what cannot be read is in the list with the reason.</summary>
    /// <param name="tiles">Whether folders of tiles are one source each.</param>
    public static IReadOnlyList<SourceFile> Find(IReadOnlyList<string> paths, bool tiles = false)
    {
        var found = new List<SourceFile>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
            foreach (var file in Expand(path))
                if (seen.Add(Path.GetFullPath(file.Path)))
                    found.Add(file);
        return tiles ? WithTileFolders(found) : found;
    }

    /// <summary>Puts the folder in the place of its tiles and of the description beside them.</summary>
    private static List<SourceFile> WithTileFolders(List<SourceFile> found)
    {
        var roots = found.Select(f => TileFolder.RootOf(f.Path)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (roots.Count == 0)
            return found;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. found.Select(f => TileFolder.RootOf(f.Path) is { } root ? new(root, FileStatus.Ingested, null)
            : Path.GetFileName(f.Path) == "tilemapresource.xml" && roots.Contains(Path.GetDirectoryName(f.Path) ?? "") ? new(Path.GetDirectoryName(f.Path)!, FileStatus.Ingested, null) : f)
            .Where(f => seen.Add(f.Path))];
    }

    private static IEnumerable<SourceFile> Expand(string path)
    {
        if (File.Exists(path))
            return [new(path, FileStatus.Ingested, null)];
        if (!Directory.Exists(path))
            return [new(path, FileStatus.Refused, "there is no such file or folder")];
        List<SourceFile> files;
        try
        {
            files = [.. Directory.EnumerateFiles(path, "*", Everything).Order(StringComparer.Ordinal).Select(file => InFolder(path, file))];
        }
        catch (UnauthorizedAccessException e)
        {
            return [new(path, FileStatus.Refused, $"cannot be read: {e.Message}")];
        }
        return files.Exists(f => f.Status == FileStatus.Ingested)
            ? files
            : [.. files, new(path, FileStatus.Refused, files.Count == 0 ? "the folder is empty" : "the folder holds no source file, only hidden files, readmes and licences")];
    }

    private static SourceFile InFolder(string folder, string file) =>
        LeftOut(Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/')) is { } why ? new(file, FileStatus.Ignored, why) : new(file, FileStatus.Ingested, null);

    /// <summary>Why a file in a folder or an archive is no source; null where it is one.</summary>
    /// <param name="path">Below the folder, with '/' between parts.</param>
    public static string? LeftOut(string path)
    {
        var parts = path.Split('/');
        if (Array.Exists(parts, part => part.StartsWith('.') && part is not ("." or "..")))
            return "hidden files are left out";
        var name = parts[^1];
        return Array.Exists(Names, n => string.Equals(name, n, StringComparison.OrdinalIgnoreCase) || name.StartsWith(n + ".", StringComparison.OrdinalIgnoreCase))
            || name.EndsWith(".md", StringComparison.OrdinalIgnoreCase)
            ? "readmes, licences and checksums are left out; name the file itself to take it in" : null;
    }
}

/// <summary>A file to take in (<see cref="FileStatus.Ingested"/>), or one that is not, and why.</summary>
internal sealed record SourceFile(string Path, FileStatus Status, string? Reason);
