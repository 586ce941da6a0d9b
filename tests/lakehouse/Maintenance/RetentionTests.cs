using System.Collections.Immutable;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.Tests.Lakehouse.Maintenance;

public sealed class RetentionTests : IDisposable
{
    private static readonly DateTimeOffset Limit = new(2024, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly Lake _lake;

    public RetentionTests() => _lake = Given.Lake(_folder, _clock);

    [Theory]
    [InlineData("timestamp", false)]
    [InlineData("timestamp", true)]
    [InlineData("timestamp_ntz", false)]
    [InlineData("date", false)]
    public async Task Rows_past_their_time_go_in_one_commit_that_says_why_and_rows_without_a_time_stay(string type, bool vectors)
    {
        await AddAsync(type, vectors, (1, Limit.AddDays(-2)), (2, Limit.AddTicks(-10)), (3, Limit), (4, Limit.AddDays(2)), (5, null));
        var expected = type == "date" ? new long[] { 2, 3, 4, 5 } : [3, 4, 5]; // a day counts as a whole

        var dry = await _lake.RetainAsync(Given.Readings, new("at", Limit, "contract 1"));
        (await _lake.IdsAsync()).Should().HaveCount(5, "a dry run takes nothing out");
        var report = await _lake.RetainAsync(Given.Readings, new("at", Limit, "contract 1") { DryRun = false });

        report.Should().BeEquivalentTo(dry with { DryRun = false, Version = 1 });
        (report.Rows, report.Undated).Should().Be((5 - expected.Length, 1));
        (await _lake.IdsAsync()).Should().Equal(expected);
        var record = (await _lake.HistoryAsync(Given.Readings))[0];
        (record.Operation, record.Parameters["reason"], record.Parameters["before"]).Should().Be(("RETENTION", "\"contract 1\"", "\"2024-05-01T12:00:00.000000Z\""));
        (await _lake.RetainAsync(Given.Readings, new("at", Limit, "again") { DryRun = false })).Should().BeEquivalentTo(new { Rows = 0L, Version = 1L }, "a second run finds nothing and makes no version");
    }

    [Fact]
    public async Task A_table_on_hold_keeps_its_rows_a_version_on_hold_its_files_and_both_are_said()
    {
        await AddAsync("timestamp", false, (1, Limit.AddDays(-2)), (2, Limit));
        await _lake.HoldAsync(Given.Readings, "whole-1");
        var retain = async () => await _lake.RetainAsync(Given.Readings, new("at", Limit, "x") { DryRun = false });
        (await retain.Should().ThrowAsync<MaintenanceRefusedException>()).WithMessage("*legal hold whole-1 on the whole table: no row may be taken out*");
        (await _lake.RetainAsync(Given.Readings, new("at", Limit, "x"))).Should().BeEquivalentTo(new { Rows = 0L, Kept = new[] { "legal hold whole-1 on the whole table" } });

        await _lake.LiftHoldAsync(Given.Readings, "whole-1");
        await _lake.HoldAsync(Given.Readings, "case-2", [0]);
        (await retain()).Should().BeEquivalentTo(new { Rows = 1L, Kept = new[] { "legal hold case-2 on version 0" } });
        _clock.Advance(TimeSpan.FromDays(60));
        var vacuum = await _lake.VacuumAsync(Given.Readings, new() { DryRun = false });

        vacuum.Files.Should().BeEmpty();
        vacuum.Kept.Should().Equal("version 0: legal hold case-2");
        (await _lake.IdsAsync(TableVersion.At(0))).Should().Equal(1, 2);
        await _lake.LiftHoldAsync(Given.Readings, "case-2");
        (await _lake.VacuumAsync(Given.Readings, new() { DryRun = false })).Files.Should().ContainSingle("nothing holds the file with the old row any more");
    }

    [Fact]
    public async Task A_file_with_the_tag_of_a_hold_keeps_its_rows()
    {
        await AddAsync("timestamp", false, (1, Limit.AddDays(-2)));
        await AddAsync("timestamp", false, (2, Limit.AddDays(-2)));
        var commit = Path.Combine(TableFiles.Folder(_folder), "_delta_log", "00000000000000000000.json");
        await File.WriteAllTextAsync(commit, (await File.ReadAllTextAsync(commit)).Replace("\"tags\":{", "\"tags\":{\"plinth.legalHold\":\"case 9\",", StringComparison.Ordinal));
        using var fresh = Given.Lake(_folder, _clock);

        var report = await fresh.RetainAsync(Given.Readings, new("at", Limit, "x") { DryRun = false });

        report.Rows.Should().Be(1);
        report.Kept.Should().ContainSingle().Which.Should().StartWith("legal hold on file ");
        (await fresh.IdsAsync()).Should().Equal(1);
    }

    [Theory]
    [InlineData("gone", "has no column gone")]
    [InlineData("id", "is of type long")]
    public async Task A_column_that_tells_no_time_is_refused(string column, string reason)
    {
        await AddAsync("timestamp", false, (1, Limit));
        var retain = async () => await _lake.RetainAsync(Given.Readings, new(column, Limit, "x"));
        (await retain.Should().ThrowAsync<MaintenanceRefusedException>()).WithMessage($"*{reason}*");
    }

    private async Task AddAsync(string type, bool vectors, params (long Id, DateTimeOffset? At)[] rows)
    {
        DataType of = type == "timestamp" ? DataType.Timestamp : type == "date" ? DataType.Date : DataType.TimestampNtz;
        object? Value(DateTimeOffset? at) => at is not { } time ? null : type switch { "timestamp" => time, "date" => DateOnly.FromDateTime(time.UtcDateTime), _ => time.UtcDateTime };
        (await _lake.CommitAsync(new()
        {
            Table = Given.Readings, Schema = new(new Column("id", DataType.Long), new Column("at", of)), Rows = new RowSource.Values(rows.Select(row => new[] { row.Id, Value(row.At) })),
            Properties = vectors ? ImmutableSortedDictionary<string, string>.Empty.Add("delta.enableDeletionVectors", "true") : ImmutableSortedDictionary<string, string>.Empty,
        })).RequireVersion(Given.Readings);
    }

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }
}
