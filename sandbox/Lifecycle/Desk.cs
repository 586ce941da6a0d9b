using System.Collections.Immutable;
using Plinth.Sandbox.Scoring;

namespace Plinth.Sandbox.Lifecycle;

/// <summary>What people decided about submissions, and what vendors were shown. Every method may be repeated.</summary>
internal sealed class Desk(SandboxStore store)
{
    /// <summary>Scores shown to an organisation a day and in all, for one scenario; failed submissions a day.</summary>
    internal const int RevealsADay = 3, RevealsInAll = 30, FailuresADay = 20, ApprovalsNeeded = 2;

    public void Approve(string submission, string reviewer, string purpose, DateTimeOffset expires, DateTimeOffset at) =>
        store.Execute(DeskSql.Approve, new { submission, reviewer, purpose, expires = SandboxStore.Text(expires), at = SandboxStore.Text(at) });

    public ImmutableArray<string> Approvals(string submission) => [.. store.Query<string>(DeskSql.Approvals, new { submission })];

    /// <summary>What the first approval was for, and the earliest end that any reviewer set; null before the first.</summary>
    public (string Purpose, DateTimeOffset Expires)? Terms(string submission) =>
        store.Query<TermsRecord>(DeskSql.Terms, new { submission }) is [var terms] ? (terms.Purpose, SandboxStore.Time(terms.Expires)) : null;

    public void AddSponsor(string organisation, string principal) => store.Execute("INSERT INTO sponsor VALUES (@organisation, @principal) ON CONFLICT DO NOTHING", new { organisation, principal });

    public IReadOnlyCollection<string> Sponsors(string organisation) => store.Query<string>("SELECT principal FROM sponsor WHERE organisation = @organisation", new { organisation });

    public void Cancel(string submission, string by, DateTimeOffset at) =>
        store.Execute("INSERT INTO cancelled VALUES (@submission, @by, @at) ON CONFLICT DO NOTHING", new { submission, by, at = SandboxStore.Text(at) });

    public bool IsCancelled(string submission) => store.Query<string>("SELECT by FROM cancelled WHERE submission = @submission", new { submission }).Count > 0;

    public void Choose(string submission, DateTimeOffset at) => store.Execute("INSERT INTO chosen VALUES (@submission, @at) ON CONFLICT DO NOTHING", new { submission, at = SandboxStore.Text(at) });

    /// <summary>Gives a submission one of its organisation's places on the hidden split, if one is left (or it has one) and it was chosen where it must be.</summary>
    public bool TakeFinal(SubmissionRecord submission, Scenario scenario, DateTimeOffset at)
    {
        if (IsFinal(submission.Id))
            return true;
        if (scenario.FinalsAreChosen && store.Query<string>("SELECT submission FROM chosen WHERE submission = @Id", submission).Count == 0)
            return false;
        store.Execute(DeskSql.TakeFinal, new { submission.Id, submission.Scenario, submission.ScenarioVersion, submission.Organisation, at = SandboxStore.Text(at), most = scenario.Finals });
        return IsFinal(submission.Id);
    }

    /// <summary>Notes once what the organisation is shown of a public score: its Ladder, or nothing when it has seen enough today or in all.</summary>
    public void Reveal(SubmissionRecord submission, Scenario scenario, double score, DateTimeOffset at)
    {
        var before = store.Query<RevealRecord>(DeskSql.Revealed, submission);
        var today = before.Count(reveal => SandboxStore.Time(reveal.At) > at.AddDays(-1));
        double? shown = today >= RevealsADay || before.Count >= RevealsInAll ? null
            : Ladder.Show(before.Count == 0 ? null : before[^1].Shown, score, scenario.ScoreStep, !scenario.LowerIsBetter);
        store.Execute(DeskSql.Reveal, new { submission.Id, submission.Scenario, submission.ScenarioVersion, submission.Organisation, at = SandboxStore.Text(at), shown });
    }

    /// <summary>What the organisation was shown for a submission; null for nothing.</summary>
    public double? Shown(string submission) => store.Query<double?>("SELECT shown FROM reveal WHERE submission = @submission", new { submission }).SingleOrDefault();

    public void SaveRepeat(string submission, bool same) => store.Execute("INSERT INTO repeated VALUES (@submission, @same) ON CONFLICT DO NOTHING", new { submission, same });

    public bool? Repeated(string submission) => store.Query<long>("SELECT same FROM repeated WHERE submission = @submission", new { submission }) is [var same] ? same != 0 : null;

    public long FailedSince(string organisation, DateTimeOffset since) => store.Query<long>(DeskSql.Failed, new { organisation, since = SandboxStore.Text(since) }).Single();

    /// <summary>Submissions with work to do, and how lately each organisation was served.</summary>
    public IReadOnlyList<OpenRecord> Open() => store.Query<OpenRecord>(DeskSql.Open, null);

    public void Serve(string organisation) => store.Execute(DeskSql.Serve, new { organisation });

    private bool IsFinal(string submission) => store.Query<string>("SELECT submission FROM final WHERE submission = @submission", new { submission }).Count > 0;

    // by property: with no rows SQLite does not say that a computed column is a number, which a constructor needs
    internal sealed record OpenRecord
    {
        public string Id { get; init; } = "";
        public string Organisation { get; init; } = "";
        public string State { get; init; } = "";
        public string SubmittedAt { get; init; } = "";
        public long Turn { get; init; }
    }

    private sealed record RevealRecord(string Submission, string At, double Shown);

    private sealed record TermsRecord(string Purpose, string Expires);
}
