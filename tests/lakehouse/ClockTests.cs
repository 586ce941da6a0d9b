using Plinth.Lakehouse;
using Plinth.Tests.Lakehouse.Maintenance;

namespace Plinth.Tests.Lakehouse;

/// <summary>Clocks that go backwards.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly Lake _lake;

    public ClockTests() => _lake = Given.Lake(_folder, _clock);

    [Fact]
    public async Task Versions_times_only_grow_though_the_clock_goes_back_and_a_version_is_found_by_them()
    {
        await _lake.CommitRowsAsync(Given.Row(0));
        foreach (var back in new[] { TimeSpan.FromHours(1), TimeSpan.FromDays(3), TimeSpan.FromDays(3650) })
        {
            _clock.Advance(-back);
            await _lake.CommitRowsAsync(Given.Row(1));
            await _lake.OptimizeAsync(Given.Readings, new() { DryRun = false });
            await _lake.Writer(Given.Readings).DeleteAsync("id = 1");
        }
        using var other = Given.Lake(_folder); // with the right clock again
        await other.CommitRowsAsync(Given.Row(2));

        using var fresh = Given.Lake(_folder, _clock);
        var history = await fresh.HistoryAsync(Given.Readings);
        history.Select(record => record.Timestamp).Should().BeInDescendingOrder().And.OnlyHaveUniqueItems();
        foreach (var record in history)
            (await fresh.ReadAsync(Given.Readings, TableVersion.AsOf(record.Timestamp))).Version.Should().Be(record.Version);
        (await fresh.ReadAsync(Given.Readings)).Timestamp.Should().Be(history[0].Timestamp);
    }

    [Fact]
    public async Task A_file_removed_while_the_clock_stood_a_month_back_is_not_old_to_a_vacuum()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        _clock.Advance(TimeSpan.FromDays(-30));
        await _lake.OverwriteAsync(Given.Row(2));
        _clock.Advance(TimeSpan.FromDays(30) + TimeSpan.FromDays(5));

        (await _lake.VacuumAsync(Given.Readings, new() { DryRun = false })).Files.Should().BeEmpty("it was removed five days ago, whatever the commit says");
        (await _lake.IdsAsync(TableVersion.At(0))).Should().Equal(1);
        _clock.Advance(TimeSpan.FromDays(3));
        (await _lake.VacuumAsync(Given.Readings, new() { DryRun = false })).Files.Should().ContainSingle();
    }

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }
}
