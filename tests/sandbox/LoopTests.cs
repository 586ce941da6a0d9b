using Plinth.Catalog;
using Plinth.Sandbox;

namespace Plinth.Tests;

/// <summary>The whole way on the sample's real requests: publish, submit, run, score, rank, release, run on newest rows.</summary>
public sealed class LoopTests
{
    private const string Purpose = "advice:service";

    [Fact]
    public async Task Two_vendors_answer_a_scenario_one_is_released_and_advises_on_the_newest_requests()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        var scenario = await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        scenario.DatasetVersion.Should().Be(0);

        var good = await sandbox.SubmitAsync(scenario.Id, "acme", GivenLake.Submission("agency-naive-bayes"));
        var weak = await sandbox.SubmitAsync(scenario.Id, "beta", GivenLake.Submission("agency-majority"));
        good.State.Should().Be(SubmissionState.Submitted);
        good.Unchanged.Should().BeFalse();
        good = await sandbox.ProcessAsync(good.Id);
        weak = await sandbox.ProcessAsync(weak.Id);
        good.Failure.Should().BeNull();
        good.State.Should().Be(SubmissionState.ScoredHidden);
        weak.State.Should().Be(SubmissionState.ScoredHidden);
        good.Runs.Select(run => (run.Split, run.Outcome)).Should().Equal(("public", "completed"), ("hidden", "completed"));
        good.Runs.Should().OnlyContain(run => run.Verdict.StartsWith("passed ") && run.Backend.StartsWith("bubblewrap"));

        var board = await sandbox.LeaderboardAsync(scenario.Id);
        board.Select(line => (line.Rank, line.Organisation)).Should().Equal((1, "acme"), (2, "beta"), (null, "baseline: most frequent label"));
        board[0].Hidden.Score.Should().BeApproximately(0.9965, 0.0001);
        board[0].Hidden.Rows.Should().Be(983);
        board[1].Hidden.Score.Should().BeApproximately(0.9479, 0.0001);
        board[2].Hidden.Score.Should().BeApproximately(0.1112, 0.0001);
        board.Should().OnlyContain(line => line.Hidden.Low <= line.Hidden.Score && line.Hidden.Score <= line.Hidden.High);

        lake.Sql("sandbox.evaluation", "submission_id, split, metric, score").Should().HaveCount(8);
        (await sandbox.Invoking(s => s.RunReleasedAsync(good.Id, Purpose)).Should().ThrowAsync<ReleaseRefusedException>()).WithMessage("*it is not released (state ScoredHidden).");
        (await sandbox.ReleaseAsync(good.Id, Principal.Operator, Purpose)).State.Should().Be(SubmissionState.ScoredHidden, "one reviewer is not enough");
        lake.Catalog.Access.AddPrincipal(new("person:first", "city", ["reviewer"]));
        var released = await sandbox.ReleaseAsync(good.Id, lake.Catalog.Access.Find("person:first")!, Purpose);
        released.Deterministic.Should().BeTrue();
        released.State.Should().Be(SubmissionState.Released);
        lake.Sql("sandbox.release", "submission_id, approved_by, purpose").Should().ContainSingle().Which.Should().Equal(good.Id, "system:operator, person:first", Purpose);

        var run = await sandbox.RunReleasedAsync(good.Id, Purpose);
        run.Rows.Should().HaveCount(252);
        run.Rows.Should().OnlyContain(row => row.Confidence >= 0 && row.Confidence <= 1 && row.Key.Length > 0);
        run.Repeated.Should().BeFalse();
        var again = await sandbox.RunReleasedAsync(good.Id, Purpose);
        again.Repeated.Should().BeTrue();
        again.Rows.Should().Equal(run.Rows);
        (await sandbox.Invoking(s => s.RunReleasedAsync(good.Id, "something else")).Should().ThrowAsync<ReleaseRefusedException>()).WithMessage("*it is released for 'advice:service', not for 'something else'.");

        lake.Catalog.Audit.Verify().BrokenAt.Should().BeNull();
        lake.Catalog.Audit.Read().Select(line => line.Action).Should().Contain(["sandbox.published", "sandbox.submitted", "sandbox.ran_hidden", "sandbox.scored_hidden", "sandbox.released", "sandbox.ran_released"]);
    }
}
