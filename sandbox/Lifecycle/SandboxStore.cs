using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Plinth.Sandbox.Lifecycle;

/// <summary>What the sandbox remembers beside the tables of the lake: <c>&lt;lake&gt;/control/sandbox.db</c>. Each method is one transaction.</summary>
internal sealed class SandboxStore
{
    private readonly string _connection;

    public SandboxStore(string folder)
    {
        Directory.CreateDirectory(folder);
        _connection = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "sandbox.db"), DefaultTimeout = 30, Pooling = false }.ToString();
        using var connection = Open();
        connection.Execute(SandboxSql.Schema + DeskSql.Schema + Egress.EgressSql.Schema);
    }

    public IReadOnlyList<ScenarioRecord> Scenarios() => Query<ScenarioRecord>(SandboxSql.Scenarios, null);

    public void AddScenario(ScenarioRecord scenario) => Execute(SandboxSql.AddScenario, scenario);

    /// <summary>False when a submission of that id is there already.</summary>
    public bool AddSubmission(SubmissionRecord submission) => Execute(SandboxSql.AddSubmission, submission) > 0;

    public SubmissionRecord? Find(string id) => Query<SubmissionRecord>(SandboxSql.Submission, new { id }).SingleOrDefault();

    public IReadOnlyList<SubmissionRecord> Submissions(string? scenario) => Query<SubmissionRecord>(SandboxSql.Submissions, new { scenario });

    public IReadOnlyList<RunRecord> Runs(string submission) => Query<RunRecord>(SandboxSql.Runs, new { submission });

    /// <summary>Goes from one state to the next and notes it in the history; nothing when the submission is not in the first any more.</summary>
    public void Move(string id, SubmissionState from, SubmissionState to, DateTimeOffset at, string run, SubmissionFailure? failure = null)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction();
        var values = new { id, from = from.ToString(), to = to.ToString(), at = Text(at), run, kind = failure?.Kind, message = failure?.Message };
        if (connection.Execute(SandboxSql.Move, values, transaction) > 0)
            connection.Execute(SandboxSql.AddTransition, values, transaction);
        transaction.Commit();
    }

    public void SaveRun(RunRecord run) => Execute(SandboxSql.SaveRun, run);

    public void SaveScores(string submission, string split, string scores) => Execute(SandboxSql.SaveScores, new { submission, split, scores });

    /// <summary>Notes a reviewer's decision and goes from scored to under review; nothing when another was faster.</summary>
    public void SaveReview(string id, SubmissionRelease release, string run)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction();
        var values = new
        {
            id, from = nameof(SubmissionState.ScoredHidden), to = nameof(SubmissionState.UnderReview), run,
            by = release.ApprovedBy, purpose = release.Purpose, at = Text(release.ApprovedAt), expires = Text(release.ExpiresAt),
        };
        if (connection.Execute(SandboxSql.SaveReview, values, transaction) > 0)
            connection.Execute(SandboxSql.AddTransition, values, transaction);
        transaction.Commit();
    }

    public IReadOnlyList<(string From, string To)> Transitions(string submission) =>
        [.. Query<TransitionRecord>(SandboxSql.Transitions, new { submission }).Select(t => (t.Before, t.After))];

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    internal List<T> Query<T>(string sql, object? values)
    {
        using var connection = Open();
        return connection.Query<T>(sql, values).AsList();
    }

    /// <summary>Reads and writes that nobody else's come between: the control store is locked for writing from the first.</summary>
    internal T Alone<T>(Func<SqliteConnection, SqliteTransaction, T> work)
    {
        using var connection = Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = work(connection, transaction);
        transaction.Commit();
        return result;
    }

    internal int Execute(string sql, object values)
    {
        using var connection = Open();
        return connection.Execute(sql, values);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connection);
        connection.Open();
        return connection;
    }

    private sealed record TransitionRecord(string Before, string After);
}

/// <summary>A published scenario: its YAML as it was, and what was computed when it was published.</summary>
internal sealed record ScenarioRecord(string Id, string Version, string Sha256, string Yaml, long DatasetVersion, string PublishedBy, string PublishedAt, string Facts);

internal sealed record SubmissionRecord(string Id, string Scenario, string ScenarioVersion, string Organisation, string ContentSha256, string State, string SubmittedAt, string ChangedAt)
{
    public string? FailureKind { get; init; }
    public string? FailureMessage { get; init; }
    public string? ApprovedBy { get; init; }
    public string? Purpose { get; init; }
    public string? ApprovedAt { get; init; }
    public string? ExpiresAt { get; init; }

    // for Dapper, which fills by constructor only when all columns are in it
    private SubmissionRecord() : this("", "", "", "", "", "", "", "") { }
}

/// <summary>One run and, once scored, its scores; both as JSON.</summary>
internal sealed record RunRecord(string Submission, string Split, string Summary, string OutputSha256, string? Scores);
