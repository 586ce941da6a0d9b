namespace Plinth.Ingestion;

/// <summary>The store of files seen before.</summary>
internal static class SeenSql
{
    internal const string Create = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        + "CREATE TABLE IF NOT EXISTS seen (path TEXT, asked TEXT, size INTEGER, modified INTEGER, sha256 BLOB, layout TEXT, PRIMARY KEY (path, asked)) WITHOUT ROWID";

    internal const string Find = "SELECT size, modified, sha256, layout FROM seen WHERE path = $path AND asked = $asked";

    internal const string Insert = "INSERT OR REPLACE INTO seen VALUES ($path, $asked, $size, $modified, $sha256, $layout)";
}
