using Plinth.Catalog;
using Plinth.Sandbox;

namespace Plinth.Jobs;

/// <summary>The scenario, its submissions, the release of the best.</summary>
internal static class SandboxSteps
{
    internal const string Scenario = "agency-of-request";
    internal const string Purpose = "advice:service";

    private static readonly Principal[] Reviewers = [new("person:reviewer", "district-office", ["reviewer"]), new("person:second-reviewer", "data-office", ["reviewer"])];

    internal static SandboxService Open(StepContext context) => SandboxService.Open(context.Catalog, new() { RunId = context.RunId, CodeVersion = context.CodeVersion });

    /// <summary>Each folder of <paramref name="submissions"/> is handed in by the organisation its name ends in: <c>agency-naive-bayes@linnan</c>.</summary>
    internal static PipelineStep Score(string submissions) => new("score-submissions", "running submissions in isolation", ["hotline.service_request", $"files:{submissions}"], ["sandbox.evaluation"], async (context, cancellationToken) =>
    {
        using var sandbox = Open(context);
        if (await sandbox.IsolationAsync(cancellationToken) is { Available: false } verdict)
            throw new StepPostponedException($"submissions are not run: {verdict.Reason}");
        await sandbox.PublishAsync(Scenario, Principal.Operator, cancellationToken);
        List<string> said = [];
        foreach (var folder in Directory.GetDirectories(submissions).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(folder);
            var organisation = name[(name.IndexOf('@', StringComparison.Ordinal) + 1)..];
            var submission = await sandbox.SubmitAsync(Scenario, organisation, folder, cancellationToken);
            submission = await sandbox.ProcessAsync(submission.Id, new Lines(context.Progress), cancellationToken);
            said.Add(submission.Failure is { } failure ? $"{organisation} failed ({failure.Kind})"
                : $"{organisation} {submission.Scores.LastOrDefault(s => s.Split == "hidden")?.Score:0.000}");
        }

        return $"hidden split: {string.Join(", ", said)}";
    });

    internal static PipelineStep Release() => new("release-best", "releasing the best submission", ["sandbox.evaluation"], ["sandbox.release"], async (context, cancellationToken) =>
    {
        using var sandbox = Open(context);
        if (sandbox.Scenarios().All(s => s.Id != Scenario))
            return "no scenario is published";
        var lines = await sandbox.LeaderboardAsync(Scenario, cancellationToken);
        var best = lines.FirstOrDefault(l => !l.IsBaseline);
        if (best is null)
            return "no submission has a score";
        var baseline = lines.First(l => l.IsBaseline);
        if (best.Hidden.Low <= baseline.Hidden.High)
            return "no submission is better than the trivial baseline";
        foreach (var reviewer in Reviewers)
        {
            // Their keys are not shown to anybody: nobody signs in as these persons, the pipeline acts for their offices.
            context.Catalog.Access.AddPrincipal(reviewer);
            await sandbox.ReleaseAsync(best.SubmissionId!, reviewer, Purpose, cancellationToken: cancellationToken);
        }

        return $"{best.Organisation}'s, by {string.Join(" and ", Reviewers.Select(r => r.Name))}, for '{Purpose}'";
    });

    private sealed class Lines(IProgress<string> progress) : IProgress<SandboxProgress>
    {
        public void Report(SandboxProgress value) => progress.Report($"{value.State}: {value.Message}");
    }
}
