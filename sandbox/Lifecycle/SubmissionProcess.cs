using System.Text.Json;
using Plinth.Catalog;
using Plinth.Sandbox.Intake;
using Plinth.Sandbox.Scenarios;
using Plinth.Sandbox.Scoring;

namespace Plinth.Sandbox.Lifecycle;

/// <summary>Drives one submission from state to state. Each step does its work in a way that may be repeated, and only then notes the next state: after a crash anywhere the same step runs again and finds its work done, or does it.</summary>
internal sealed class SubmissionProcess(CityCatalog catalog, SandboxOptions options, SandboxStore store, SubmissionFolder folders, ScenarioDoor door, SandboxTables tables, SubmissionRunner runner, IsolatedScorer scorer, Desk desk)
{
    public async Task DriveAsync(string id, Func<SubmissionRecord, (Scenario Scenario, ScenarioFacts Facts)> scenarioOf, IProgress<SandboxProgress>? progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            var submission = store.Find(id) ?? throw new SubmissionNotFoundException(id);
            var state = Enum.Parse<SubmissionState>(submission.State);
            var (scenario, facts) = scenarioOf(submission);
            progress?.Report(new(id, state, Describe(state)));
            if (state < SubmissionState.ScoredHidden && desk.IsCancelled(id))
            {
                Record(submission, SubmissionState.Cancelled, null);
                store.Move(id, state, SubmissionState.Cancelled, catalog.Lake.Time.GetUtcNow(), options.RunId, new("cancelled", "its organisation took it back"));
                return;
            }
            if (state == SubmissionState.ScoredPublic && !desk.TakeFinal(submission, scenario, catalog.Lake.Time.GetUtcNow()))
                return; // waits: the organisation has chosen others for the hidden split, or none yet
            var (next, failure) = state switch
            {
                SubmissionState.Submitted => await ScreenAsync(submission, scenario, cancellationToken),
                SubmissionState.Screened => await RunAsync(submission, scenario, facts, ScenarioDoor.Public, scenario.Public, SubmissionState.RanPublic, cancellationToken),
                SubmissionState.RanPublic => await ScoreAsync(submission, scenario, facts, ScenarioDoor.Public, scenario.Public, SubmissionState.ScoredPublic, cancellationToken),
                SubmissionState.ScoredPublic => await RunAsync(submission, scenario, facts, ScenarioDoor.Hidden, scenario.Hidden, SubmissionState.RanHidden, cancellationToken),
                SubmissionState.RanHidden => await ScoreAsync(submission, scenario, facts, ScenarioDoor.Hidden, scenario.Hidden, SubmissionState.ScoredHidden, cancellationToken),
                SubmissionState.UnderReview => await ReleaseAsync(submission, scenario, facts, cancellationToken),
                _ => (state, null),
            };
            if (failure is not null)
                next = SubmissionState.Failed;
            if (next == state)
                return;
            options.Checkpoint?.Invoke($"{next}");
            Record(submission, next, failure);
            store.Move(id, state, next, catalog.Lake.Time.GetUtcNow(), options.RunId, failure);
        }
    }

    private async Task<(SubmissionState, SubmissionFailure?)> ScreenAsync(SubmissionRecord submission, Scenario scenario, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var code = await Task.Run(() => folders.Vault.Open(submission.ContentSha256), cancellationToken);
        Manifest.Read(code[Manifest.FileName], scenario, code.Keys, faults);
        return (SubmissionState.Screened, faults.Count == 0 ? null : new("manifest", string.Join("; ", faults)));
    }

    private async Task<(SubmissionState, SubmissionFailure?)> RunAsync(SubmissionRecord submission, Scenario scenario, ScenarioFacts facts, string split, TimeSlice slice, SubmissionState next, CancellationToken cancellationToken)
    {
        var (summary, failure) = await runner.RunAsync(submission, scenario, facts, split, split,
            (folder, cancel) => door.WriteInputsAsync(scenario, submission.Organisation, split, slice, folder, cancel), cancellationToken);
        options.Checkpoint?.Invoke($"{next}:stored");
        var hash = failure is null ? (await runner.OutputAsync(submission.Id, split, scenario, facts, cancellationToken)).Sha256 : "";
        store.SaveRun(new(submission.Id, split, JsonSerializer.Serialize(summary), hash, null));
        return (next, failure);
    }

    private async Task<(SubmissionState, SubmissionFailure?)> ScoreAsync(SubmissionRecord submission, Scenario scenario, ScenarioFacts facts, string split, TimeSlice slice, SubmissionState next, CancellationToken cancellationToken)
    {
        var (predictions, hash) = await runner.OutputAsync(submission.Id, split, scenario, facts, cancellationToken);
        var scores = await scorer.ScoreAsync(ScoreSpec.Of(scenario, split), (file, cancel) => door.WriteTruthAsync(scenario, split, slice, file, cancel), predictions.ToCsv(scenario), cancellationToken);
        await tables.AddScoresAsync(submission, scenario, split, scores, hash, cancellationToken);
        options.Checkpoint?.Invoke($"{next}:committed");
        store.SaveScores(submission.Id, split, JsonSerializer.Serialize(scores, Scoring.Inside.ScorerProgram.Json));
        if (split == ScenarioDoor.Public)
            desk.Reveal(submission, scenario, scores.First(score => score.Metric == scenario.Metric).Score, catalog.Lake.Time.GetUtcNow());
        return (next, null);
    }

    private async Task<(SubmissionState, SubmissionFailure?)> ReleaseAsync(SubmissionRecord submission, Scenario scenario, ScenarioFacts facts, CancellationToken cancellationToken)
    {
        await RepeatAsync(submission, scenario, facts, cancellationToken);
        var release = new SubmissionRelease(submission.ApprovedBy!, submission.Purpose!, SandboxStore.Time(submission.ApprovedAt!), SandboxStore.Time(submission.ExpiresAt!));
        await tables.AddReleaseAsync(submission, release, cancellationToken);
        options.Checkpoint?.Invoke("Released:committed");
        return (SubmissionState.Released, null);
    }

    /// <summary>The public run once more, with the same seed: the same output, or the submission is marked as one that answers by chance.</summary>
    private async Task RepeatAsync(SubmissionRecord submission, Scenario scenario, ScenarioFacts facts, CancellationToken cancellationToken)
    {
        var (_, failure) = await runner.RunAsync(submission, scenario, facts, ScenarioDoor.Public, "repeat",
            (folder, cancel) => door.WriteInputsAsync(scenario, submission.Organisation, ScenarioDoor.Public, scenario.Public, folder, cancel), cancellationToken);
        var same = failure is null && (await runner.OutputAsync(submission.Id, "repeat", scenario, facts, cancellationToken)).Sha256 == store.Runs(submission.Id).Single(run => run.Split == ScenarioDoor.Public).OutputSha256;
        desk.SaveRepeat(submission.Id, same);
    }

    /// <summary>Before the state is noted: after a crash the chain may tell of a step twice, never miss one.</summary>
    private void Record(SubmissionRecord submission, SubmissionState next, SubmissionFailure? failure)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["submission"] = submission.Id, ["scenario"] = submission.Scenario, ["organisation"] = submission.Organisation, ["content"] = submission.ContentSha256, ["run"] = options.RunId,
        };
        if (failure is not null)
            details["failure"] = failure.Kind;
        if (next == SubmissionState.Released)
            (details["purpose"], details["until"], details["deterministic"]) = (submission.Purpose!, submission.ExpiresAt!, desk.Repeated(submission.Id) == true ? "yes" : "no");
        foreach (var run in store.Runs(submission.Id).Where(run => next is SubmissionState.RanPublic && run.Split == ScenarioDoor.Public || next is SubmissionState.RanHidden && run.Split == ScenarioDoor.Hidden))
        {
            var summary = JsonSerializer.Deserialize<RunSummary>(run.Summary)!;
            (details["output"], details["isolation"], details["filter"], details["arguments"], details["verdict"]) = (run.OutputSha256, summary.Backend, summary.FilterSha256, summary.ArgumentsSha256, summary.Verdict);
            details["soft"] = string.Join("; ", summary.SoftLimits);
            (details["input"], details["runtime"], details["host"], details["limits"]) = (summary.Input, summary.Runtime, Environment.MachineName, string.Join("; ", summary.LimitsReached));
        }
        catalog.Audit.Append($"sandbox.{Word(next)}", next == SubmissionState.Released ? submission.ApprovedBy! : $"run:{submission.Organisation}", details);
    }

    private static string Word(SubmissionState state) => state switch
    {
        SubmissionState.RanPublic => "ran_public",
        SubmissionState.ScoredPublic => "scored_public",
        SubmissionState.RanHidden => "ran_hidden",
        SubmissionState.ScoredHidden => "scored_hidden",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static string Describe(SubmissionState state) => state switch
    {
        SubmissionState.Submitted => "checking the manifest",
        SubmissionState.Screened => "running on the public split",
        SubmissionState.RanPublic => "scoring the public split",
        SubmissionState.ScoredPublic => "running on the hidden split",
        SubmissionState.RanHidden => "scoring the hidden split",
        SubmissionState.ScoredHidden => "scored; waits for a reviewer",
        SubmissionState.UnderReview => "writing the release",
        SubmissionState.Released => "released",
        _ => "failed",
    };
}
