using Plinth.Lakehouse;

namespace Plinth.Modules;

/// <summary>What an algorithm found: one row of <c>module.finding</c>.</summary>
/// <param name="FindingId"><c>urn:plinth:finding:…</c>, made from what was found by what on what, so that the same finding twice is one.</param>
/// <param name="Module">service, drone or traffic.</param>
/// <param name="Kind">What sort of finding, e.g. <c>agency_advice</c>, <c>low_overlap</c>, <c>slow_traffic</c>.</param>
/// <param name="SubjectId">The entity it is about.</param>
/// <param name="Value">The finding in one word or figure, e.g. the advised agency.</param>
/// <param name="Confidence">0 to 1, where the algorithm says so.</param>
/// <param name="Algorithm">Which algorithm: a released submission or a built-in analysis with its version.</param>
/// <param name="Evidence">JSON: the figures and rows behind it.</param>
/// <param name="Longitude">OGC:CRS84, degrees.</param>
/// <param name="Latitude">OGC:CRS84, degrees.</param>
public sealed record Finding(string FindingId, string Module, string Kind, string SubjectId, string? Value, double? Confidence, string Algorithm,
    string? SubmissionId, string RunId, DateTime FoundAt, string? Evidence, double? Longitude, double? Latitude)
{
    /// <summary>The table.</summary>
    public static readonly TableName Table = new("module", "finding");

    internal object?[] ToRow() => [FindingId, Module, Kind, SubjectId, Value, Confidence, Algorithm, SubmissionId, RunId, FoundAt, Evidence, Longitude, Latitude];

    internal static Finding FromRow(object?[] row) => new((string)row[0]!, (string)row[1]!, (string)row[2]!, (string)row[3]!, (string?)row[4], (double?)row[5],
        (string)row[6]!, (string?)row[7], (string)row[8]!, (DateTime)row[9]!, (string?)row[10], (double?)row[11], (double?)row[12]);
}

/// <summary>What a module makes of a finding: one row of <c>module.proposal</c>. A person accepts, rejects or corrects it.</summary>
/// <param name="Action">What to do, e.g. <c>dispatch</c>, <c>refly</c>, <c>inspect_detector</c>.</param>
/// <param name="Value">To whom or how much, e.g. the agency.</param>
/// <param name="Details">JSON for the module's own use.</param>
public sealed record Proposal(string ProposalId, string FindingId, string Module, string Action, string SubjectId, string? Value, string? Details, DateTime CreatedAt, string RunId)
{
    /// <summary>The table.</summary>
    public static readonly TableName Table = new("module", "proposal");

    internal object?[] ToRow() => [ProposalId, FindingId, Module, Action, SubjectId, Value, Details, CreatedAt, RunId];
}

/// <summary>What a person decided about a proposal.</summary>
public enum Decision
{
    /// <summary>Done as proposed.</summary>
    Accepted,
    /// <summary>Not done.</summary>
    Rejected,
    /// <summary>Done otherwise; the right value is recorded.</summary>
    Corrected,
}

/// <summary>A decision as it is handed in.</summary>
/// <param name="CorrectedValue">The right value, with <see cref="Decision.Corrected"/> only.</param>
/// <param name="DecidedBy">The person or record that decided.</param>
public sealed record Verdict(string ProposalId, Decision Decision, string? CorrectedValue, string DecidedBy, string? Note = null)
{
    /// <summary>The table of feedback.</summary>
    public static readonly TableName Table = new("module", "feedback");
}

/// <summary>A proposal and how it stands: <c>open</c>, <c>accepted</c>, <c>rejected</c> or <c>corrected</c>.</summary>
public sealed record ProposalState(string ProposalId, string FindingId, string Module, string Action, string Kind, string SubjectId, string? Value,
    double? Confidence, string Algorithm, DateTime CreatedAt, string State, string? CorrectedValue, string? DecidedBy, DateTime? DecidedAt, string? Details, string? Evidence);

/// <summary>No such proposal, or a decision that cannot be.</summary>
public sealed class ProposalException(string message) : LakeException(message);
