using System.Globalization;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Derivation;
using Plinth.Twin.Model;

namespace Plinth.Twin.Query;

/// <summary>
/// Fills a database's <c>held.*</c>: from a file under <c>cache/twin</c> that an earlier opening left, with what has come since beside it in memory; or anew.
/// </summary>
/// <remarks>The file says what the tables say and may be deleted at any time; another process may read the same one. A file is written beside its name and then renamed, and never changed.</remarks>
internal static class HeldFile
{
    /// <summary>So many rows are laid out in memory at each opening; more are kept in a file.</summary>
    internal const long MostRowsInMemory = 200_000;

    /// <summary>What came after a file was made may be a part of it before it is made anew.</summary>
    private const double MostLate = 0.2;

    private const int FilesKept = 3;

    public static void Open(CityCatalog catalog, SqlConnection connection, IReadOnlyList<Snapshot> snapshots, long mostRowsInMemory)
    {
        connection.Execute(HeldSql.Macros);
        var there = snapshots.Sum(Rows) > mostRowsInMemory && AttachOrMake(connection, catalog, snapshots);
        var known = there ? Files(connection) : [];
        var late = snapshots.Select(s => known.Count == 0 ? s : s.Only(f => !known.Contains(Name(f)))).Where(s => s.FileCount > 0).ToList();
        if (late.Count > 0 || !there)
            foreach (var statement in HeldSql.Fill("late", t => Source(catalog, late, t), there))
                connection.Execute(statement);
        connection.Execute(HeldSql.Views);
    }

    /// <summary>Says whether there is a <c>base</c> now. Where no file can be written, or another process makes one for too long, all is laid out in memory.</summary>
    private static bool AttachOrMake(SqlConnection connection, CityCatalog catalog, IReadOnlyList<Snapshot> snapshots)
    {
        var folder = Path.Combine(catalog.Lake.Root, "cache", "twin");
        if (Attach(connection, folder, snapshots))
            return true;
        using var mine = HeldLock.Take(folder);
        if (mine is null)
            return Attach(connection, folder, snapshots);
        // Another may have made it while this one waited.
        if (Attach(connection, folder, snapshots))
            return true;
        HeldLock.Sweep(folder);
        Make(folder, catalog, snapshots);
        return Attach(connection, folder, snapshots);
    }

    /// <summary>The newest file whose tables are all still in the snapshots and are most of them becomes <c>base</c>.</summary>
    private static bool Attach(SqlConnection connection, string folder, IReadOnlyList<Snapshot> snapshots)
    {
        var rows = snapshots.Sum(Rows);
        var now = snapshots.SelectMany(s => s.Files).ToDictionary(Name, f => f.Rows ?? 0, StringComparer.Ordinal);
        foreach (var file in Existing(folder))
        {
            try
            {
                connection.Execute($"ATTACH {SqlText.Literal(file)} AS base (READ_ONLY)");
            }
            catch (SqlException)
            {
                continue; // deleted since, or of another version of the engine: another is made
            }
            var files = Files(connection);
            if (files.IsSubsetOf(now.Keys) && files.Sum(f => now[f]) >= rows * (1 - MostLate))
            {
                foreach (var table in HeldSql.Tables)
                    connection.Execute(HeldSql.View(table, "base", false));
                return true;
            }
            connection.Execute("DETACH base");
        }
        return false;
    }

    /// <summary>In a database of its own, whose memory and spilled rows go with it.</summary>
    private static void Make(string folder, CityCatalog catalog, IReadOnlyList<Snapshot> snapshots)
    {
        var name = Path.Combine(folder, Guid.CreateVersion7(catalog.Lake.Time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture));
        try
        {
            using (var database = catalog.Lake.OpenSql())
            using (var connection = database.Connect())
            {
                connection.Execute($"SET temp_directory = {SqlText.Literal(name + HeldLock.Spill)}");
                connection.Execute($"ATTACH {SqlText.Literal(name + HeldLock.Making)} AS base (ROW_GROUP_SIZE 30720)");
                connection.Execute(HeldSql.Macros);
                connection.Execute("CREATE TABLE base.file (name VARCHAR)");
                foreach (var file in snapshots.SelectMany(s => s.Files))
                    connection.Execute("INSERT INTO base.file VALUES ($1)", [Name(file)]);
                foreach (var statement in HeldSql.Fill("base", t => Source(catalog, snapshots, t), false))
                    connection.Execute(statement);
                connection.Execute("DETACH base");
            }
            File.Move(name + HeldLock.Making, name + ".duckdb");
        }
        finally
        {
            HeldLock.Sweep(folder);
        }
        foreach (var old in Existing(folder).Skip(FilesKept))
            File.Delete(old);
    }

    /// <summary>Newest first: names begin with the time.</summary>
    private static IEnumerable<string> Existing(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.duckdb").OrderByDescending(Path.GetFileName, StringComparer.Ordinal).ToList() : [];

    private static HashSet<string> Files(SqlConnection connection) => connection.Rows("SELECT name FROM base.file").Select(r => (string)r[0]!).ToHashSet(StringComparer.Ordinal);

    /// <summary>Rows that were deleted from a file make it another one.</summary>
    private static string Name(DataFile file) => string.Create(CultureInfo.InvariantCulture, $"{file.Path}|{file.Rows}");

    private static long Rows(Snapshot snapshot) => snapshot.Files.Sum(f => f.Rows ?? MostRowsInMemory);

    private static string Source(CityCatalog catalog, IReadOnlyList<Snapshot> snapshots, TableName table) => snapshots.FirstOrDefault(s => s.Table == table.ToString()) is { } snapshot
        ? "(" + snapshot.ToSql() + ")"
        : "(" + SqlNames.NoRows(catalog.Datasets[table].ToSchema()) + ")";
}
