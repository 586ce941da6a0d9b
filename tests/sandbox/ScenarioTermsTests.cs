using Plinth.Sandbox;

namespace Plinth.Tests;

/// <summary>Dates, places on the hidden split, and many scenarios at once.</summary>
public sealed class ScenarioTermsTests
{
    [Fact]
    public async Task Submissions_are_taken_between_the_dates_only_and_many_scenarios_stand_side_by_side()
    {
        using var lake = GivenLake.Empty();
        await lake.AddAsync("module.finding", ScenarioKindTests.Findings(i => i, i => "k" + i % 3));
        using var sandbox = lake.Open();
        for (var i = 0; i < 36; i++)
            await ScenarioKindTests.PublishAsync(lake, sandbox, Of($"need-{i:00}", i switch { 0 => "opens: 2999-01-01T00:00:00Z\n", 1 => "closes: 2020-01-01T00:00:00Z\n", 2 => "opens: 2020-01-01T00:00:00Z\ncloses: 2999-01-01T00:00:00Z\n", _ => "" }));
        sandbox.Scenarios().Select(s => s.Id).Should().Equal(Enumerable.Range(0, 36).Select(i => $"need-{i:00}"));

        (await RefusedAsync("need-00")).Should().Contain("'need-00' takes submissions from 2999-01-01 00:00Z");
        (await RefusedAsync("need-01")).Should().Contain("'need-01' takes submissions until 2020-01-01 00:00Z");
        (await SubmitAsync("need-02")).Scenario.Should().Be("need-02");
        (await SubmitAsync("need-35")).State.Should().Be(SubmissionState.ScoredHidden);
        sandbox.Submissions("need-35").Should().ContainSingle();
        (await sandbox.LeaderboardAsync("need-34")).Should().ContainSingle(line => line.IsBaseline);

        Task<Submission> SubmitAsync(string scenario) => ScenarioKindTests.SubmitAsync(lake, sandbox, "acme", "r['finding_id'] + ',1'", "finding_id,confidence", scenario);
        async Task<string> RefusedAsync(string scenario) => (await FluentActions.Invoking(() => SubmitAsync(scenario)).Should().ThrowAsync<SubmissionRefusedException>()).Which.Message;
    }

    [Fact]
    public async Task Where_finals_are_chosen_a_submission_waits_on_the_public_split_until_its_organisation_names_it()
    {
        using var lake = GivenLake.Empty();
        await lake.AddAsync("module.finding", ScenarioKindTests.Findings(i => i, i => "k" + i % 3));
        using var sandbox = lake.Open();
        await ScenarioKindTests.PublishAsync(lake, sandbox, Of("chosen", "finals: 1\nfinalsAreChosen: true\n"));
        var first = await ScenarioKindTests.SubmitAsync(lake, sandbox, "acme", "r['finding_id'] + ',1'", "finding_id,confidence", "chosen");
        var second = await ScenarioKindTests.SubmitAsync(lake, sandbox, "acme", "r['finding_id'] + ',2'", "finding_id,confidence", "chosen");
        (first.State, second.State).Should().Be((SubmissionState.ScoredPublic, SubmissionState.ScoredPublic));
        sandbox.ChooseFinal(second.Id, "acme");
        (await sandbox.ProcessAsync(first.Id)).State.Should().Be(SubmissionState.ScoredPublic);
        (await sandbox.ProcessAsync(second.Id)).State.Should().Be(SubmissionState.ScoredHidden);
        (await sandbox.LeaderboardAsync("chosen"))[0].SubmissionId.Should().Be(second.Id);
    }

    private static string Of(string id, string more) => ScenarioKindTests.Yaml("module.finding", "finding_id", "found_at", "kind", "confidence", "mae", "answer: number\n" + more).Replace("id: kind", $"id: {id}");
}
