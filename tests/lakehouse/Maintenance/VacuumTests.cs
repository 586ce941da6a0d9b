using System.Collections.Immutable;
using System.Text.Json;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.Tests.Lakehouse.Maintenance;

public sealed class VacuumTests : IDisposable
{
    private static readonly VacuumOptions Really = new() { DryRun = false };

    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly Lake _lake;

    public VacuumTests() => _lake = Given.Lake(_folder, _clock);

    private string Table => TableFiles.Folder(_folder);

    [Fact]
    public async Task Replaced_files_go_once_they_are_older_than_the_retention_and_a_dry_run_removes_none()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        var first = TableFiles.Of(_folder);
        await _lake.OverwriteAsync(Given.Row(2));
        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().BeEmpty("it was replaced just now");
        _clock.Advance(TimeSpan.FromDays(8));

        var dry = await _lake.VacuumAsync(Given.Readings);

        (dry.DryRun, dry.Version).Should().Be((true, 1));
        dry.Files.Should().Equal(first);
        dry.Bytes.Should().BePositive();
        TableFiles.Of(_folder).Should().HaveCount(2, "a dry run removes nothing");
        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().Equal(first);
        TableFiles.Of(_folder).Should().ContainSingle();
        (await _lake.IdsAsync()).Should().Equal(2);
        (await _lake.HistoryAsync(Given.Readings)).Select(h => h.Operation).Should().Equal("VACUUM END", "VACUUM START", "WRITE", "WRITE");
        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().BeEmpty();
        (await _lake.ReadAsync(Given.Readings)).Version.Should().Be(3, "with nothing to remove there is nothing to commit");
    }

    [Fact]
    public async Task A_remove_counts_by_when_it_happened_not_by_the_age_of_the_file()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        _clock.Advance(TimeSpan.FromDays(100));
        await _lake.OverwriteAsync(Given.Row(2));
        _clock.Advance(TimeSpan.FromDays(6));
        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().BeEmpty();
        (await _lake.IdsAsync(TableVersion.At(0))).Should().Equal(1);
        _clock.Advance(TimeSpan.FromDays(2));
        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().ContainSingle();
    }

    [Fact]
    public async Task Files_of_a_commit_under_way_stay_and_forgotten_ones_go()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        _clock.Advance(TimeSpan.FromDays(8));
        await File.WriteAllTextAsync(Path.Combine(Table, "forgotten.parquet"), "x");
        var young = Path.Combine(Table, "young.parquet");
        await File.WriteAllTextAsync(young, "x");
        File.SetLastWriteTimeUtc(young, _clock.GetUtcNow().UtcDateTime);

        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().Equal("forgotten.parquet");

        File.Exists(young).Should().BeTrue();
    }

    [Fact]
    public async Task A_remove_that_a_checkpoint_forgot_is_still_seen_in_the_log()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        await _lake.OverwriteAsync(Given.Row(2));
        _clock.Advance(TimeSpan.FromDays(10));
        await _lake.CheckpointAsync(Given.Readings);
        using var other = Given.Lake(_folder, _clock);

        (await other.VacuumAsync(Given.Readings, new() { DryRun = false, Retention = TimeSpan.FromDays(20) })).Files.Should().BeEmpty();
        (await other.VacuumAsync(Given.Readings, new() { DryRun = false, Retention = TimeSpan.FromDays(9) })).Files.Should().ContainSingle();
    }

    [Fact]
    public async Task A_retention_shorter_than_the_tables_needs_force()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        await _lake.OverwriteAsync(Given.Row(2));
        _clock.Advance(TimeSpan.FromMinutes(1));
        var hasty = async () => await _lake.VacuumAsync(Given.Readings, new() { DryRun = false, Retention = TimeSpan.Zero });

        (await hasty.Should().ThrowAsync<MaintenanceRefusedException>()).WithMessage("*0 h is shorter than the table's 168 h*");
        (await _lake.VacuumAsync(Given.Readings, new() { DryRun = false, Retention = TimeSpan.Zero, Force = true })).Files.Should().ContainSingle();
    }

    [Fact]
    public async Task Versions_that_a_release_names_keep_their_files()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        await _lake.ReleaseAsync();
        await _lake.OverwriteAsync(Given.Row(2));
        await _lake.OverwriteAsync(Given.Row(3));
        _clock.Advance(TimeSpan.FromDays(30));

        var report = await _lake.VacuumAsync(Given.Readings, Really);

        report.Files.Should().ContainSingle();
        report.Kept.Should().Equal("version 0: release 1");
        (await _lake.IdsAsync(TableVersion.At(0))).Should().Equal(1);
        (await _lake.IdsAsync()).Should().Equal(3);
    }

    [Theory]
    [InlineData("case 2024-17", 0, 2)]
    [InlineData("1", 1, 1)]
    [InlineData("0, 1", 0, 2)]
    [InlineData("false", 2, 0)]
    public async Task A_legal_hold_keeps_the_table_or_the_versions_it_names(string hold, int removed, int readable)
    {
        await _lake.CommitAsync(Given.Rows(Given.Row(1)) with { Properties = ImmutableSortedDictionary<string, string>.Empty.Add("plinth.legalHold", hold) });
        await _lake.OverwriteAsync(Given.Row(2));
        await _lake.OverwriteAsync(Given.Row(3));
        _clock.Advance(TimeSpan.FromDays(30));

        var report = await _lake.VacuumAsync(Given.Readings, Really);

        report.Files.Should().HaveCount(removed);
        TableFiles.Of(_folder).Should().HaveCount(1 + readable);
    }

    [Fact]
    public async Task A_file_with_the_tag_of_a_legal_hold_stays()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        File.Copy(Path.Combine(Table, TableFiles.Of(_folder)[0]), Path.Combine(Table, "held.parquet"));
        TableFiles.AddCommit(_folder, 1, """{"add":{"path":"held.parquet","partitionValues":{},"size":1,"modificationTime":0,"dataChange":true,"tags":{"plinth.legalHold":"case 1"}}}""");
        await _lake.OverwriteAsync(Given.Row(2));
        _clock.Advance(TimeSpan.FromDays(8));

        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().ContainSingle().Which.Should().StartWith("part-");

        File.Exists(Path.Combine(Table, "held.parquet")).Should().BeTrue();
    }

    [Fact]
    public async Task Hidden_files_other_tables_and_partition_folders_are_told_apart()
    {
        var schema = new TableSchema([new("id", DataType.Long), new("_day", DataType.String)], ["_day"]);
        await _lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([[1L, "a"]]) });
        foreach (var file in new[] { "_index/i.bin", ".staging/x.tmp", "_day=a/old.parquet", "_change_data/old.parquet", "inner/_delta_log/00000000000000000000.json", "inner/data.parquet", "deletion_vector_0.bin", "ab/_hidden.parquet" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Table, file))!);
            await File.WriteAllTextAsync(Path.Combine(Table, file), "x");
        }
        _clock.Advance(TimeSpan.FromDays(8));

        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().Equal("_change_data/old.parquet", "_day=a/old.parquet", "deletion_vector_0.bin");

        (await _lake.IdsAsync()).Should().Equal(1);
    }

    [Fact]
    public async Task Paths_are_compared_as_they_are_on_disk_however_the_log_writes_them()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        var data = Path.Combine(Table, TableFiles.Of(_folder)[0]);
        foreach (var name in new[] { "day=%E5/a b.parquet", "花都.parquet", "absolute.parquet", "uri.parquet" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Table, name))!);
            File.Copy(data, Path.Combine(Table, name));
        }
        string[] paths = ["day=%25E5/a%20b.parquet", "./%E8%8A%B1%E9%83%BD.parquet", Path.Combine(Table, "absolute.parquet"), new Uri(Path.Combine(Table, "uri.parquet")).AbsoluteUri];
        TableFiles.AddCommit(_folder, 1, [.. paths.Select(path => $$$"""{"add":{"path":{{{JsonSerializer.Serialize(path)}}},"partitionValues":{},"size":1,"modificationTime":0,"dataChange":true}}""")]);
        _clock.Advance(TimeSpan.FromDays(8));

        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().BeEmpty();

        (await _lake.IdsAsync()).Should().Equal(1, 1, 1, 1, 1);
    }

    [Fact]
    public async Task A_file_that_a_newer_version_names_again_is_spared_although_it_was_a_candidate()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        var first = TableFiles.Of(_folder)[0];
        await _lake.OverwriteAsync(Given.Row(2));
        _clock.Advance(TimeSpan.FromDays(8));
        var add = (await File.ReadAllLinesAsync(Path.Combine(Table, "_delta_log", "00000000000000000000.json"))).Single(line => line.Contains(first, StringComparison.Ordinal));
        TableFiles.AddCommit(_folder, 2, add); // as a restore does

        (await _lake.VacuumAsync(Given.Readings, Really)).Files.Should().BeEmpty();

        (await _lake.IdsAsync()).Should().Equal(1, 2);
    }

    [Fact]
    public async Task A_table_whose_protocol_asks_more_of_a_writer_is_left_alone()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        TableFiles.AddCommit(_folder, 1, """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["vacuumProtocolCheck","somethingNew"]}}""");
        var vacuum = async () => await _lake.VacuumAsync(Given.Readings);

        (await vacuum.Should().ThrowAsync<TableFormatException>()).WithMessage("*somethingNew*");
    }

    [Fact]
    public async Task Appenders_lose_nothing_to_a_vacuum_that_runs_beside_them()
    {
        _clock.Advance(TimeSpan.FromDays(-10));
        await _lake.CommitRowsAsync(Given.Row(0));
        for (var i = 0; i < 100; i++)
            await _lake.OverwriteAsync(Given.Row(0));
        foreach (var file in Directory.EnumerateFiles(Table, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, _clock.GetUtcNow().UtcDateTime);
        _clock.Advance(TimeSpan.FromDays(10));
        var others = Enumerable.Range(0, 3).Select(_ => Given.Lake(_folder)).ToList();

        var appends = others.Select((other, n) => Task.Run(async () =>
        {
            for (var i = 1; i <= 10; i++)
                await other.CommitRowsAsync(Given.Row((n * 10) + i));
        }));
        var vacuums = Task.Run(async () =>
        {
            var removed = 0;
            for (var i = 0; i < 3; i++)
                removed += (await _lake.VacuumAsync(Given.Readings, Really)).Files.Count;
            removed.Should().Be(100);
        });
        await Task.WhenAll([.. appends, vacuums]);

        (await _lake.IdsAsync()).Should().Equal(Enumerable.Range(0, 31).Select(i => (long)i));
        others.ForEach(other => other.Dispose());
    }

    public static TheoryData<string> Golden() => TableFiles.ReadableGolden();

    [Theory]
    [MemberData(nameof(Golden))]
    public async Task A_golden_table_gives_the_same_rows_after_a_vacuum_or_is_left_as_it_is(string name)
    {
        var golden = Lakehouse.Golden.Open(name);
        TableFiles.Copy(golden.Folder, Table);
        _clock.Advance(TimeSpan.FromDays(40));
        var before = _lake.Select(await _lake.ReadAsync(Given.Readings), "count(*), sum(hash(t::VARCHAR))", "AS t");
        try
        {
            await _lake.VacuumAsync(Given.Readings, Really);
        }
        catch (TableFormatException refused)
        {
            refused.File.Should().Be("protocol");
            return;
        }

        using var fresh = Given.Lake(_folder, _clock);
        fresh.Select(await fresh.ReadAsync(Given.Readings), "count(*), sum(hash(t::VARCHAR))", "AS t").Should().BeEquivalentTo(before);
    }

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }
}
