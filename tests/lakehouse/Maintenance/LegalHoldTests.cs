using System.Collections.Immutable;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.Tests.Lakehouse.Maintenance;

public sealed class LegalHoldTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly Lake _lake;

    public LegalHoldTests() => _lake = Given.Lake(_folder, _clock);

    [Fact]
    public async Task Holds_are_placed_listed_and_lifted_one_by_one_and_the_history_says_who_did()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        await _lake.CommitRowsAsync(Given.Row(2));
        var lineage = new Lineage([], "run", "code", "person:steward");

        await _lake.HoldAsync(Given.Readings, "court.24-7", null, lineage);
        await _lake.HoldAsync(Given.Readings, "audit", [1, 0], lineage);

        (await _lake.HoldsAsync()).Select(hold => hold.ToString()).Should().Equal("legal hold audit on version 0, 1", "legal hold court.24-7 on the whole table");
        await _lake.LiftHoldAsync(Given.Readings, "court.24-7", lineage);
        (await _lake.HoldsAsync()).Should().ContainSingle().Which.Should().BeEquivalentTo(new { Table = Given.Readings, Case = "audit", Versions = new[] { 0L, 1L } });
        (await _lake.HistoryAsync(Given.Readings)).Take(3).Should().OnlyContain(record => record.Lineage!.Principal == "person:steward");
        var again = async () => await _lake.LiftHoldAsync(Given.Readings, "court.24-7");
        (await again.Should().ThrowAsync<MaintenanceRefusedException>()).WithMessage("*there is no legal hold 'court.24-7' on it*");
        var absent = async () => await _lake.HoldAsync(Given.Readings, "x", [99]);
        await absent.Should().ThrowAsync<TableNotFoundException>();
        var unnamed = async () => await _lake.HoldAsync(Given.Readings, "a b");
        (await unnamed.Should().ThrowAsync<MaintenanceRefusedException>()).WithMessage("*'a b' is no name of a case*");
        (await _lake.IdsAsync()).Should().Equal(1, 2);
    }

    [Fact]
    public async Task Vacuum_erase_and_log_clean_up_leave_a_table_on_hold_alone_and_name_the_case()
    {
        for (var i = 0; i < 12; i++)
            await _lake.OverwriteAsync(Given.Row(i));
        await _lake.HoldAsync(Given.Readings, "court-1");
        _clock.Advance(TimeSpan.FromDays(90));
        var before = TableFiles.Of(_folder);

        var vacuum = await _lake.VacuumAsync(Given.Readings, new() { DryRun = false });
        var clean = await _lake.CleanLogAsync(Given.Readings, dryRun: false);
        var erase = async () => await _lake.EraseAsync(Given.Readings, "id = 3", new("case 7") { DryRun = false });

        (vacuum.Files.Count, clean.Files.Count).Should().Be((0, 0));
        vacuum.Kept.Should().ContainSingle().Which.Should().Contain("court-1");
        (await erase.Should().ThrowAsync<MaintenanceRefusedException>()).WithMessage("*legal hold court-1 on the whole table*lift it first*");
        TableFiles.Of(_folder).Should().Equal(before);

        await _lake.LiftHoldAsync(Given.Readings, "court-1");
        (await _lake.VacuumAsync(Given.Readings, new() { DryRun = false })).Files.Should().HaveCount(11);
        (await _lake.CleanLogAsync(Given.Readings, dryRun: false)).Files.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Going_back_to_a_version_before_a_hold_does_not_lift_it_and_to_one_with_it_does_not_place_it()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        await _lake.HoldAsync(Given.Readings, "a");
        await _lake.CommitRowsAsync(Given.Row(2));
        (await _lake.Writer(Given.Readings).RestoreAsync(0)).RequireVersion(Given.Readings);
        (await _lake.HoldsAsync()).Should().ContainSingle();

        await _lake.LiftHoldAsync(Given.Readings, "a");
        (await _lake.Writer(Given.Readings).RestoreAsync(2)).RequireVersion(Given.Readings);
        (await _lake.HoldsAsync()).Should().BeEmpty();
        (await _lake.IdsAsync()).Should().Equal(1, 2);
    }

    [Theory]
    [InlineData("case 1", "legal hold case 1 on the whole table")]
    [InlineData("3, 1", "legal hold on version 1, 3")]
    [InlineData("false", null)]
    public async Task A_hold_that_was_set_as_a_property_is_listed_and_lifted_too(string value, string? hold)
    {
        await _lake.CommitAsync(Given.Rows(Given.Row(1)) with { Properties = ImmutableSortedDictionary<string, string>.Empty.Add("plinth.legalHold", value) });
        (await _lake.HoldsAsync()).Select(h => h.ToString()).Should().Equal(hold is null ? [] : [hold]);
        if (hold is null)
            return;
        await _lake.LiftHoldAsync(Given.Readings, (await _lake.HoldsAsync())[0].Case);
        (await _lake.HoldsAsync()).Should().BeEmpty();
    }

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }
}
