using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Tests;

namespace Plinth.Modules.Tests;

public sealed class FindingDeskTests : IDisposable
{
    private static readonly Lineage Lineage = new(["table:hotline.service_request@1"], "run-1", "test");
    private readonly TemporaryFolder _folder = new();
    private readonly Lake _lake;
    private readonly CityCatalog _catalog;
    private readonly FindingDesk _desk;

    public FindingDeskTests()
    {
        _lake = Lake.Open(new(_folder["lake"]));
        _catalog = CityCatalog.Open(_lake);
        _desk = new(_catalog);
    }

    public void Dispose()
    {
        _catalog.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_finding_becomes_a_proposal_of_its_module_and_of_no_other()
    {
        await _desk.AddFindingsAsync([Advice("1", "NYPD"), Advice("2", "DSNY")], new("batch", 1), Lineage);
        (await _desk.ProposeAsync(CityModules.Find("drone")!, "run-1", "test")).Should().Be(0);
        (await _desk.ProposeAsync(CityModules.Find("service")!, "run-1", "test")).Should().Be(2);
        var proposals = await _desk.ListAsync("service");
        proposals.Should().HaveCount(2).And.AllSatisfy(p => p.Should().Match<ProposalState>(s => s.Action == "dispatch" && s.State == "open"));
        proposals.Select(p => p.Value).Should().BeEquivalentTo("NYPD", "DSNY");
        (await _desk.ListAsync("drone")).Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_findings_in_another_batch_are_not_added_again()
    {
        (await _desk.AddFindingsAsync([Advice("1", "NYPD")], new("a", 1), Lineage)).Should().Be(1);
        (await _desk.AddFindingsAsync([Advice("1", "NYPD"), Advice("2", "DPR")], new("b", 1), Lineage)).Should().Be(1);
        (await _desk.AddFindingsAsync([Advice("3", "DPR")], new("b", 1), Lineage)).Should().Be(0, "that batch is there");
        await _desk.ProposeAsync(CityModules.Find("service")!, "run-1", "test");
        (await _desk.ProposeAsync(CityModules.Find("service")!, "run-2", "test")).Should().Be(0);
        (await _desk.CountAsync("service"))["open"].Should().Be(2);
    }

    [Fact]
    public async Task Advice_that_its_own_algorithm_doubts_is_no_proposal()
    {
        await _desk.AddFindingsAsync([Advice("1", "NYPD") with { Confidence = 0.49 }, Advice("2", "NYPD") with { Confidence = 0.5 }], new("batch", 1), Lineage);
        (await _desk.ProposeAsync(CityModules.Find("service")!, "run-1", "test")).Should().Be(1);
    }

    [Fact]
    public async Task What_a_person_decides_is_kept_and_the_last_decision_counts()
    {
        var id = await ProposedAsync();
        (await DecideAsync(id, Decision.Accepted)).Should().Be(1);
        (await DecideAsync(id, Decision.Accepted)).Should().Be(0, "it stands so already");
        (await DecideAsync(id, Decision.Corrected, "DSNY")).Should().Be(1);
        (await DecideAsync(id, Decision.Corrected, "DPR")).Should().Be(1);
        (await DecideAsync(id, Decision.Accepted)).Should().Be(1, "a mind may be changed back");
        var state = (await _desk.ListAsync("service")).Single();
        state.State.Should().Be("accepted");
        state.CorrectedValue.Should().BeNull();
        var feedback = await _lake.ReadAsync(Verdict.Table);
        feedback.Files.Sum(f => f.Rows).Should().Be(4);
    }

    [Fact]
    public async Task A_wrong_decision_is_refused_whole_with_every_fault()
    {
        var id = await ProposedAsync();
        var decide = () => _desk.DecideAsync("service", [new("urn:none", Decision.Accepted, null, "li"), new(id, Decision.Corrected, " ", "li"), new(id, Decision.Accepted, null, "li")], "run", "test").AsTask();
        (await decide.Should().ThrowAsync<ProposalException>()).Which.Message.Should().Be(
            $"the service module has no proposal 'urn:none'; 'plinth service list' shows those it has; a correction of '{id}' must say the right value");
        (await _desk.ListAsync("service")).Single().State.Should().Be("open");
    }

    [Fact]
    public async Task Another_modules_proposal_cannot_be_decided()
    {
        var id = await ProposedAsync();
        var decide = () => _desk.DecideAsync("traffic", [new(id, Decision.Accepted, null, "li")], "run", "test").AsTask();
        await decide.Should().ThrowAsync<ProposalException>();
    }

    [Theory]
    [InlineData("drone", FindingKinds.LowOverlap, "refly")]
    [InlineData("traffic", FindingKinds.SlowTraffic, "review_signal_plan")]
    [InlineData("traffic", FindingKinds.SilentDetector, "inspect_detector")]
    public void Each_module_answers_its_kinds_of_finding_and_leaves_others(string module, string kind, string action)
    {
        CityModules.Find(module)!.Propose(Advice("1", "x") with { Kind = kind })!.Value.Action.Should().Be(action);
        CityModules.Find(module)!.Propose(Advice("1", "x") with { Kind = "something_new" }).Should().BeNull();
    }

    private async Task<string> ProposedAsync()
    {
        await _desk.AddFindingsAsync([Advice("1", "NYPD")], new("batch", 1), Lineage);
        await _desk.ProposeAsync(CityModules.Find("service")!, "run-1", "test");
        return (await _desk.ListAsync("service")).Single().ProposalId;
    }

    private ValueTask<int> DecideAsync(string id, Decision decision, string? value = null) => _desk.DecideAsync("service", [new(id, decision, value, "person:li")], "run-2", "test");

    private static Finding Advice(string order, string agency) => new(FindingDesk.Identify("finding", order, agency), "service", FindingKinds.AgencyAdvice, $"urn:plinth:service_request:test:{order}",
        agency, 0.9, "test/1", null, "run-1", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "{}", 113.2, 23.4);
}
