namespace Plinth.Sandbox.Egress;

/// <summary>Statements about what leaves (SQLite).</summary>
internal static class EgressSql
{
    internal const string Schema = """

        CREATE TABLE IF NOT EXISTS cohort_key (key BLOB NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS cohort (egress TEXT NOT NULL, number INTEGER NOT NULL, dataset TEXT NOT NULL, size INTEGER NOT NULL, members BLOB NOT NULL, PRIMARY KEY (egress, number)) STRICT;
        CREATE TABLE IF NOT EXISTS egress (id TEXT NOT NULL PRIMARY KEY, submission TEXT NOT NULL, run TEXT NOT NULL, by TEXT NOT NULL, requested_by TEXT NOT NULL, at TEXT NOT NULL, csv TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS egress_approval (egress TEXT NOT NULL, reviewer TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (egress, reviewer)) STRICT;
        """;

    internal const string Add = "INSERT INTO egress VALUES (@Id, @Submission, @Run, @By, @RequestedBy, @At, @Csv, @Sha256) ON CONFLICT DO NOTHING";

    internal const string Find = "SELECT id AS Id, submission AS Submission, run AS Run, by AS By, requested_by AS RequestedBy, at AS At, csv AS Csv, sha256 AS Sha256 FROM egress WHERE id = @id";

    internal const string Approvals = "SELECT reviewer FROM egress_approval WHERE egress = @id ORDER BY at, reviewer";
}

internal sealed record EgressRecord(string Id, string Submission, string Run, string By, string RequestedBy, string At, string Csv, string Sha256);
