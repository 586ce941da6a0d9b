using Plinth.Catalog;
using Plinth.Sandbox.Lifecycle;

namespace Plinth.Sandbox;

/// <summary>What people decide: cancelling, choosing finals, approving, turning down, revoking.</summary>
public sealed partial class SandboxService
{
    /// <summary>A reviewer's approval for a purpose. With the second reviewer's it is released: a row of <c>sandbox.release</c> and a line of the audit chain. Released already for the same purpose: returned as it is.</summary>
    /// <param name="reviewer">Has the role reviewer, steward or operator, as recorded in the catalog, belongs to another organisation than the submission and is none of that one's sponsors.</param>
    /// <param name="purpose">What the algorithm may be run for, e.g. <c>advice:service</c>; the same for both reviewers.</param>
    /// <param name="expiresAt">Not runnable from then on; null for one year. The earlier of both reviewers' counts.</param>
    /// <exception cref="ReleaseRefusedException">The reviewer may not, or the submission is not scored.</exception>
    public async Task<Submission> ReleaseAsync(string submissionId, Principal reviewer, string purpose, DateTimeOffset? expiresAt = null, CancellationToken cancellationToken = default)
    {
        CheckRelease(submissionId, reviewer, purpose);
        using var mine = await LockAsync(submissionId, cancellationToken);
        var submission = CheckRelease(submissionId, reviewer, purpose);
        if (submission.State == SubmissionState.Released)
            return submission;
        var now = _catalog.Lake.Time.GetUtcNow();
        if (expiresAt <= now)
            throw new ReleaseRefusedException(submissionId, "the release would have expired already; name a time to come.");
        if (!submission.Approvals.Contains(reviewer.Name))
            Audit("sandbox.approved", reviewer, submission, ("purpose", purpose));
        _desk.Approve(submissionId, reviewer.Name, purpose, expiresAt ?? now.AddYears(1), now);
        _options.Checkpoint?.Invoke("Approved");
        if (_desk.Approvals(submissionId) is var approvals && approvals.Length < Desk.ApprovalsNeeded)
            return Status(submissionId);
        var terms = _desk.Terms(submissionId)!.Value;
        _store.SaveReview(submissionId, new(string.Join(", ", approvals.Take(Desk.ApprovalsNeeded)), terms.Purpose, now, terms.Expires), _options.RunId);
        _options.Checkpoint?.Invoke("UnderReview");
        await _process.DriveAsync(submissionId, _scenarios.Of, null, cancellationToken);
        return Status(submissionId);
    }

    /// <summary>A reviewer turns a scored submission down. An end; the vendor reads the reason.</summary>
    /// <exception cref="ReleaseRefusedException">The reviewer may not, or it is not waiting for a review.</exception>
    public Task<Submission> RefuseAsync(string submissionId, Principal reviewer, string reason, CancellationToken cancellationToken = default) =>
        EndAsync(submissionId, reviewer, SubmissionState.ScoredHidden, SubmissionState.Refused, reason, "sandbox.refused", cancellationToken);

    /// <summary>A reviewer ends a release before its time: it runs no more.</summary>
    /// <exception cref="ReleaseRefusedException">The reviewer may not, or it is not released.</exception>
    public Task<Submission> RevokeAsync(string submissionId, Principal reviewer, string reason, CancellationToken cancellationToken = default) =>
        EndAsync(submissionId, reviewer, SubmissionState.Released, SubmissionState.Revoked, reason, "sandbox.revoked", cancellationToken);

    /// <summary>Takes a submission back that is not scored on the hidden split yet; one that is running is stopped by whoever runs it within a second.</summary>
    /// <exception cref="ReleaseRefusedException">It is another organisation's, or has gone too far.</exception>
    public async Task<Submission> CancelAsync(string submissionId, string organisation, CancellationToken cancellationToken = default)
    {
        var submission = Own(submissionId, organisation);
        if (submission.State is not (SubmissionState.Submitted or SubmissionState.Screened or SubmissionState.RanPublic or SubmissionState.ScoredPublic or SubmissionState.RanHidden or SubmissionState.Cancelled))
            throw new ReleaseRefusedException(submissionId, $"it cannot be taken back any more (state {submission.State}).");
        _desk.Cancel(submissionId, organisation, _catalog.Lake.Time.GetUtcNow());
        return await ProcessAsync(submissionId, null, cancellationToken);
    }

    /// <summary>Names one of the organisation's submissions for the hidden split, where the scenario leaves the choice to it. Too many: it stays where it is.</summary>
    public Submission ChooseFinal(string submissionId, string organisation)
    {
        _ = Own(submissionId, organisation);
        _desk.Choose(submissionId, _catalog.Lake.Time.GetUtcNow());
        return Status(submissionId);
    }

    /// <summary>Notes who brought an organisation in: that person reviews none of its submissions.</summary>
    public void AddSponsor(string organisation, Principal sponsor)
    {
        CheckOrganisation(organisation, organisation);
        _desk.AddSponsor(organisation, sponsor.Name);
    }

    /// <summary>A submission as its organisation may see it: scores as the Ladder shows them, none of the hidden split before a decision, no logs.</summary>
    public Submission StatusForVendor(string submissionId, string organisation)
    {
        var submission = Own(submissionId, organisation);
        var decided = submission.State is SubmissionState.Released or SubmissionState.Refused or SubmissionState.Revoked || submission.State == SubmissionState.ScoredHidden;
        return submission with
        {
            Runs = [],
            Scores = [.. submission.Scores.Where(score => score.Metric == _scenarios.Of(_store.Find(submissionId)!).Scenario.Metric).Select(score => score.Split == "public" ? Shown(submissionId, score) : decided ? score : null).OfType<Evaluation>()],
        };
    }

    /// <summary>What a run printed, for reviewers only: it may carry rows that the run read.</summary>
    /// <exception cref="ReleaseRefusedException">Not a reviewer of another organisation.</exception>
    public IReadOnlyDictionary<string, string> Logs(string submissionId, Principal reviewer)
    {
        var submission = Status(submissionId);
        ReleaseRules.CheckReviewer(submission, _catalog.Access.Find(reviewer.Name), _desk.Sponsors(submission.Organisation));
        Audit("sandbox.read_logs", reviewer, submission);
        var logs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var run in submission.Runs)
            foreach (var name in new[] { "stdout.txt", "stderr.txt" })
                if (Path.Combine(_folders.Run(submissionId, run.Split), name) is var file && File.Exists(file))
                    logs[$"{run.Split}/{name}"] = File.ReadAllText(file) is { Length: > 65536 } text ? text[..65536] : File.ReadAllText(file);
        return logs;
    }

    /// <summary>Removes what ended submissions printed and wrote, once it has been kept long enough: scores, records and the audit chain stay. Released ones are kept whole.</summary>
    /// <returns>Run folders removed.</returns>
    public int Retain(TimeSpan keep)
    {
        var before = _catalog.Lake.Time.GetUtcNow() - keep;
        var removed = 0;
        foreach (var submission in Submissions().Where(s => s.ChangedAt < before && s.State is SubmissionState.Failed or SubmissionState.Cancelled or SubmissionState.Refused or SubmissionState.Revoked))
            if (submission.ChangedAt < before && Directory.Exists(Path.GetDirectoryName(_folders.Run(submission.Id, "any"))))
            {
                Directory.Delete(Path.GetDirectoryName(_folders.Run(submission.Id, "any"))!, recursive: true);
                removed++;
            }
        return removed;
    }

    private Evaluation? Shown(string submissionId, Evaluation score) =>
        _desk.Shown(submissionId) is { } shown ? score with { Score = shown, Low = shown, High = shown } : null;

    private Submission Own(string submissionId, string organisation) =>
        Status(submissionId) is { } submission && submission.Organisation == organisation ? submission : throw new SubmissionNotFoundException(submissionId);

    private Submission CheckRelease(string submissionId, Principal reviewer, string purpose)
    {
        var submission = Status(submissionId);
        ReleaseRules.Check(submission, _catalog.Access.Find(reviewer.Name), _desk.Sponsors(submission.Organisation), purpose);
        if (submission.Release is null && _desk.Terms(submissionId) is { } terms && terms.Purpose != purpose)
            throw new ReleaseRefusedException(submissionId, $"the first reviewer approved it for '{terms.Purpose}', not for '{purpose}'.");
        return submission;
    }

    private async Task<Submission> EndAsync(string submissionId, Principal reviewer, SubmissionState from, SubmissionState to, string reason, string action, CancellationToken cancellationToken)
    {
        using var mine = await LockAsync(submissionId, cancellationToken);
        var submission = Status(submissionId);
        ReleaseRules.CheckReviewer(submission, _catalog.Access.Find(reviewer.Name), _desk.Sponsors(submission.Organisation));
        if (string.IsNullOrWhiteSpace(reason))
            throw new ReleaseRefusedException(submissionId, "a reason is needed; the vendor reads it.");
        if (submission.State == to)
            return submission;
        if (submission.State != from)
            throw new ReleaseRefusedException(submissionId, $"it is in state {submission.State}; {from} is needed.");
        Audit(action, reviewer, submission);
        _store.Move(submissionId, from, to, _catalog.Lake.Time.GetUtcNow(), _options.RunId, new(to.ToString().ToLowerInvariant(), reason.Trim()));
        return Status(submissionId);
    }

    private void Audit(string action, Principal by, Submission submission, params (string Name, string Value)[] more)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["submission"] = submission.Id, ["scenario"] = submission.Scenario, ["organisation"] = submission.Organisation };
        foreach (var (name, value) in more)
            details[name] = value;
        _catalog.Audit.Append(action, by.Name, details);
    }
}
