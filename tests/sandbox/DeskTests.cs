using Plinth.Catalog;
using Plinth.Sandbox;
using Plinth.Sandbox.Lifecycle;

namespace Plinth.Tests;

/// <summary>What people decide about a submission, and what becomes of what it left.</summary>
public sealed class DeskTests
{
    [Fact]
    public async Task A_release_that_is_revoked_runs_no_more_the_vendor_reads_why_and_its_output_goes_once_kept_long_enough()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var id = (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"))).Id;
        await sandbox.ProcessAsync(id);
        await Refused(() => sandbox.RevokeAsync(id, Principal.Operator, "too early"), "*it is in state ScoredHidden; Released is needed*");
        await lake.ReleaseAsync(sandbox, id);
        var (first, runs) = (lake.Catalog.Access.Find("person:first")!, Path.Combine(lake.Root, "sandbox", "runs", id));
        (await sandbox.RunReleasedAsync(id, "advice:service")).Rows.Should().NotBeEmpty();

        lake.Catalog.Access.AddPrincipal(new("person:inside", "acme", ["reviewer"]));
        await Refused(() => sandbox.RevokeAsync(id, lake.Catalog.Access.Find("person:inside")!, "ours"), "*belongs to acme*");
        await Refused(() => sandbox.RevokeAsync(id, first, " "), "*a reason is needed*");
        await Refused(() => sandbox.RefuseAsync(id, first, "late"), "*it is in state Released; ScoredHidden is needed*");
        sandbox.Retain(TimeSpan.Zero).Should().Be(0, "what is released is kept whole");
        (await sandbox.RevokeAsync(id, first, "drifts since June")).State.Should().Be(SubmissionState.Revoked);
        (await sandbox.RevokeAsync(id, first, "again")).Failure!.Message.Should().Be("drifts since June", "the first decision stands");
        sandbox.StatusForVendor(id, "acme").Failure.Should().Be(new SubmissionFailure("revoked", "drifts since June"));
        await Refused(() => sandbox.RunReleasedAsync(id, "advice:service"), "*it is not released (state Revoked)*");
        await Refused(() => sandbox.ReleaseAsync(id, first, "advice:service"), "*state Revoked*");

        sandbox.Retain(TimeSpan.FromDays(1)).Should().Be(0);
        Directory.Exists(runs).Should().BeTrue();
        sandbox.Retain(TimeSpan.Zero).Should().Be(1);
        Directory.Exists(runs).Should().BeFalse();
        sandbox.Status(id).Scores.Should().NotBeEmpty("scores and records stay");
        lake.Catalog.Audit.Read().Count(line => line.Action == "sandbox.revoked").Should().Be(1);
        lake.Catalog.Audit.Read().Where(line => line.Action is "sandbox.ran_public" or "sandbox.ran_hidden").Select(line => line.Details["input"]).Should().HaveCount(2).And.OnlyContain(input => input == "hotline.service_request@0");
    }

    [Fact]
    public async Task A_submission_that_is_turned_down_is_an_end()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var id = (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"))).Id;
        await Refused(() => sandbox.RefuseAsync(id, Principal.Operator, "unseen"), "*it is in state Submitted; ScoredHidden is needed*");
        await sandbox.ProcessAsync(id);
        (await sandbox.RefuseAsync(id, Principal.Operator, "no better than the trivial answer")).State.Should().Be(SubmissionState.Refused);
        sandbox.StatusForVendor(id, "acme").Failure!.Message.Should().Be("no better than the trivial answer");
        await Refused(() => sandbox.ReleaseAsync(id, Principal.Operator, "advice:service"), "*state Refused*");
        (await sandbox.ProcessAsync(id)).State.Should().Be(SubmissionState.Refused);
        new SandboxStore(Path.Combine(lake.Root, "control")).Transitions(id)[^1].Should().Be(("ScoredHidden", "Refused"));
    }

    [Fact]
    public async Task After_twenty_failures_within_a_day_an_organisation_waits_and_others_do_not()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var store = new SandboxStore(Path.Combine(lake.Root, "control"));
        var now = lake.Lake.Time.GetUtcNow();
        for (var i = 0; i < Desk.FailuresADay; i++)
        {
            // the first of them failed more than a day ago
            var at = SandboxStore.Text(i == 0 ? now.AddDays(-1).AddMinutes(-1) : now.AddMinutes(-i));
            store.AddSubmission(new($"sub_{i:d16}", GivenLake.Scenario, "1", "acme", $"{i}", nameof(SubmissionState.Failed), at, at));
        }
        var id = (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"))).Id;
        store.Move(id, SubmissionState.Submitted, SubmissionState.Failed, now, "t", new("crash", "it ended with an error"));
        (await sandbox.Invoking(s => s.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-naive-bayes"))).Should().ThrowAsync<SubmissionRefusedException>())
            .WithMessage("*20 submissions of acme failed within a day; try them on the sample first*");
        (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"))).Id.Should().Be(id, "what is there already is only looked up");
        (await sandbox.SubmitAsync(GivenLake.Scenario, "linnan", GivenLake.Submission("agency-naive-bayes"))).State.Should().Be(SubmissionState.Submitted);
    }

    private static async Task Refused(Func<Task> what, string why) => (await what.Should().ThrowAsync<ReleaseRefusedException>()).WithMessage(why);
}
