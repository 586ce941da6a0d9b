using System.Text;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Sandbox;
using Plinth.Sandbox.Intake;
using Plinth.Sandbox.Scenarios;

namespace Plinth.Tests;

public sealed class ManifestTests
{
    [Fact]
    public void A_sound_manifest_gives_the_limits_it_asks_for_and_the_scenarios_for_the_rest()
    {
        var faults = new List<string>();
        var manifest = Read("""{"need":"agency-of-request","kind":"python","entry":"main.py","outputs":["predictions.csv"],"seed":7,"limits":{"memoryMegabytes":100}}""", faults);
        faults.Should().BeEmpty();
        manifest!.Seed.Should().Be(7);
        var limits = manifest.Limits(GivenScenario().Limits);
        limits.MemoryBytes.Should().Be(100L << 20);
        limits.WallClock.Should().Be(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void All_faults_of_a_manifest_are_listed_at_once()
    {
        var faults = new List<string>();
        Read("""{"need":"other","kind":"exe","entry":"run.sh","outputs":["a.csv","b.csv"],"seed":-1,"limits":{"memoryMegabytes":99999,"network":true},"hooks":{}}""", faults).Should().BeNull();
        faults.Should().BeEquivalentTo(
            "sandbox.json: field 'seed' is a whole number from 0 to 4294967295",
            "sandbox.json: field 'limits.memoryMegabytes' is a whole number from 16 to 512",
            "sandbox.json: field 'limits.network' is not known",
            "sandbox.json: field 'hooks' is not known",
            "sandbox.json: need 'other' is not the scenario submitted to, 'agency-of-request'",
            "sandbox.json: kind 'exe' is not known; known are python, executable, sql, onnx",
            "sandbox.json: outputs must be exactly [\"predictions.csv\"]");
    }

    [Theory]
    [InlineData("[1, 2]", "sandbox.json: field 'need' is missing or not a text")]
    [InlineData("{", "sandbox.json: line 1: it is not JSON")]
    [InlineData("""{"need":"agency-of-request","need":"agency-of-request","kind":"python","entry":"main.py","outputs":["predictions.csv"]}""", "sandbox.json: field 'need' is there twice")]
    public void What_is_no_manifest_is_refused(string json, string fault)
    {
        var faults = new List<string>();
        Read(json, faults).Should().BeNull();
        faults.Should().Contain(fault);
    }

    [Fact]
    public void The_shipped_scenario_withholds_the_agencys_own_triage_and_its_splits_follow_each_other()
    {
        var scenario = GivenScenario();
        scenario.Features.Should().Equal("category", "description", "location_type");
        scenario.Withheld.Keys.Should().Equal("service_name");
        scenario.Public.From.Should().Be(scenario.Train.Until);
        scenario.Hidden.From.Should().Be(scenario.Public.Until);
        scenario.Production.From.Should().Be(scenario.Hidden.Until);
    }

    [Fact]
    public void All_faults_of_a_scenario_are_listed_at_once()
    {
        var yaml = SandboxService.ShippedScenarios["agency-of-request"]
            .Replace("features: [category, description, location_type]", "features: [category, colour, service_name, agency_responsible]")
            .Replace("metric: macro_f1", "metric: roc").Replace("memoryMegabytes: 512", "memoryMegabytes: 1")
            .Replace("hidden: {from: 2025-02-27T00:00:00Z", "hidden: {from: 2025-02-26T00:00:00Z") + "prize: 5\n";
        FluentActions.Invoking(() => ScenarioFile.Read(yaml, "x.yaml", Datasets.Value)).Should().Throw<ScenarioException>().Which.Faults.Should().BeEquivalentTo(
            "field 'prize' is not known",
            "field 'limits.memoryMegabytes' is a whole number from 64 to 16384",
            $"metric 'roc' is not known; known are {Sandbox.Scoring.Metrics.MetricName.All}",
            "'hotline.service_request' has no column 'colour'",
            "the label is among the features",
            "'service_name' is both a feature and withheld",
            "split hidden must begin where public ends, or later");
    }

    internal static readonly Lazy<IReadOnlyDictionary<TableName, DatasetContract>> Datasets = new(() =>
    {
        using var folder = new TemporaryFolder();
        using var lake = Lake.Open(new(folder.Path));
        using var catalog = CityCatalog.Open(lake);
        return catalog.Datasets;
    });

    internal static Scenario GivenScenario() => ScenarioFile.Read(SandboxService.ShippedScenarios["agency-of-request"], "agency-of-request", Datasets.Value);

    private static Manifest? Read(string json, List<string> faults) => Manifest.Read(Encoding.UTF8.GetBytes(json), GivenScenario(), ["sandbox.json", "main.py"], faults);
}
