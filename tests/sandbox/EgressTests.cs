using Plinth.Catalog;
using Plinth.Sandbox;
using Plinth.Sandbox.Egress;
using Plinth.Sandbox.Lifecycle;

namespace Plinth.Tests;

public sealed class EgressTests
{
    private static readonly EgressRules Rules = new();

    [Fact]
    public void Small_counts_are_suppressed_before_rounding_and_totals_are_of_what_is_shown()
    {
        var table = DisclosureControl.Apply([Cell.OfCount("north", "yes", 203), Cell.OfCount("north", "no", 9), Cell.OfCount("north", "maybe", 31), Cell.OfCount("south", "yes", 57), Cell.OfCount("south", "no", 44), Cell.OfCount("south", "maybe", 20)], Rules);
        // 9 would round to 10; it is gone, and so is the next smallest of its row and of its column, and theirs
        table.Cells.Select(c => (c.Row, c.Column, c.Count)).Should().Equal(("north", "maybe", null), ("north", "no", null), ("north", "yes", 205L), ("south", "maybe", null), ("south", "no", null), ("south", "yes", 55L));
        table.Totals.Should().BeEquivalentTo(new Dictionary<string, long> { ["north"] = 205, ["south"] = 55 });
    }

    [Theory]
    [InlineData(12, 100, 60, 26, true)] // two largest have 86 of 100
    [InlineData(12, 100, 60, 25, false)] // 85 of 100, and 15 is more than a tenth of 60
    [InlineData(12, 1000, 500, 480, true)]
    [InlineData(9, 100, 12, 12, true)]
    [InlineData(10, 100, 12, 12, false)]
    public void A_sum_that_few_dominate_is_suppressed(long count, double sum, double largest, double second, bool suppressed)
    {
        var cell = DisclosureControl.Apply([new("a", "x", count, sum, largest, second)], Rules).Cells.Single();
        (cell.Count is null).Should().Be(suppressed);
    }

    [Fact]
    public void No_line_of_any_table_has_a_single_suppressed_cell_beside_shown_ones_and_no_shown_count_is_small()
    {
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var cells = Enumerable.Range(0, 1 + random.Next(6)).SelectMany(r => Enumerable.Range(0, 1 + random.Next(5)).Select(c => Cell.OfCount($"r{r}", $"c{c}", random.Next(3) == 0 ? random.Next(12) : random.Next(300)))).ToList();
            var table = DisclosureControl.Apply(cells, Rules);
            var counts = cells.ToDictionary(c => (c.Row, c.Column), c => c.Count);
            table.Cells.Where(c => c.Count > 0).All(c => counts[new(c.Row, c.Column)] >= 10 && c.Count % 5 == 0).Should().BeTrue();
            foreach (var line in table.Cells.GroupBy(c => c.Row).Concat(table.Cells.GroupBy(c => c.Column)))
                (line.Count(c => c.Count is null) == 1 && line.Any(c => c.Count > 0)).Should().BeFalse(string.Join(" ", line));
        }
    }

    [Fact]
    public void Two_cohorts_that_differ_by_a_few_are_too_close_and_the_same_or_quite_others_are_not()
    {
        using var folder = new TemporaryFolder();
        var ledger = new CohortLedger(new SandboxStore(folder["control"]));
        static IEnumerable<string> Persons(int from, int count) => Enumerable.Range(from, count).Select(i => $"person {i}");
        ledger.TryAdd("d.t", "out_1", [ledger.Of(Persons(0, 500))], 10, (_, _, _) => { }).Should().BeTrue();
        ledger.TooClose("d.t", ledger.Of(Persons(0, 500)), 10).Should().BeFalse("the same tells nothing new");
        ledger.TooClose("d.t", ledger.Of(Persons(0, 499)), 10).Should().BeTrue("the difference is one person");
        ledger.TooClose("d.t", ledger.Of(Persons(4, 500)), 10).Should().BeTrue("four left and four came");
        ledger.TooClose("d.t", ledger.Of(Persons(0, 491)), 10).Should().BeTrue();
        ledger.TooClose("d.t", ledger.Of(Persons(0, 490)), 10).Should().BeFalse();
        ledger.TooClose("d.t", ledger.Of(Persons(1000, 500)), 10).Should().BeFalse();
        ledger.TooClose("d.other", ledger.Of(Persons(0, 499)), 10).Should().BeFalse();
        new CohortLedger(new SandboxStore(folder["control"])).TooClose("d.t", ledger.Of(Persons(0, 499)), 10).Should().BeTrue("the ledger is kept, with its key");
    }

    [Fact]
    public async Task Of_two_tables_asked_for_at_once_that_differ_by_one_person_only_one_is_noted()
    {
        using var folder = new TemporaryFolder();
        var store = new SandboxStore(folder["control"]);
        _ = new CohortLedger(store);
        for (var round = 0; round < 25; round++)
        {
            using var start = new Barrier(2);
            var noted = await Task.WhenAll(Enumerable.Range(0, 2).Select(number => Task.Factory.StartNew(() =>
            {
                var ledger = new CohortLedger(new SandboxStore(folder["control"]));
                ulong[][] cohorts = [ledger.Of(Enumerable.Range(0, 200 + number).Select(i => $"{round} {i}"))];
                start.SignalAndWait();
                return ledger.TryAdd("d.t", $"out_{round}_{number}", cohorts, 10, (_, _, _) => { });
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            noted.Count(yes => yes).Should().Be(1);
        }
        store.Query<long>("SELECT count(*) FROM cohort", null).Single().Should().Be(25);
    }

    [Fact]
    public void What_cannot_be_written_beside_a_cohort_leaves_no_cohort()
    {
        using var folder = new TemporaryFolder();
        var store = new SandboxStore(folder["control"]);
        var ledger = new CohortLedger(store);
        ledger.Invoking(l => l.TryAdd("d.t", "out_1", [l.Of(["a", "b"])], 10, (_, _, _) => throw new IOException("audit cannot be written"))).Should().Throw<IOException>();
        store.Query<long>("SELECT count(*) FROM cohort", null).Single().Should().Be(0);
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(1047, 3)]
    [InlineData(1048, 2)]
    [InlineData(100_000, 0)]
    [InlineData(1_000_000, null)]
    public void A_confidence_keeps_the_decimals_that_the_label_leaves_room_for(int labels, int? decimals) => Rules.ConfidenceDecimals(labels).Should().Be(decimals);

    [Fact]
    public void Labels_are_too_many_when_one_alone_is_more_than_a_row_may_carry()
    {
        Rules.TooManyLabels(1 << 20).Should().BeFalse();
        Rules.TooManyLabels((1 << 20) + 1).Should().BeTrue();
    }

    [Fact]
    public async Task A_table_of_sums_leaves_without_the_cells_that_one_or_two_dominate()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        var yaml = SandboxService.ShippedScenarios[GivenLake.Scenario];
        await File.WriteAllTextAsync(lake.Scratch("sums.yaml"), yaml.Replace("location_type]", "location_type, accuracy_m]"));
        await sandbox.PublishAsync(lake.Scratch("sums.yaml"), Principal.Operator);
        var id = (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"))).Id;
        await sandbox.ProcessAsync(id);
        await lake.ReleaseAsync(sandbox, id);
        Principal first = lake.Catalog.Access.Find("person:first")!, second = lake.Catalog.Access.Find("person:second")!;
        await sandbox.Invoking(s => s.RequestTableAsync(id, "advice:service", "location_type", first, sum: "category")).Should().ThrowAsync<ReleaseRefusedException>().WithMessage("*'category' does not hold numbers from 0 up alone*");
        await sandbox.Invoking(s => s.RequestTableAsync(id, "advice:service", "location_type", first, sum: "status")).Should().ThrowAsync<ReleaseRefusedException>().WithMessage("*'status' is not one of the scenario's columns*");
        var asked = await sandbox.RequestTableAsync(id, "advice:service", "location_type", first, sum: "accuracy_m");
        asked.By.Should().Be("location_type, sum of accuracy_m");
        sandbox.ApproveTable(asked.Id, second);
        var lines = sandbox.ApproveTable(asked.Id, Principal.Operator).Csv!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].Should().Be("location_type,agency_responsible,count,sum of accuracy_m");

        var answers = (await sandbox.RunReleasedAsync(id, "advice:service")).Rows.ToDictionary(row => row.Key, row => row.Value);
        var cells = lake.Sql("hotline.service_request", "service_request_id, coalesce(location_type, ''), accuracy_m").Where(row => answers.ContainsKey((string)row[0]!))
            .GroupBy(row => $"{row[1]},{answers[(string)row[0]!]}").ToDictionary(cell => cell.Key, cell => cell.Select(row => (double)row[2]!).OrderDescending().ToList());
        static bool Dominated(List<double> values) => values[0] + values[1] > 0.85 * values.Sum() || values.Skip(2).Sum() < 0.1 * values[0];
        var shown = lines.Skip(1).Where(line => !line.Contains("(shown)") && !line.EndsWith("suppressed")).ToList();
        shown.Should().NotBeEmpty();
        foreach (var line in shown)
        {
            var parts = line.Split(',');
            var values = cells[$"{parts[0].Trim('"')},{parts[1]}"];
            (values.Count >= 10 && !Dominated(values)).Should().BeTrue(line);
            double.Parse(parts[3], System.Globalization.CultureInfo.InvariantCulture).Should().BeApproximately(values.Sum(), values.Sum() * 0.005, line);
        }
        cells.Count(cell => cell.Value.Count >= 10 && Dominated(cell.Value)).Should().BePositive("there are sums to suppress that have enough behind them");
    }

    [Fact]
    public async Task A_table_leaves_with_two_reviewers_and_one_that_differs_by_a_few_does_not()
    {
        const string few = "requested_datetime >= TIMESTAMPTZ '2025-03-11' AND service_request_id LIKE '%37'";
        using var lake = await GivenLake.WithRequestsAsync($"NOT ({few})");
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var id = (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-majority"))).Id;
        await sandbox.ProcessAsync(id);
        await sandbox.Invoking(s => s.RequestTableAsync(id, "advice:service", "location_type", Principal.Operator)).Should().ThrowAsync<ReleaseRefusedException>();
        await lake.ReleaseAsync(sandbox, id);
        Principal first = lake.Catalog.Access.Find("person:first")!, second = lake.Catalog.Access.Find("person:second")!;
        await sandbox.Invoking(s => s.RequestTableAsync(id, "advice:service", "address", first)).Should().ThrowAsync<ReleaseRefusedException>().WithMessage("*'address' is not one of the scenario's columns*");

        var asked = await sandbox.RequestTableAsync(id, "advice:service", "category", first);
        asked.Csv.Should().BeNull();
        sandbox.Invoking(s => s.ApproveTable(asked.Id, first)).Should().Throw<ReleaseRefusedException>().WithMessage("*asked for*");
        sandbox.ApproveTable(asked.Id, second).Csv.Should().BeNull();
        var left = sandbox.ApproveTable(asked.Id, Principal.Operator);
        var lines = left.Csv!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].Should().Be("category,agency_responsible,count");
        var counts = lines.Skip(1).Select(line => line.Split(',').Last()).ToList();
        counts.Should().Contain("suppressed").And.OnlyContain(count => count == "suppressed" || int.Parse(count) % 5 == 0);

        (await sandbox.RequestTableAsync(id, "advice:service", "category", first)).Id.Should().Be(asked.Id, "the same rows give the same table");
        // a few more requests come in: the same table again would tell about those few
        await lake.AddAsync(few, "few");
        var refusal = (await sandbox.Invoking(s => s.RequestTableAsync(id, "advice:service", "category", first)).Should().ThrowAsync<ReleaseRefusedException>()).Which.Reason;
        refusal.Should().Contain("rule 'differencing'").And.NotContainAny("dog", "Dog", "NYPD");
        lake.Catalog.Audit.Read().Select(line => line.Action).Should().Contain(["sandbox.egress_asked", "sandbox.egress_approved"]);
    }
}
