using System.Globalization;
using Plinth.Catalog;
using Plinth.Sandbox;
using Plinth.Sandbox.Scenarios;

namespace Plinth.Tests;

/// <summary>Each kind of answer from the published file to the leaderboard, scored inside the isolation.</summary>
public sealed class ScenarioKindTests
{
    private static readonly DateTime Begin = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Numbers_are_scored_for_all_rows_and_each_group_and_the_lower_error_leads()
    {
        using var lake = GivenLake.Empty();
        await lake.AddAsync("sensor.observation", Enumerable.Range(0, 40).Select(i => new Dictionary<string, object?>
        {
            ["datastream_id"] = i % 2 == 0 ? "north" : "south", ["phenomenon_time"] = Begin.AddHours(i), ["result"] = i % 2 == 0 ? 10.0 + i % 4 : 20.0, ["source_row"] = $"row-{i:00}",
        }));
        using var sandbox = lake.Open();
        await PublishAsync(lake, sandbox, Yaml("sensor.observation", "source_row", "phenomenon_time", "datastream_id", "result", "mae", "answer: number\ngroup: datastream_id\n"));
        var far = await SubmitAsync(lake, sandbox, "far", "r['source_row'] + ',15'", "source_row,result");
        var near = await SubmitAsync(lake, sandbox, "near", "r['source_row'] + ',' + {'north': '11.00000001', 'south': '2e1'}[r['datastream_id']]", "source_row,result");
        near.State.Should().Be(SubmissionState.ScoredHidden, near.Failure?.Message);
        near.Scores.Where(s => s.Split == "hidden").Select(s => (s.Metric, s.Score)).Should().Equal(
            ("mae", 0.5), ("rmse", Math.Sqrt(0.5)), ("mape", near.Scores.Single(s => s is { Split: "hidden", Metric: "mape" }).Score),
            ("mae[north]", 1), ("rmse[north]", 1), ("mape[north]", near.Scores.Single(s => s is { Split: "hidden", Metric: "mape[north]" }).Score), ("mae[south]", 0), ("rmse[south]", 0), ("mape[south]", 0));
        far.Scores.Single(s => s is { Split: "hidden", Metric: "mae" }).Score.Should().Be(4.6);
        var board = await sandbox.LeaderboardAsync("kind");
        board.Select(line => (line.Rank, line.Organisation)).Should().Equal((1, "near"), (2, "far"), (null, "baseline: median of the training rows"));

        var nan = await SubmitAsync(lake, sandbox, "nan", "r['source_row'] + ',NaN'", "source_row,result");
        nan.Failure.Should().Be(new SubmissionFailure("output", "predictions.csv: line 2 has a value that is not a number (and 9 more such lines)"));
    }

    [Fact]
    public async Task Ranks_are_scored_by_auc_and_by_precision_among_the_best()
    {
        using var lake = GivenLake.Empty();
        await lake.AddAsync("module.finding", Findings(i => i % 5 == 0 ? 1.0 : 0.0, i => i % 5 == 0 ? "hot" : "cold"));
        using var sandbox = lake.Open();
        await PublishAsync(lake, sandbox, Yaml("module.finding", "finding_id", "found_at", "kind", "confidence", "auc", "answer: rank\nmetrics: [precision_at_2, recall_at_1]\n"));
        var submission = await SubmitAsync(lake, sandbox, "acme", "r['finding_id'] + ',' + ('0.9' if r['kind'] == 'hot' else '-3')", "finding_id,confidence");
        submission.State.Should().Be(SubmissionState.ScoredHidden, submission.Failure?.Message);
        submission.Scores.Where(s => s.Split == "hidden").Select(s => (s.Metric, s.Score)).Should().Equal(("auc", 1), ("precision_at_2", 1), ("recall_at_1", 0.5));
        (await sandbox.LeaderboardAsync("kind"))[^1].Hidden.Score.Should().Be(0.5, "equal scores tell nothing");
    }

    [Fact]
    public async Task Shapes_may_be_any_number_a_picture_and_are_scored_by_overlap()
    {
        using var lake = GivenLake.Empty();
        // two true boxes in each picture: ten findings a picture id
        await lake.AddAsync("module.finding", Findings(_ => null, i => i % 2 == 0 ? "car" : "bus", subject: i => $"picture-{i / 2:00}", value: i => i % 2 == 0 ? "0 0 10 10" : "20 20 30 20 30 30 20 30"));
        using var sandbox = lake.Open();
        await PublishAsync(lake, sandbox, Yaml("module.finding", "subject_id", "found_at", "module", "kind", "map_50", "answer: shape\nshape: value\n"));
        var submission = await SubmitAsync(lake, sandbox, "acme", "r['subject_id'] + ',car,0.9,0 0 10 5.000000000001\\n' + r['subject_id'] + ',bus,0.5,100 100 110 110'", "subject_id,kind,confidence,value");
        submission.State.Should().Be(SubmissionState.ScoredHidden, submission.Failure?.Message);
        submission.Scores.Where(s => s.Split == "hidden").Select(s => (s.Metric, s.Score, s.Rows)).Should().Equal(("map_50", 0.5, 10), ("iou", 0.25, 10));

        var bad = await SubmitAsync(lake, sandbox, "bad", "r['subject_id'] + ',car,0.9,0 0 10'", "subject_id,kind,confidence,value");
        bad.Failure!.Message.Should().Contain("has a shape that is neither a box").And.Contain("line 2");
    }

    [Fact]
    public async Task Alarms_are_scored_by_their_delay()
    {
        using var lake = GivenLake.Empty();
        await lake.AddAsync("hotline.service_request", Enumerable.Range(0, 40).Select(i => new Dictionary<string, object?>
        {
            ["service_request_id"] = $"e-{i:00}", ["source"] = "test", ["status"] = "closed", ["requested_datetime"] = Begin.AddHours(i), ["closed_datetime"] = Begin.AddHours(i).AddMinutes(10),
            ["category"] = Begin.AddHours(i).ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture), ["source_row"] = $"row-{i:00}",
        }));
        using var sandbox = lake.Open();
        await PublishAsync(lake, sandbox, Yaml("hotline.service_request", "service_request_id", "requested_datetime", "category", "requested_datetime", "detection_delay", "answer: alarm\nuntil: closed_datetime\n"));
        var submission = await SubmitAsync(lake, sandbox, "acme", "r['service_request_id'] + ',' + str(__import__('datetime').datetime.fromisoformat(r['category']).timestamp() + 90)", "service_request_id,at");
        submission.State.Should().Be(SubmissionState.ScoredHidden, submission.Failure?.Message);
        submission.Scores.Where(s => s.Split == "hidden").Select(s => (s.Metric, s.Score)).Should().Equal(("detection_delay", 90), ("detected", 1), ("false_alarms", 0));
        (await sandbox.LeaderboardAsync("kind")).Select(line => (line.Rank, line.Organisation, line.Hidden.Score)).Should().Equal((1, "acme", 90), (null, "baseline: no alarm", 600));
    }

    [Fact]
    public async Task A_publishers_sql_scores_inside_the_isolation_and_what_fails_there_gives_no_score()
    {
        using var lake = GivenLake.Empty();
        await lake.AddAsync("module.finding", Findings(i => i, i => "k" + i % 3));
        using var sandbox = lake.Open();
        const string Sql = "answer: number\nscorer: SELECT sum(greatest(t.value - a.confidence, 0)) + 2 * sum(greatest(a.confidence - t.value, 0)) AS cost, count(*) AS rows FROM truth t JOIN answer a USING (finding_id)\nlowerIsBetter: true\n";
        await PublishAsync(lake, sandbox, Yaml("module.finding", "finding_id", "found_at", "kind", "confidence", "cost", Sql));
        var submission = await SubmitAsync(lake, sandbox, "acme", "r['finding_id'] + ',' + str(int(r['finding_id'][-2:]) + 1)", "finding_id,confidence");
        submission.State.Should().Be(SubmissionState.ScoredHidden, submission.Failure?.Message);
        submission.Scores.Where(s => s.Split == "hidden").Select(s => (s.Metric, s.Score)).Should().Equal(("cost", 20), ("rows", 10));
        (await sandbox.LeaderboardAsync("kind"))[0].Organisation.Should().Be("acme");

        // one that reads what it should not is refused at publishing, with the reason and without a score
        var reads = Yaml("module.finding", "finding_id", "found_at", "kind", "confidence", "cost", "answer: number\nscorer: SELECT count(*) AS cost FROM read_text('/in/spec.json')\n").Replace("id: kind", "id: reads");
        (await FluentActions.Invoking(() => PublishAsync(lake, sandbox, reads)).Should().ThrowAsync<Lakehouse.LakeException>()).WithMessage("Split 'public' of scenario 'reads' was not scored: *disabled*");
        sandbox.Scenarios().Should().ContainSingle();
    }

    [Theory]
    [InlineData("answer: poem\n", "mae", "answer 'poem' is not known; known are label, number, rank, shape, alarm")]
    [InlineData("answer: number\n", "macro_f1", "metric 'macro_f1' is for answer label, not number")]
    [InlineData("answer: number\nmetrics: [auc, 'mae[1]']\n", "mae", "metric 'auc' is for answer rank, not number")]
    [InlineData("answer: number\ngroup: source_row\n", "mae", "group 'source_row' must be one of the features, and is for labels, numbers and ranks")]
    [InlineData("answer: shape\n", "map_50", "field 'shape' is missing; answer shape needs it")]
    [InlineData("answer: number\nuntil: phenomenon_time\n", "mae", "field 'until' is not for answer number")]
    [InlineData("answer: alarm\nuntil: quality\n", "detected", "'quality' is not a time, which answer alarm needs")]
    [InlineData("", "macro_f1", "'result' is not text, which answer label needs")]
    [InlineData("answer: number\nlowerIsBetter: true\n", "mae", "field 'lowerIsBetter' is for a scenario with a scorer; named metrics know it")]
    [InlineData("answer: number\nscorer: SELECT 1 AS cost\nmetrics: [mae]\n", "cost", "field 'metrics' is not for a scenario with a scorer, which reports each column of its result")]
    [InlineData("answer: number\nscorer: SELECT 1\n", "Cost!", "metric names a column of the scorer's result: lower-case letters, digits and _")]
    [InlineData("answer: number\nfinalsAreChosen: perhaps\n", "mae", "field 'finalsAreChosen' is true or false")]
    public void What_does_not_fit_together_in_a_scenario_is_said(string more, string metric, string fault) =>
        FluentActions.Invoking(() => ScenarioFile.Read(Yaml("sensor.observation", "source_row", "phenomenon_time", "datastream_id", "result", metric, more), "x.yaml", ManifestTests.Datasets.Value))
            .Should().Throw<ScenarioException>().Which.Faults.Should().Contain(fault);

    internal static IEnumerable<Dictionary<string, object?>> Findings(Func<int, double?> confidence, Func<int, string> kind, Func<int, string>? subject = null, Func<int, string>? value = null) =>
        Enumerable.Range(0, 40).Select(i => new Dictionary<string, object?>
        {
            ["finding_id"] = $"f-{i:00}", ["module"] = "drone", ["kind"] = kind(i), ["subject_id"] = subject?.Invoke(i) ?? "s", ["value"] = value?.Invoke(i), ["confidence"] = confidence(i),
            ["algorithm"] = "a", ["run_id"] = "r", ["found_at"] = Begin.AddHours(i),
        });

    /// <summary>Four splits of ten rows each.</summary>
    internal static string Yaml(string dataset, string key, string time, string feature, string label, string metric, string more) => $$"""
        id: kind
        version: 1.0.0
        title: t
        titleZh: t
        need: n
        needZh: n
        owner: o
        dataset: {{dataset}}
        key: {{key}}
        time: {{time}}
        features: [{{feature}}]
        label: {{label}}
        splits:
          train: {until: 2025-01-01T10:00:00Z}
          public: {from: 2025-01-01T10:00:00Z, until: 2025-01-01T20:00:00Z}
          hidden: {from: 2025-01-01T20:00:00Z, until: 2025-01-02T06:00:00Z}
          production: {from: 2025-01-02T06:00:00Z}
        output: predictions.csv
        metric: {{metric}}
        limits: {wallClockSeconds: 60, processorSeconds: 60, memoryMegabytes: 256, processes: 16, outputMegabytes: 4}
        terms: none
        {{more}}
        """;

    internal static async Task PublishAsync(GivenLake lake, SandboxService sandbox, string yaml)
    {
        var file = lake.Scratch(Guid.NewGuid().ToString("n") + ".yaml");
        await File.WriteAllTextAsync(file, yaml);
        await sandbox.PublishAsync(file, Principal.Operator);
    }

    /// <summary>Hands in a program that writes a header and an expression of each test row <c>r</c>.</summary>
    internal static async Task<Submission> SubmitAsync(GivenLake lake, SandboxService sandbox, string organisation, string row, string header, string scenario = "kind")
    {
        Directory.CreateDirectory(lake.Scratch(organisation));
        await File.WriteAllTextAsync(lake.Scratch(organisation, "sandbox.json"), $$"""{"need": "{{scenario}}", "kind": "python", "entry": "main.py", "outputs": ["predictions.csv"]}""");
        await File.WriteAllTextAsync(lake.Scratch(organisation, "main.py"), $"""
            import csv
            with open("/out/predictions.csv", "w") as out:
                out.write("{header}\n")
                for r in csv.DictReader(open("/in/test.csv")):
                    out.write({row} + "\n")
            """);
        return await sandbox.ProcessAsync((await sandbox.SubmitAsync(scenario, organisation, lake.Scratch(organisation))).Id);
    }
}
