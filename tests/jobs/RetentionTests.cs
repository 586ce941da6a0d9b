using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Tests;

namespace Plinth.Jobs.Tests;

public sealed class RetentionTests : IDisposable
{
    private static readonly TableName Observation = new("sensor", "observation");
    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly Lake _lake;
    private readonly CityCatalog _catalog;
    private readonly JobRunner _runner;

    public RetentionTests()
    {
        _lake = Lake.Open(new(_folder["lake"]) { Time = _clock });
        _catalog = CityCatalog.Open(_lake);
        _runner = new(_catalog, new DuckEngine(_catalog), "1");
    }

    [Fact]
    public async Task Rows_that_a_contract_no_longer_keeps_go_once_a_day_and_a_table_on_hold_is_named()
    {
        var now = _clock.Now;
        await AddAsync(("old", now.AddYears(-3).AddDays(-1)), ("on the day", now.AddYears(-3).AddHours(1)), ("new", now));
        var pipeline = CityPipelines.All(_folder["sources"]).Single(p => p.Name == "retention");
        await _lake.HoldAsync(Observation, "court-1");

        (await _runner.RunAsync(pipeline)).Steps.Single().Message.Should().Contain("court-1").And.StartWith("0 rows of 0 tables");
        await _lake.LiftHoldAsync(Observation, "court-1");
        (await _runner.RunAsync(pipeline)).Status.Should().Be(StepStatus.Unchanged, "it has run today");
        _clock.Now = now.AddDays(1);
        var run = await _runner.RunAsync(pipeline);

        run.Steps.Single().Message.Should().Be("2 rows of 1 tables taken out");
        Ids(await _lake.ReadAsync(Observation)).Should().Equal("new");
        var record = (await _lake.HistoryAsync(Observation))[0];
        record.Operation.Should().Be("RETENTION");
        record.Parameters["reason"].Should().Contain("contract sensor.observation").And.Contain("keeps rows P3Y from phenomenon_time");
        record.Lineage.Should().BeEquivalentTo(new { run.RunId, CodeVersion = "1", Step = "retain-by-contract" });
        (await _runner.RunAsync(pipeline, force: true)).Steps.Single().Message.Should().Be("0 rows of 0 tables taken out");
    }

    [Fact]
    public async Task A_contract_that_names_no_column_or_a_wrong_one_takes_nothing_out()
    {
        _catalog.Datasets[new("model", "asset")].RetentionColumn.Should().BeNull();
        await _lake.CommitAsync(new() { Table = new("model", "asset"), Schema = _catalog.Datasets[new("model", "asset")].ToSchema() });
        (await _catalog.RetainAsync(new("model", "asset"))).Should().BeNull();

        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "catalog", "contracts", "sensor.event.yaml"));
        Directory.CreateDirectory(_folder["lake", "contracts"]);
        await File.WriteAllTextAsync(_folder["lake", "contracts", "test.event.yaml"], text.Replace("sensor.event", "test.event", StringComparison.Ordinal).Replace("element: phenomenon_time", "element: device_id", StringComparison.Ordinal));
        using var later = CityCatalog.Open(_lake);
        FluentActions.Invoking(() => later.Datasets[new("test", "event")]).Should().Throw<ContractException>().WithMessage("*counts from 'device_id', which is no column of type timestamp*");
    }

    private IEnumerable<object?> Ids(Snapshot snapshot)
    {
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        return [.. connection.Rows($"SELECT datastream_id FROM ({snapshot.ToSql()}) ORDER BY 1").Select(row => row[0])];
    }

    private async Task AddAsync(params (string Id, DateTimeOffset At)[] rows)
    {
        var schema = _catalog.Datasets[Observation].ToSchema();
        (await _lake.CommitAsync(new() { Table = Observation, Schema = schema, Rows = new RowSource.Values(rows.Select(row => new object?[] { row.Id, row.At, 1.0, null, "x" })) })).RequireVersion(Observation);
    }

    public void Dispose()
    {
        _runner.Dispose();
        _catalog.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2027, 3, 1, 0, 30, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
