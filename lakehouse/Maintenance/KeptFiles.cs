using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Files that must stay, by the key they have in the table's folder, however the log writes their path.</summary>
internal sealed class KeptFiles(IObjectStore store)
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _elsewhere = new(StringComparer.Ordinal);

    public void Add(TableState state)
    {
        foreach (var file in state.Files.Values)
            Add(file);
    }

    /// <summary>The file and its deletion vector's.</summary>
    public void Add(FileAction file)
    {
        AddPath(file.DecodedPath);
        if (file.DeletionVector is { StorageType: "u" } beside)
            AddPath(DeletionVectors.RelativeKey(beside.PathOrInlineDv));
        else if (file.DeletionVector is { StorageType: "p" } anywhere)
            AddPath(DataPaths.Canonical(anywhere.PathOrInlineDv));
    }

    public bool Contains(string key) => _keys.Contains(key) || (_elsewhere.Count > 0 && _elsewhere.Contains(Path.GetFileName(key)));

    private void AddPath(string path)
    {
        if (TableFolder.Key(store, path) is { } key)
            _keys.Add(key);
        else
            _elsewhere.Add(path[(path.LastIndexOf('/') + 1)..]); // perhaps this folder under another of its names: its file name is enough to keep it
    }
}

/// <summary>What lies in a table's folder.</summary>
internal static class TableFolder
{
    private const string ChangeData = "_change_data";

    /// <summary>A decoded path of the log as a key of the table's store; null for a file that is not under it.</summary>
    public static string? Key(IObjectStore store, string path)
    {
        if (path.Contains("://", StringComparison.Ordinal))
            return null;
        if (!path.StartsWith('/'))
            return path.Contains("./", StringComparison.Ordinal) || path.Contains("//", StringComparison.Ordinal) ? Path.GetFullPath("/" + path)[1..] : path;
        var (root, full) = (Path.GetFullPath(store.LocalPath("")).TrimEnd('/') + "/", Path.GetFullPath(path));
        return full.StartsWith(root, StringComparison.Ordinal) ? full[root.Length..] : null;
    }

    /// <summary>Whether a part of the key begins with '_' or '.', other than <c>_change_data</c> and folders of partition columns so named.</summary>
    public static bool IsHidden(string key, IReadOnlySet<string> partitionColumns)
    {
        var parts = key.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length == 0 || parts[i][0] is not ('_' or '.') || (i == 0 && parts.Length > 1 && parts[i] == ChangeData))
                continue;
            var equals = parts[i].IndexOf('=', StringComparison.Ordinal);
            if (i == parts.Length - 1 || equals < 0 || !(partitionColumns.Contains(parts[i][..equals]) || partitionColumns.Contains(Uri.UnescapeDataString(parts[i][..equals]))))
                return true;
        }
        return false;
    }
}
