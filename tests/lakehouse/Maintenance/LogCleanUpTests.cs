using System.Collections.Immutable;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Maintenance;

public sealed class LogCleanUpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly Lake _lake;

    public LogCleanUpTests() => _lake = Given.Lake(_folder, _clock);

    private string[] Commits => [.. Directory.EnumerateFiles(Path.Combine(TableFiles.Folder(_folder), "_delta_log"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f).TrimStart('0')).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Old_commits_go_behind_a_checkpoint_and_every_younger_version_stays_readable()
    {
        for (var i = 0; i < 23; i++)
            await _lake.CommitRowsAsync(Given.Row(i));
        (await _lake.CleanLogAsync(Given.Readings, dryRun: false)).Files.Should().BeEmpty("the log is young");
        _clock.Advance(TimeSpan.FromDays(31));
        await _lake.CommitRowsAsync(Given.Row(23));

        var dry = await _lake.CleanLogAsync(Given.Readings);
        Commits.Should().HaveCount(24, "a dry run removes nothing");
        var report = await _lake.CleanLogAsync(Given.Readings, dryRun: false);

        report.Files.Should().Equal(dry.Files).And.HaveCount(20 + 1, "commits 0 to 19, and the checkpoint of 10");
        report.OldestVersion.Should().Be(20);
        Commits.Should().Equal("20", "21", "22", "23");
        using var fresh = Given.Lake(_folder, _clock);
        (await fresh.IdsAsync()).Should().Equal(Enumerable.Range(0, 24).Select(i => (long)i));
        for (var version = 20; version < 24; version++)
            (await fresh.IdsAsync(TableVersion.At(version))).Should().HaveCount(version + 1);
        var old = async () => await fresh.IdsAsync(TableVersion.At(12));
        (await old.Should().ThrowAsync<TableFormatException>()).WithMessage("*no longer available*");
        (await fresh.CommitRowsAsync(Given.Row(24))).Should().Be(24);
    }

    [Fact]
    public async Task Versions_that_a_release_or_a_hold_names_stay_readable()
    {
        for (var i = 0; i < 12; i++)
            await _lake.CommitRowsAsync(Given.Row(i));
        await _lake.ReleaseAsync();
        for (var i = 12; i < 33; i++)
            await _lake.CommitRowsAsync(Given.Row(i));
        _clock.Advance(TimeSpan.FromDays(31));

        (await _lake.CleanLogAsync(Given.Readings, dryRun: false)).OldestVersion.Should().Be(10);

        using var fresh = Given.Lake(_folder, _clock);
        (await fresh.IdsAsync(TableVersion.At(11))).Should().HaveCount(12);
    }

    [Fact]
    public async Task Nothing_goes_without_a_checkpoint_that_can_be_read()
    {
        for (var i = 0; i < 12; i++)
            await _lake.CommitRowsAsync(Given.Row(i));
        _clock.Advance(TimeSpan.FromDays(31));
        await File.WriteAllTextAsync(Path.Combine(TableFiles.Folder(_folder), "_delta_log", "00000000000000000010.checkpoint.parquet"), "garbage");

        (await _lake.CleanLogAsync(Given.Readings, dryRun: false)).Files.Should().BeEmpty();
    }

    [Theory]
    [InlineData("plinth.legalHold", "case 1", 0)]
    [InlineData("plinth.legalHold", "3", 0)]
    [InlineData("delta.logRetentionDuration", "interval 60 days", 0)]
    [InlineData("plinth.other", "x", 10)]
    public async Task Properties_of_the_table_keep_the_log(string key, string value, int removed)
    {
        for (var i = 0; i < 12; i++)
            await _lake.CommitAsync(Given.Rows(Given.Row(i)) with { Properties = ImmutableSortedDictionary<string, string>.Empty.Add(key, value) });
        _clock.Advance(TimeSpan.FromDays(31));

        (await _lake.CleanLogAsync(Given.Readings, dryRun: false)).Files.Should().HaveCount(removed);
    }

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }
}
