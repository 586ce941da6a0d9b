using Plinth.Lakehouse;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.Tests.Lakehouse.Maintenance;

public sealed class TailTests : IDisposable
{
    private static readonly TableName Derived = new("sensor", "derived");

    private readonly TemporaryFolder _folder = new();
    private readonly Lake _lake;

    public TailTests() => _lake = Given.Lake(_folder);

    [Fact]
    public async Task A_consumer_sees_each_change_once()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        await _lake.CommitRowsAsync(Given.Row(2));
        var first = (await _lake.TailAsync("map", Given.Readings))!;
        (first.From, first.To).Should().Be((0, 1));
        Ids(first).Should().Equal("insert 1", "insert 2");
        Ids((await _lake.TailAsync("map", Given.Readings))!).Should().Equal("insert 1", "insert 2");
        await _lake.ConfirmAsync(first);
        (await _lake.TailAsync("map", Given.Readings)).Should().BeNull();

        await _lake.CommitRowsAsync(Given.Row(3));
        await _lake.OptimizeAsync(Given.Readings, new() { DryRun = false });
        await _lake.OverwriteAsync(Given.Row(4));

        using var restarted = Given.Lake(_folder);
        var second = (await restarted.TailAsync("map", Given.Readings))!;
        (second.From, second.To).Should().Be((2, 4));
        Ids(second).Should().Equal("delete 1", "delete 2", "delete 3", "insert 3", "insert 4");
        await restarted.ConfirmAsync(second);
        await restarted.ConfirmAsync(first);
        (await restarted.TailAsync("map", Given.Readings)).Should().BeNull("confirming what is older takes nothing back");
        Ids((await restarted.TailAsync("other", Given.Readings))!).Should().Equal("insert 4");
    }

    [Fact]
    public async Task A_derived_table_takes_each_row_once_though_its_maker_stops_at_any_point()
    {
        var random = new Random(11);
        for (long id = 0; id < 60; id++)
        {
            await _lake.CommitRowsAsync(Given.Row(id));
            if (random.Next(3) != 0)
                continue;
            using var maker = Given.Lake(_folder); // a new process
            if (await maker.TailAsync("derive", Given.Readings, Derived) is not { } tail || random.Next(3) == 0)
                continue; // stopped before it wrote anything
            using var database = maker.OpenSql();
            using var connection = database.Connect();
            var rows = new RowSource.Query(connection, $"SELECT id, name FROM ({tail.Sql}) WHERE _change_type = 'insert'");
            await maker.CommitAsync(new() { Table = Derived, Schema = Given.IdAndName, Rows = rows, Transaction = tail.Transaction });
            if (random.Next(3) == 0) // it did not hear of its success, and tries the same again
                (await maker.CommitAsync(new() { Table = Derived, Schema = Given.IdAndName, Rows = rows, Transaction = tail.Transaction })).Should().BeOfType<CommitOutcome.AlreadyApplied>();
        }

        var seen = (await _lake.ReadAsync(Derived)).Transactions["tail:derive:sensor.reading"];
        seen.Should().BeInRange(30, 59);
        _lake.Select(await _lake.ReadAsync(Derived), "id").Select(row => (long)row[0]!).Should().Equal(Enumerable.Range(0, (int)seen + 1).Select(id => (long)id));
    }

    [Fact]
    public async Task What_can_no_longer_be_told_is_an_error_and_not_a_hole()
    {
        await _lake.CommitRowsAsync(Given.Row(1));
        await _lake.ConfirmAsync((await _lake.TailAsync("map", Given.Readings))!);
        await _lake.CommitRowsAsync(Given.Row(2, "b"));
        await _lake.EraseAsync(Given.Readings, "name = 'b'", new("case 1") { DryRun = false, ForgetHistory = true });
        using var fresh = Given.Lake(_folder);
        var tail = async () => await fresh.TailAsync("map", Given.Readings);
        await tail.Should().ThrowAsync<TableFormatException>();
        var wrong = async () => await fresh.TailAsync("../map", Given.Readings);
        await wrong.Should().ThrowAsync<ArgumentException>();
    }

    private List<string> Ids(TableTail tail)
    {
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        return [.. connection.Rows($"SELECT _change_type || ' ' || id FROM ({tail.Sql}) ORDER BY 1").Select(row => (string)row[0]!)];
    }

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }
}
