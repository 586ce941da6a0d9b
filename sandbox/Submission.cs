using System.Collections.Immutable;

namespace Plinth.Sandbox;

/// <summary>How far a submission has come; <c>docs/sandbox-states.md</c> says what exists in each state.</summary>
public enum SubmissionState
{
    /// <summary>Stored under its hash.</summary>
    Submitted,
    /// <summary>Its manifest fits the scenario.</summary>
    Screened,
    /// <summary>Its output on the public split is stored, parsed and checked.</summary>
    RanPublic,
    /// <summary>Its public score is in <c>sandbox.evaluation</c>.</summary>
    ScoredPublic,
    /// <summary>Its output on the hidden split is stored, parsed and checked.</summary>
    RanHidden,
    /// <summary>Its hidden score is in <c>sandbox.evaluation</c>. Waits for a reviewer.</summary>
    ScoredHidden,
    /// <summary>A reviewer has decided; the release is being written.</summary>
    UnderReview,
    /// <summary>It may run on current data for the purpose it was released for.</summary>
    Released,
    /// <summary>It ended; <see cref="Submission.Failure"/> says why. A new submission is needed.</summary>
    Failed,
    /// <summary>Its organisation took it back before it was scored on the hidden split.</summary>
    Cancelled,
    /// <summary>A reviewer turned it down; <see cref="Submission.Failure"/> says why.</summary>
    Refused,
    /// <summary>It was released and may not run any more; <see cref="Submission.Failure"/> says why.</summary>
    Revoked,
}

/// <summary>Why a submission ended.</summary>
/// <param name="Kind"><c>manifest, limit, crash, output, refused, revoked, cancelled</c></param>
/// <param name="Message">For the vendor: what is wrong and what to do; holds no row of the hidden split.</param>
public sealed record SubmissionFailure(string Kind, string Message);

/// <summary>Code handed in by an organisation for a scenario.</summary>
/// <param name="Id">From content, scenario and organisation; the same three give the same id.</param>
/// <param name="ContentSha256">Over the names and contents of all its files; lower-case hex.</param>
public sealed record Submission(string Id, string Scenario, string Organisation, string ContentSha256, SubmissionState State, DateTimeOffset SubmittedAt, DateTimeOffset ChangedAt)
{
    /// <summary>Set when <see cref="State"/> is <see cref="SubmissionState.Failed"/>.</summary>
    public SubmissionFailure? Failure { get; init; }
    /// <summary>True when submitting found it there already.</summary>
    public bool Unchanged { get; init; }
    /// <summary>What is known of its runs.</summary>
    public ImmutableArray<RunSummary> Runs { get; init; } = [];
    /// <summary>Scores so far.</summary>
    public ImmutableArray<Evaluation> Scores { get; init; } = [];
    /// <summary>Reviewers who approved so far; a release needs two.</summary>
    public ImmutableArray<string> Approvals { get; init; } = [];
    /// <summary>Whether a second run on the public rows gave the same output; null until the first approval asks for it.</summary>
    public bool? Deterministic { get; init; }
    /// <summary>Set once reviewers decided; it counts when <see cref="State"/> is <see cref="SubmissionState.Released"/>.</summary>
    public SubmissionRelease? Release { get; init; }
}

/// <summary>A judged result.</summary>
/// <param name="Split"><c>public</c> or <c>hidden</c>.</param>
/// <param name="Metric">E.g. <c>macro_f1</c>; of one group only, <c>mae[15]</c>.</param>
/// <param name="Low">Lower end of the 95 % bootstrap interval.</param>
/// <param name="High">Its upper end.</param>
public sealed record Evaluation(string Split, string Metric, double Score, long Rows, double Low, double High);

/// <summary>A reviewer's decision.</summary>
public sealed record SubmissionRelease(string ApprovedBy, string Purpose, DateTimeOffset ApprovedAt, DateTimeOffset ExpiresAt);

/// <summary>One execution of a submission, and the isolation it had.</summary>
/// <param name="Split"><c>public, hidden</c> or <c>production</c>.</param>
/// <param name="Outcome"><c>completed, crashed, wall_clock, memory, processor, text, killed</c></param>
/// <param name="Backend">E.g. <c>bubblewrap 0.8.0</c>.</param>
/// <param name="FilterSha256">Of the system-call filter.</param>
/// <param name="ArgumentsSha256">Of the isolation's arguments, run folder left out.</param>
/// <param name="Verdict">Of the conformance job, with its hash.</param>
/// <param name="SoftLimits">Limits that hold only partly here, and how; empty when all are hard.</param>
public sealed record RunSummary(string Split, string Outcome, int? ExitCode, TimeSpan Duration, string Backend, string FilterSha256, string ArgumentsSha256, string Verdict, ImmutableArray<string> SoftLimits)
{
    /// <summary>Limits that it ran into, and how often; a run may go on after some.</summary>
    public ImmutableArray<string> LimitsReached { get; init; } = [];
    /// <summary>Hash of the runtime image, or <c>host</c> where the host's own programs were used.</summary>
    public string Runtime { get; init; } = "host";
    /// <summary>Dataset and version that the rows were of, e.g. <c>hotline.service_request@3</c>; empty in records from before it was kept.</summary>
    public string Input { get; init; } = "";
}

/// <summary>One line of a leaderboard.</summary>
/// <param name="Rank">From 1; equal where the intervals of two scores do not tell them apart from the group's best; null for the baseline.</param>
/// <param name="SubmissionId">Null for the baseline.</param>
/// <param name="Tied">Shares its rank.</param>
public sealed record LeaderboardLine(int? Rank, string Organisation, string? SubmissionId, Evaluation Hidden, Evaluation? Public, bool Tied)
{
    /// <summary>The trivial answer: the training rows' most frequent label or median, equal scores for all, nothing found.</summary>
    public bool IsBaseline => SubmissionId is null;
}

/// <summary>What a released algorithm said.</summary>
/// <param name="RunId">The same for the same algorithm on the same rows.</param>
/// <param name="DatasetVersion">The version that was read.</param>
/// <param name="Repeated">True when the result was there already and nothing ran.</param>
public sealed record ReleasedRun(string RunId, string SubmissionId, string Scenario, string Organisation, string AlgorithmSha256, long DatasetVersion, ImmutableArray<ReleasedRow> Rows, RunSummary Run, bool Repeated);

/// <summary>One prediction.</summary>
/// <param name="Key">The row's key.</param>
/// <param name="Value">The predicted label or number; of an alarm its time in seconds since 1970.</param>
/// <param name="Confidence">0 to 1, where the algorithm gives one.</param>
public sealed record ReleasedRow(string Key, string Value, double? Confidence)
{
    /// <summary>Box or polygon, where shapes are asked for.</summary>
    public string? Shape { get; init; }
}
