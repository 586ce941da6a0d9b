using Plinth.Ingestion;

namespace Plinth.Tests;

public class ExactlyOnceTests
{
    private static readonly string[] Hotline = [Repository.Sample("hotline", "boston311-100-bad.tsv"), Repository.Sample("hotline", "boston311-100.csv")];
    private static readonly string[] Sensors = [Repository.Sample("sensors", "occupancy_6005.csv"), Repository.Sample("sensors", "sample_config.parquet"), Repository.Sample("sensors", "speed_6005.csv")];

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        using var given = new Given();
        var first = await given.Ingest("hotline", Repository.Sample("hotline"));
        var contents = await given.Contents();
        given.Reopen();
        var second = await given.Ingest("hotline", Repository.Sample("hotline"));

        second.Files.Should().OnlyContain(f => f.Status == FileStatus.Unchanged && f.Rows == 0 && f.Rejected == 0);
        second.Versions["hotline.service_request"].Should().Be(first.Versions["hotline.service_request"]);
        (await given.Contents()).Should().Equal(contents);
    }

    [Fact]
    public async Task The_same_content_under_two_names_is_stored_once()
    {
        using var given = new Given();
        var content = await File.ReadAllBytesAsync(Hotline[1], TestContext.Current.CancellationToken);
        var report = await given.Ingest("hotline", given.File("a.csv", content), given.File("b.csv", content));

        report.Files.Select(f => f.Status).Should().Equal(FileStatus.Ingested, FileStatus.Unchanged);
        (await given.Value("SELECT count(*) FROM hotline.service_request")).Should().Be(100L);
        given.Originals().Should().Be(1);
    }

    [Theory]
    [InlineData("hotline", 100_000)]
    [InlineData("hotline", 30)]
    [InlineData("sensors", 100_000)]
    [InlineData("sensors", 2000)]
    public async Task A_run_killed_after_any_step_and_repeated_ends_in_the_same_state(string family, int rowsPerPart)
    {
        var files = family == "hotline" ? Hotline : Sensors;
        var steps = 0;
        using var whole = new Given("whole");
        await whole.IngestBy(family, null, o => o with { RowsPerPart = rowsPerPart, AfterStep = _ => steps++ }, files);
        var expected = await whole.Contents();
        steps.Should().BeGreaterThan(2);

        for (var kill = 1; kill <= steps; kill++)
        {
            using var given = new Given("killed");
            var step = 0;
            var run = () => given.IngestBy(family, null, o => o with { RowsPerPart = rowsPerPart, AfterStep = name => { if (++step == kill) throw new KilledException(name); } }, files);
            await run.Should().ThrowAsync<KilledException>();
            given.Reopen();
            var again = await given.IngestBy(family, null, o => o with { RowsPerPart = rowsPerPart, RunId = "run-2" }, files);
            again.Files.Should().NotContain(f => f.Status == FileStatus.Refused);
            (await given.Contents()).Should().Equal(expected, "killed after step {0}", kill);
        }
    }

    [Fact]
    public async Task A_run_killed_before_its_last_commit_and_repeated_with_other_files_beside_ends_in_the_same_rows()
    {
        using var given = new Given();
        var run = () => given.IngestBy("hotline", null, o => o with { AfterStep = name => { if (name == "commit hotline.rejected") throw new KilledException(name); } }, Hotline);
        await run.Should().ThrowAsync<KilledException>();
        await given.Ingest("hotline", Hotline[1]);
        await given.Ingest("hotline", Hotline[0]);

        (await given.Value("SELECT count(*) FROM hotline.service_request")).Should().Be(100L, "the two files have 99 rows in common");
        (await given.Value("SELECT count(*) FROM hotline.rejected")).Should().Be(1L);
    }

    [Fact]
    public async Task Two_runs_at_once_store_each_file_once()
    {
        using var given = new Given();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => given.Ingest("sensors", Sensors))));

        (await given.Value("SELECT count(*) FROM sensor.observation")).Should().Be(4880L);
        (await given.Value("SELECT count(*) FROM sensor.detector_config")).Should().Be(16L);
    }

    [Fact]
    public async Task Files_that_overlap_taken_in_by_several_runs_at_once_store_each_row_once()
    {
        using var given = new Given();
        var lines = await File.ReadAllLinesAsync(Hotline[1], TestContext.Current.CancellationToken);
        var files = Enumerable.Range(0, 4).Select(i => given.File($"export{i}.csv", string.Join('\n', lines.Take(1).Concat(lines.Skip(1 + i * 15).Take(55))))).ToArray();
        var reports = await Task.WhenAll(files.Select(file => Task.Run(() => given.Ingest("hotline", file))));

        reports.Should().OnlyContain(r => r.Files[0].Status == FileStatus.Ingested && r.Rows + r.Rejected + r.Duplicates == 55);
        reports.Sum(r => r.Rows).Should().Be(100);
        (await given.Value("SELECT count(DISTINCT service_request_id) FROM hotline.service_request")).Should().Be(100L);
        (await given.Value("SELECT count(*) FROM hotline.service_request")).Should().Be(100L);
    }

    [Fact]
    public async Task A_commit_names_the_originals_the_run_and_the_code()
    {
        using var given = new Given();
        var report = await given.Ingest("hotline", Hotline);

        var lineages = (await given.Catalog.Lake.HistoryAsync(new("hotline", "service_request"), TestContext.Current.CancellationToken)).Where(c => c.Lineage is not null).Select(c => c.Lineage!).ToList();
        lineages.SelectMany(l => l.Inputs).Should().BeEquivalentTo(report.Files.Select(f => $"raw:sha256:{f.Sha256}"));
        lineages.Should().OnlyContain(l => l.RunId == "run-1" && l.CodeVersion == "test");
    }

    private sealed class KilledException(string step) : Exception(step);
}
