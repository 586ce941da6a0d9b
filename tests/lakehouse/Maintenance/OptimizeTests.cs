using System.Text.Json;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.Tests.Lakehouse.Maintenance;

public sealed class OptimizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly Lake _lake;

    public OptimizeTests() => _lake = Given.Lake(_folder, _clock);

    [Fact]
    public async Task Small_files_become_one_and_rows_history_and_feed_stay_as_they_were()
    {
        for (var i = 0; i < 5; i++)
            await _lake.CommitRowsAsync(Given.Row(i, $"n{i}"), Given.Row(10 + i, null));
        var before = _lake.Select(await _lake.ReadAsync(Given.Readings));
        (await _lake.OptimizeAsync(Given.Readings)).FilesRemoved.Should().Be(5);
        (await _lake.ReadAsync(Given.Readings)).Version.Should().Be(4, "a dry run commits nothing");

        var report = await _lake.OptimizeAsync(Given.Readings, new() { DryRun = false });

        (report.Version, report.Files, report.FilesRemoved, report.FilesAdded).Should().Be((5, 5, 5, 1));
        var snapshot = await _lake.ReadAsync(Given.Readings);
        snapshot.Files.Should().ContainSingle().Which.Rows.Should().Be(10);
        _lake.Select(snapshot).Should().BeEquivalentTo(before);
        (await _lake.IdsAsync(TableVersion.At(2))).Should().HaveCount(6);
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        connection.Scalar<long>($"SELECT count(*) FROM ({(await _lake.ChangesAsync(Given.Readings, 5)).Sql})").Should().Be(0);
        (await _lake.OptimizeAsync(Given.Readings, new() { DryRun = false })).Version.Should().Be(5, "there is nothing more to do");
    }

    [Fact]
    public async Task Files_are_joined_within_their_partition_up_to_the_target_size()
    {
        var schema = Given.IdAndName with { PartitionColumns = ["name"] };
        for (var i = 0; i < 6; i++)
            await _lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([Given.Row(i, "花都 a/b"), Given.Row(10 + i, null), Given.Row(20 + i, "x")]) });
        var before = _lake.Select(await _lake.ReadAsync(Given.Readings));
        var size = (await _lake.ReadAsync(Given.Readings)).Files.Max(f => f.Size);

        var report = await _lake.OptimizeAsync(Given.Readings, new() { DryRun = false, TargetBytes = size * 3 });

        (report.FilesRemoved, report.FilesAdded).Should().Be((18, 6));
        var snapshot = await _lake.ReadAsync(Given.Readings);
        snapshot.Files.Select(f => (f.PartitionValues["name"], f.Rows)).Distinct().Should().BeEquivalentTo([("花都 a/b", 3L), (null, 3L), ("x", 3L)]);
        _lake.Select(snapshot).Should().BeEquivalentTo(before);
    }

    [Fact]
    public async Task Sorted_files_do_not_overlap_and_a_second_run_does_nothing()
    {
        var random = new Random(7);
        for (var i = 0; i < 4; i++)
            await _lake.CommitRowsAsync([.. Enumerable.Range(0, 5000).Select(_ => Given.Row(random.Next(2000), $"n{random.Next(100000)}"))]);
        var before = _lake.Select(await _lake.ReadAsync(Given.Readings), "count(*), sum(hash(id, name))", "");
        var options = new OptimizeOptions { DryRun = false, OrderBy = ["id"], TargetBytes = (await _lake.ReadAsync(Given.Readings)).Files.Sum(f => f.Size) / 5 };

        var report = await _lake.OptimizeAsync(Given.Readings, options);

        report.FilesAdded.Should().BeInRange(4, 6);
        var snapshot = await _lake.ReadAsync(Given.Readings);
        _lake.Select(snapshot, "count(*), sum(hash(id, name))", "").Should().BeEquivalentTo(before);
        var ranges = Stats(4).Select(s => (Min: s.GetProperty("minValues").GetProperty("id").GetInt64(), Max: s.GetProperty("maxValues").GetProperty("id").GetInt64())).Order().ToList();
        ranges.Zip(ranges.Skip(1)).Should().OnlyContain(pair => pair.First.Max < pair.Second.Min);
        (await _lake.OptimizeAsync(Given.Readings, options)).FilesRemoved.Should().Be(0);
        await _lake.CommitRowsAsync(Given.Row(1));
        (await _lake.OptimizeAsync(Given.Readings, options)).FilesRemoved.Should().Be(report.FilesAdded + 1, "rows came since");
    }

    [Fact]
    public async Task Places_near_one_another_come_into_one_file()
    {
        var schema = new TableSchema(new Column("id", DataType.Long), new Column("bbox", DataType.Bbox));
        var places = Enumerable.Range(0, 4096).Select(i => (Id: (long)i, X: 113 + (i % 64 * 0.001), Y: 23 + (i / 64 * 0.001))).ToArray();
        new Random(3).Shuffle(places);
        await _lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values(places.Select(p => new object?[] { p.Id, new object?[] { p.X, p.Y, p.X, p.Y } }).Append([-1L, null])) });

        var report = await _lake.OptimizeAsync(Given.Readings, new() { DryRun = false, HilbertBy = "bbox", TargetBytes = (await _lake.ReadAsync(Given.Readings)).Files.Sum(f => f.Size) / 16 });

        report.FilesAdded.Should().BeInRange(14, 18);
        (await _lake.IdsAsync()).Should().Equal(Enumerable.Range(-1, 4097).Select(i => (long)i));
        var areas = Stats(1).Where(s => s.GetProperty("minValues").GetProperty("bbox").TryGetProperty("xmin", out _)).Select(s =>
            (Bound(s, "maxValues", "xmax") - Bound(s, "minValues", "xmin")) * (Bound(s, "maxValues", "ymax") - Bound(s, "minValues", "ymin"))).ToList();
        areas.Sum().Should().BeLessThan(0.063 * 0.063 * 2, "sixteen files of shuffled places would each span the whole");
    }

    [Fact]
    public async Task Appends_meanwhile_stay_and_a_change_of_the_same_files_makes_it_begin_again()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        await _lake.CommitRowsAsync(Given.Row(2));
        using var stop = new CancellationTokenSource();
        using var other = Given.Lake(_folder);
        var writes = Task.Run(async () =>
        {
            var next = 3L;
            for (; !stop.IsCancellationRequested; next++)
                await other.CommitRowsAsync(Given.Row(next));
            return next;
        });
        for (var i = 0; i < 10; i++)
            await _lake.OptimizeAsync(Given.Readings, new() { DryRun = false });
        await stop.CancelAsync();
        var next = await writes;

        (await _lake.IdsAsync()).Should().Equal(Enumerable.Range(1, (int)next - 1).Select(i => (long)i));
        (await _lake.HistoryAsync(Given.Readings)).Count(h => h.Operation == "OPTIMIZE").Should().BePositive();
    }

    [Fact]
    public async Task Two_at_once_double_no_row()
    {
        for (var i = 0; i < 6; i++)
            await _lake.CommitRowsAsync(Given.Row(i));
        var lakes = Enumerable.Range(0, 4).Select(_ => Given.Lake(_folder)).ToList();

        var reports = await Task.WhenAll(lakes.Select(lake => Task.Run(async () => await lake.OptimizeAsync(Given.Readings, new() { DryRun = false }))));

        reports.Where(r => r.FilesAdded > 0).Should().ContainSingle();
        (await _lake.IdsAsync()).Should().Equal(0, 1, 2, 3, 4, 5);
        TableFiles.Of(_folder).Should().HaveCount(7, "the losers removed what they had written");
        lakes.ForEach(lake => lake.Dispose());
    }

    [Fact]
    public async Task A_column_that_cannot_be_sorted_by_is_refused()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        var unknown = async () => await _lake.OptimizeAsync(Given.Readings, new() { OrderBy = ["nothing"] });
        (await unknown.Should().ThrowAsync<MaintenanceRefusedException>()).WithMessage("*no column nothing; its columns are id, name.");
        var noBox = async () => await _lake.OptimizeAsync(Given.Readings, new() { HilbertBy = "id" });
        await noBox.Should().ThrowAsync<MaintenanceRefusedException>();
    }

    public static TheoryData<string> Golden() => TableFiles.ReadableGolden();

    [Theory]
    [MemberData(nameof(Golden))]
    public async Task A_golden_table_gives_the_same_rows_after_an_optimize_or_is_left_as_it_is(string name)
    {
        var golden = Lakehouse.Golden.Open(name);
        TableFiles.Copy(golden.Folder, TableFiles.Folder(_folder));
        var before = _lake.Select(await _lake.ReadAsync(Given.Readings), "count(*), sum(hash(t::VARCHAR))", "AS t");
        try
        {
            await _lake.OptimizeAsync(Given.Readings, new() { DryRun = false });
        }
        catch (Exception refused) when (refused is TableFormatException or MaintenanceRefusedException)
        {
            refused.Message.Should().ContainAny("feature", "void", "writer version");
            return;
        }

        using var fresh = Given.Lake(_folder, _clock);
        fresh.Select(await fresh.ReadAsync(Given.Readings), "count(*), sum(hash(t::VARCHAR))", "AS t").Should().BeEquivalentTo(before);
    }

    private IEnumerable<JsonElement> Stats(long version)
    {
        foreach (var line in File.ReadLines(Path.Combine(TableFiles.Folder(_folder), "_delta_log", $"{version:D20}.json")))
            if (JsonDocument.Parse(line).RootElement.TryGetProperty("add", out var add))
                yield return JsonDocument.Parse(add.GetProperty("stats").GetString()!).RootElement;
    }

    private static double Bound(JsonElement stats, string side, string field) => stats.GetProperty(side).GetProperty("bbox").GetProperty(field).GetDouble();

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }
}
