using Plinth.Catalog;

namespace Plinth.Sandbox.Lifecycle;

/// <summary>Who may release what, and what a release covers.</summary>
internal static class ReleaseRules
{
    private static readonly string[] Reviewers = ["reviewer", "steward", "operator"];

    /// <summary>Who may decide at all: one with the role, of another organisation, who did not bring the vendor in.</summary>
    /// <param name="reviewer">As the catalog has it on record, not as the caller says; null when it has not.</param>
    /// <param name="sponsors">Of the submission's organisation.</param>
    public static void CheckReviewer(Submission submission, Principal? reviewer, IReadOnlyCollection<string> sponsors)
    {
        void Refuse(string reason) => throw new ReleaseRefusedException(submission.Id, reason);
        if (reviewer is null)
            Refuse("the reviewer is not a principal of the catalog.");
        if (!reviewer!.Roles.Any(Reviewers.Contains))
            Refuse($"{reviewer.Name} has none of the roles {string.Join(", ", Reviewers)}.");
        if (string.Equals(reviewer.Organisation, submission.Organisation, StringComparison.OrdinalIgnoreCase))
            Refuse($"{reviewer.Name} belongs to {submission.Organisation}, whose submission it is; another organisation must review it.");
        if (sponsors.Contains(reviewer.Name))
            Refuse($"{reviewer.Name} brought {submission.Organisation} in and does not review what it hands in.");
    }

    public static void Check(Submission submission, Principal? reviewer, IReadOnlyCollection<string> sponsors, string purpose)
    {
        void Refuse(string reason) => throw new ReleaseRefusedException(submission.Id, reason);
        CheckReviewer(submission, reviewer, sponsors);
        if (string.IsNullOrWhiteSpace(purpose))
            Refuse("a release needs a purpose.");
        if (submission.Release is { } release && release.Purpose != purpose)
            Refuse($"it is released for '{release.Purpose}' already, not for '{purpose}'.");
        if (submission.State is not (SubmissionState.ScoredHidden or SubmissionState.UnderReview or SubmissionState.Released))
            Refuse($"it is not scored on the hidden split yet (state {submission.State}).");
    }

    public static void CheckRun(Submission submission, string purpose, DateTimeOffset now)
    {
        if (submission is not { State: SubmissionState.Released, Release: { } release })
            throw new ReleaseRefusedException(submission.Id, $"it is not released (state {submission.State}).");
        if (release.Purpose != purpose)
            throw new ReleaseRefusedException(submission.Id, $"it is released for '{release.Purpose}', not for '{purpose}'.");
        if (release.ExpiresAt <= now)
            throw new ReleaseRefusedException(submission.Id, $"its release expired at {release.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.");
    }
}
