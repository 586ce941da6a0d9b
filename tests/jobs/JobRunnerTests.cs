using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Tests;

namespace Plinth.Jobs.Tests;

public sealed class JobRunnerTests : IDisposable
{
    private static readonly TableName Source = new("test", "source");
    private readonly TemporaryFolder _folder = new();
    private readonly Lake _lake;
    private readonly CityCatalog _catalog;
    private readonly JobRunner _runner;
    private readonly List<string> _ran = [];

    public JobRunnerTests()
    {
        _lake = Lake.Open(new(_folder["lake"]));
        _catalog = CityCatalog.Open(_lake);
        _runner = new(_catalog, new DuckEngine(_catalog), "1");
    }

    public void Dispose()
    {
        _runner.Dispose();
        _catalog.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_rerun_does_only_what_is_new()
    {
        var pipeline = Pipeline(Step("one", [Source.ToString()]), Step("two", ["test.other"]));
        await AddAsync(1);
        (await _runner.RunAsync(pipeline)).Status.Should().Be(StepStatus.Done);
        (await _runner.RunAsync(pipeline)).Status.Should().Be(StepStatus.Unchanged);
        _ran.Should().Equal("one", "two");
        await AddAsync(2);
        (await _runner.RunAsync(pipeline)).Steps.Select(s => s.Status).Should().Equal(StepStatus.Done, StepStatus.Unchanged);
        _ran.Should().Equal("one", "two", "one");
    }

    [Fact]
    public async Task A_changed_file_makes_its_step_run_again()
    {
        var file = _folder["in", "a.csv"];
        Directory.CreateDirectory(_folder["in"]);
        await File.WriteAllTextAsync(file, "x");
        var pipeline = Pipeline(Step("one", [$"files:{_folder["in"]}"]));
        await _runner.RunAsync(pipeline);
        await _runner.RunAsync(pipeline);
        await File.WriteAllTextAsync(file, "longer");
        await _runner.RunAsync(pipeline);
        _ran.Should().HaveCount(2);
    }

    [Fact]
    public async Task After_a_failed_step_the_rest_is_not_run_and_the_next_run_goes_on_there()
    {
        var broken = true;
        var pipeline = Pipeline(
            Step("one", []),
            Step("two", ["test.source"], () => broken ? throw new TableNotFoundException("test.source") : "mended"),
            Step("three", []));
        var run = await _runner.RunAsync(pipeline);
        run.Status.Should().Be(StepStatus.Failed);
        run.Steps.Select(s => s.Status).Should().Equal(StepStatus.Done, StepStatus.Failed, StepStatus.NotRun);
        run.Steps[1].Message.Should().Contain("There is no table 'test.source'").And.Contain("reads: test.source").And.Contain("run 'test' again");
        broken = false;
        (await _runner.RunAsync(pipeline)).Steps.Select(s => s.Status).Should().Equal(StepStatus.Unchanged, StepStatus.Done, StepStatus.Done);
        _ran.Should().Equal("one", "two", "two", "three");
    }

    [Fact]
    public async Task A_step_that_cannot_be_done_here_is_tried_again_and_holds_nothing_up()
    {
        var pipeline = Pipeline(Step("one", [], () => throw new StepPostponedException("no bubblewrap")), Step("two", []));
        (await _runner.RunAsync(pipeline)).Steps.Select(s => s.Status).Should().Equal(StepStatus.Postponed, StepStatus.Done);
        var again = await _runner.RunAsync(pipeline);
        again.Steps.Select(s => s.Status).Should().Equal(StepStatus.Postponed, StepStatus.Unchanged);
        again.Steps[0].Message.Should().Be("no bubblewrap");
    }

    [Fact]
    public async Task Force_runs_every_step()
    {
        var pipeline = Pipeline(Step("one", []));
        await _runner.RunAsync(pipeline);
        (await _runner.RunAsync(pipeline, force: true)).Status.Should().Be(StepStatus.Done);
        _ran.Should().HaveCount(2);
    }

    [Fact]
    public async Task Another_version_of_the_code_runs_its_steps_again()
    {
        var pipeline = Pipeline(Step("one", []));
        await _runner.RunAsync(pipeline);
        using JobRunner newer = new(_catalog, new DuckEngine(_catalog), "2");
        (await newer.RunAsync(pipeline)).Status.Should().Be(StepStatus.Done);
    }

    [Fact]
    public async Task History_tells_what_ran_and_how_it_ended_newest_first()
    {
        await _runner.RunAsync(Pipeline(Step("one", [])));
        var failed = await _runner.RunAsync(new("other", "", [Step("two", [], () => throw new TableNotFoundException("a.b"))]));
        var runs = _runner.History();
        runs.Select(r => r.Pipeline).Should().Equal("other", "test");
        runs[0].RunId.Should().Be(failed.RunId);
        runs[0].Steps.Single().Message.Should().Contain("a.b");
        _runner.History("test").Should().ContainSingle().Which.Steps.Single().Status.Should().Be(StepStatus.Done);
    }

    [Fact]
    public async Task A_fault_of_ours_is_not_hidden_as_a_failed_step()
    {
        var run = () => _runner.RunAsync(Pipeline(Step("one", [], () => throw new InvalidOperationException("bug"))));
        await run.Should().ThrowAsync<InvalidOperationException>();
        _runner.History().Single().Steps.Single().Status.Should().Be(StepStatus.Running, "it never ended");
    }

    [Fact]
    public async Task The_engine_answers_sql_over_tables_and_every_reading_is_audited()
    {
        await AddAsync(41);
        var lines = _catalog.Audit.Verify().Lines;
        var rows = await new DuckEngine(_catalog).QueryAsync("SELECT value + 1, ST_AsText(ST_Point(1, 2)) FROM test.source", [Source], "a test", default);
        rows.Single().Should().Equal(42L, "POINT (1 2)");
        _catalog.Audit.Verify().Lines.Should().Be(lines + 1);
        _catalog.Audit.Read().Last().Details.Values.Should().Contain("a test");
    }

    private async Task AddAsync(long value)
    {
        var outcome = await _lake.CommitAsync(new() { Table = Source, Schema = new(new Column("value", DataType.Long)), Rows = new RowSource.Values([[value]]) });
        outcome.RequireVersion(Source);
    }

    private static Pipeline Pipeline(params PipelineStep[] steps) => new("test", "a test", steps);

    private PipelineStep Step(string name, string[] reads, Func<string>? work = null) => new(name, name, reads, [], (_, _) =>
    {
        _ran.Add(name);
        return Task.FromResult(work?.Invoke() ?? "done");
    });
}
