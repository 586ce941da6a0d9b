namespace Plinth.Sandbox.Lifecycle;

/// <summary>Statements about what people decide and what vendors are shown (SQLite, beside <see cref="SandboxSql"/>).</summary>
internal static class DeskSql
{
    internal const string Schema = """

        CREATE TABLE IF NOT EXISTS approval (submission TEXT NOT NULL, reviewer TEXT NOT NULL, purpose TEXT NOT NULL, expires TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (submission, reviewer)) STRICT;
        CREATE TABLE IF NOT EXISTS sponsor (organisation TEXT NOT NULL, principal TEXT NOT NULL, PRIMARY KEY (organisation, principal)) STRICT;
        CREATE TABLE IF NOT EXISTS cancelled (submission TEXT NOT NULL PRIMARY KEY, by TEXT NOT NULL, at TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS chosen (submission TEXT NOT NULL PRIMARY KEY, at TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS final (submission TEXT NOT NULL PRIMARY KEY, scenario TEXT NOT NULL, version TEXT NOT NULL, organisation TEXT NOT NULL, at TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS reveal (submission TEXT NOT NULL PRIMARY KEY, scenario TEXT NOT NULL, version TEXT NOT NULL, organisation TEXT NOT NULL, at TEXT NOT NULL, shown REAL) STRICT;
        CREATE TABLE IF NOT EXISTS repeated (submission TEXT NOT NULL PRIMARY KEY, same INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS served (organisation TEXT NOT NULL PRIMARY KEY, turn INTEGER NOT NULL) STRICT;
        """;

    internal const string Approve = "INSERT INTO approval VALUES (@submission, @reviewer, @purpose, @expires, @at) ON CONFLICT DO NOTHING";

    internal const string Approvals = "SELECT reviewer FROM approval WHERE submission = @submission ORDER BY at, reviewer";

    internal const string Terms = "SELECT purpose AS Purpose, expires AS Expires FROM approval WHERE submission = @submission ORDER BY expires LIMIT 1";

    internal const string TakeFinal = """
        INSERT INTO final
        SELECT @Id, @Scenario, @ScenarioVersion, @Organisation, @at
        WHERE  (SELECT count(*) FROM final WHERE scenario = @Scenario AND version = @ScenarioVersion AND organisation = @Organisation) < @most
        ON CONFLICT DO NOTHING
        """;

    internal const string Reveal = """
        INSERT INTO reveal VALUES (@Id, @Scenario, @ScenarioVersion, @Organisation, @at, @shown) ON CONFLICT DO NOTHING
        """;

    internal const string Revealed = """
        SELECT submission AS Submission, at AS At, shown AS Shown FROM reveal
        WHERE  scenario = @Scenario AND version = @ScenarioVersion AND organisation = @Organisation AND shown IS NOT NULL ORDER BY at, submission
        """;

    internal const string Failed = "SELECT count(*) FROM submission WHERE organisation = @organisation AND state = 'Failed' AND changed_at >= @since";

    /// <summary>Open work: each organisation's oldest first.</summary>
    internal const string Open = """
        SELECT   s.id AS Id, s.organisation AS Organisation, s.state AS State, s.submitted_at AS SubmittedAt, coalesce(v.turn, 0) AS Turn
        FROM     submission s LEFT JOIN served v USING (organisation)
        WHERE    s.state IN ('Submitted', 'Screened', 'RanPublic', 'ScoredPublic', 'RanHidden', 'UnderReview')
        ORDER BY s.submitted_at, s.id
        """;

    internal const string Serve = """
        INSERT INTO served SELECT @organisation, coalesce(max(turn), 0) + 1 FROM served WHERE true
        ON CONFLICT (organisation) DO UPDATE SET turn = excluded.turn
        """;
}
