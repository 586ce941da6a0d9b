namespace Plinth.Sandbox.Lifecycle;

/// <summary>Statements of the control store (SQLite).</summary>
internal static class SandboxSql
{
    internal const string Schema = """
        CREATE TABLE IF NOT EXISTS scenario (
          id TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL, yaml TEXT NOT NULL, dataset_version INTEGER NOT NULL,
          published_by TEXT NOT NULL, published_at TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (id, version)) STRICT;
        CREATE TABLE IF NOT EXISTS submission (
          id TEXT NOT NULL PRIMARY KEY, scenario TEXT NOT NULL, scenario_version TEXT NOT NULL, organisation TEXT NOT NULL, content_sha256 TEXT NOT NULL,
          state TEXT NOT NULL, submitted_at TEXT NOT NULL, changed_at TEXT NOT NULL, failure_kind TEXT, failure_message TEXT,
          approved_by TEXT, purpose TEXT, approved_at TEXT, expires_at TEXT) STRICT;
        CREATE TABLE IF NOT EXISTS run (
          submission TEXT NOT NULL REFERENCES submission, split TEXT NOT NULL, summary TEXT NOT NULL, output_sha256 TEXT NOT NULL, scores TEXT, PRIMARY KEY (submission, split)) STRICT;
        CREATE TABLE IF NOT EXISTS transition (
          number INTEGER PRIMARY KEY, submission TEXT NOT NULL REFERENCES submission, before TEXT NOT NULL, after TEXT NOT NULL, at TEXT NOT NULL, run_id TEXT NOT NULL) STRICT;
        """;

    internal const string Scenarios = "SELECT id, version, sha256, yaml, dataset_version AS DatasetVersion, published_by AS PublishedBy, published_at AS PublishedAt, facts FROM scenario ORDER BY id, published_at";

    internal const string AddScenario = "INSERT INTO scenario VALUES (@Id, @Version, @Sha256, @Yaml, @DatasetVersion, @PublishedBy, @PublishedAt, @Facts) ON CONFLICT DO NOTHING";

    internal const string AddSubmission = """
        INSERT INTO submission (id, scenario, scenario_version, organisation, content_sha256, state, submitted_at, changed_at)
        VALUES (@Id, @Scenario, @ScenarioVersion, @Organisation, @ContentSha256, @State, @SubmittedAt, @ChangedAt) ON CONFLICT DO NOTHING
        """;

    private const string Columns = """
        SELECT id AS Id, scenario AS Scenario, scenario_version AS ScenarioVersion, organisation AS Organisation, content_sha256 AS ContentSha256, state AS State,
               submitted_at AS SubmittedAt, changed_at AS ChangedAt, failure_kind AS FailureKind, failure_message AS FailureMessage,
               approved_by AS ApprovedBy, purpose AS Purpose, approved_at AS ApprovedAt, expires_at AS ExpiresAt
        FROM   submission

        """;

    internal const string Submission = Columns + "WHERE id = @id";

    internal const string Submissions = Columns + "WHERE @scenario IS NULL OR scenario = @scenario ORDER BY submitted_at, id";

    internal const string Runs = "SELECT submission, split, summary, output_sha256 AS OutputSha256, scores FROM run WHERE submission = @submission ORDER BY split DESC";

    internal const string Move = """
        UPDATE submission SET state = @to, changed_at = @at, failure_kind = @kind, failure_message = @message
        WHERE  id = @id AND state = @from
        """;

    internal const string AddTransition = "INSERT INTO transition (submission, before, after, at, run_id) VALUES (@id, @from, @to, @at, @run)";

    internal const string Transitions = "SELECT before, after FROM transition WHERE submission = @submission ORDER BY number";

    internal const string SaveRun = "INSERT INTO run VALUES (@Submission, @Split, @Summary, @OutputSha256, @Scores) ON CONFLICT DO NOTHING";

    internal const string SaveScores = "UPDATE run SET scores = @scores WHERE submission = @submission AND split = @split";

    internal const string SaveReview = """
        UPDATE submission SET state = @to, changed_at = @at, approved_by = @by, purpose = @purpose, approved_at = @at, expires_at = @expires
        WHERE  id = @id AND state = @from
        """;
}
