using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Delta;

/// <summary>Paths of the log: relative to the table's folder, or absolute; percent-encoded, so decoded exactly once.</summary>
internal static class DataPaths
{
    private const string Scheme = "file:";

    /// <summary>One form for one file: <c>file:/a</c>, <c>file:///a</c> and <c>/a</c> are the same.</summary>
    public static string Canonical(string path)
    {
        if (path.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            var rest = path.AsSpan(Scheme.Length);
            if (rest.StartsWith("//"))
                rest = rest[2..]; // then a host, mostly empty, up to the next slash
            var slash = rest.IndexOf('/');
            return Uri.UnescapeDataString(slash < 0 ? rest : rest[slash..]);
        }
        return path.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path;
    }

    /// <summary>Where the file of a canonical path lies on this machine.</summary>
    /// <exception cref="TableFormatException">It lies in another store.</exception>
    public static string Resolve(string table, IObjectStore store, string canonical)
    {
        if (canonical.Contains("://", StringComparison.Ordinal))
            throw new TableFormatException(table, canonical, "lies in another store, which cannot be read from here.");
        if (!store.IsLocal && (canonical.StartsWith('/') || canonical.Split('/').Contains("..", StringComparer.Ordinal)))
            throw new TableFormatException(table, canonical, "lies outside the table's folder, which a table of an object store may not do.");
        return canonical.StartsWith('/') ? canonical : store.LocalPath(canonical);
    }
}
