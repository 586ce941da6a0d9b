using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Plinth.Catalog.Control;

/// <summary>The store's steps from empty to now; <c>user_version</c> counts those taken. A step is never changed once it was published.</summary>
internal static class Migrations
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE principal (
            name         TEXT PRIMARY KEY,
            organisation TEXT NOT NULL,
            roles        TEXT NOT NULL,          -- comma-separated
            created_at   TEXT NOT NULL
        ) STRICT;
        CREATE TABLE api_key (
            id           INTEGER PRIMARY KEY,
            principal    TEXT NOT NULL REFERENCES principal (name),
            salt         BLOB NOT NULL,          -- 16 bytes
            hash         BLOB NOT NULL,          -- SHA-256 (salt || key); the key itself is 256 random bits
            created_at   TEXT NOT NULL
        ) STRICT;
        CREATE TABLE access_grant (
            sequence     INTEGER PRIMARY KEY,    -- order of giving
            id           TEXT NOT NULL UNIQUE,
            principal    TEXT NOT NULL REFERENCES principal (name),
            dataset      TEXT NOT NULL,
            purpose      TEXT NOT NULL,
            columns      TEXT NOT NULL,          -- comma-separated; empty for all up to max_level
            max_level    INTEGER NOT NULL CHECK (max_level BETWEEN 1 AND 4),
            row_filter   TEXT,
            version      INTEGER,
            expires_at   TEXT NOT NULL,          -- UTC, sorts as text
            given_at     TEXT NOT NULL,
            revoked_at   TEXT
        ) STRICT;
        CREATE INDEX access_grant_principal ON access_grant (principal, dataset);
        """,
    ];

    /// <exception cref="InvalidOperationException">The store was made by a newer program.</exception>
    public static void Apply(SqliteConnection connection)
    {
        if (Version(connection, null) == Steps.Length)
            return;
        using var transaction = connection.BeginTransaction(deferred: false); // one process migrates, the others wait and then find it done
        var done = Version(connection, transaction);
        if (done > Steps.Length)
            throw new InvalidOperationException($"The control store '{connection.DataSource}' has version {done}; this program knows {Steps.Length}. Use the newer program.");
        for (; done < Steps.Length; done++)
            Run(connection, transaction, Steps[done]);
        Run(connection, transaction, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Steps.Length}"));
        transaction.Commit();
    }

    private static long Version(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using var command = ControlStore.Command(connection, transaction, "PRAGMA user_version");
        return (long)command.ExecuteScalar()!;
    }

    private static void Run(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        using var command = ControlStore.Command(connection, transaction, sql);
        command.ExecuteNonQuery();
    }
}
