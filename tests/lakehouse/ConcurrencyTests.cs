using System.Text.Json;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse;

public class ConcurrencyTests
{
    private const int Writers = 16;
    private const int CommitsEach = 50;

    [Fact]
    public async Task Each_version_has_one_winner_and_no_row_is_lost_or_doubled()
    {
        using var folder = new TemporaryFolder();
        // Lakes of their own share nothing but the folder, as processes would.
        var lakes = Enumerable.Range(0, 4).Select(_ => Given.Lake(folder)).ToList();

        var versions = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var won = new List<long>();
            for (var i = 0; i < CommitsEach; i++)
                won.Add(await lakes[writer % lakes.Count].CommitRowsAsync(Given.Row((writer * CommitsEach) + i)));
            return won;
        })));

        versions.SelectMany(v => v).Order().Should().Equal(Enumerable.Range(0, Writers * CommitsEach).Select(v => (long)v));
        using var reader = Given.Lake(folder);
        (await reader.IdsAsync()).Should().Equal(Enumerable.Range(0, Writers * CommitsEach).Select(v => (long)v));
        var times = (await reader.HistoryAsync(Given.Readings)).Select(h => h.Timestamp).ToList();
        times.Should().BeInDescendingOrder().And.OnlyHaveUniqueItems();
        lakes.ForEach(lake => lake.Dispose());
    }

    [Fact]
    public async Task Of_many_writers_of_one_transaction_one_writes_it()
    {
        using var folder = new TemporaryFolder();
        var lakes = Enumerable.Range(0, 8).Select(_ => Given.Lake(folder)).ToList();

        var outcomes = await Task.WhenAll(lakes.Select(lake => Task.Run(async () => await lake.CommitAsync(Given.Rows(Given.Row(1)) with { Transaction = new("batch", 1) }))));

        outcomes.OfType<CommitOutcome.Committed>().Should().ContainSingle();
        outcomes.OfType<CommitOutcome.AlreadyApplied>().Should().HaveCount(7);
        (await lakes[0].IdsAsync()).Should().Equal(1);
        Directory.GetFiles(folder["lake", "tables", "sensor", "reading"], "*.parquet").Should().ContainSingle("the losers removed what they had written");
        lakes.ForEach(lake => lake.Dispose());
    }

    [Fact]
    public async Task An_overwrite_does_not_swallow_rows_that_came_meanwhile()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        using var other = Given.Lake(folder);
        await lake.CommitRowsAsync(Given.Row(1));
        IEnumerable<object?[]> Late()
        {
            other.CommitRowsAsync(Given.Row(2)).GetAwaiter().GetResult(); // while the overwrite gathers its rows
            yield return Given.Row(3);
        }

        var outcome = await lake.CommitAsync(Given.Rows() with { Mode = WriteMode.Overwrite, Rows = new RowSource.Values(Late()) });

        outcome.Should().BeOfType<CommitOutcome.Conflict>().Which.Winner.Should().Be(1);
        (await lake.IdsAsync()).Should().Equal(1, 2);
        Directory.GetFiles(folder["lake", "tables", "sensor", "reading"], "*.parquet").Should().HaveCount(2);
    }

    [Fact]
    public async Task An_append_goes_on_behind_other_appends_and_not_behind_another_schema()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        using var other = Given.Lake(folder);
        await lake.CommitRowsAsync(Given.Row(1));
        IEnumerable<object?[]> While(Func<Task> meanwhile, object?[] row)
        {
            meanwhile().GetAwaiter().GetResult();
            yield return row;
        }
        var wider = Given.Rows() with { Schema = new(Given.IdAndName.Columns.Add(new("unit", DataType.String)), []), Rows = new RowSource.Values([[9L, "x", "m"]]) };

        var appended = await lake.CommitAsync(Given.Rows() with { Rows = new RowSource.Values(While(() => other.CommitRowsAsync(Given.Row(2)), Given.Row(3))) });
        var late = await lake.CommitAsync(Given.Rows() with { Rows = new RowSource.Values(While(async () => await other.CommitAsync(wider), Given.Row(4))) });

        appended.Should().Be(new CommitOutcome.Committed(2, 1));
        late.Should().BeOfType<CommitOutcome.Conflict>().Which.Reason.Should().Contain("schema");
        (await lake.IdsAsync()).Should().Equal(1, 2, 3, 9);
    }

    [Fact]
    public async Task Each_commit_names_the_hash_of_the_one_before()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        for (var i = 0; i < 3; i++)
            await lake.CommitRowsAsync(Given.Row(i));
        var log = Directory.GetFiles(folder["lake", "tables", "sensor", "reading", "_delta_log"], "*.json").Order(StringComparer.Ordinal).ToList();

        for (var i = 1; i < log.Count; i++)
        {
            using var first = JsonDocument.Parse((await File.ReadAllLinesAsync(log[i]))[0]);
            var info = first.RootElement.GetProperty("commitInfo");
            info.GetProperty("plinth").GetProperty("previous").GetString().Should().Be(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(log[i - 1]))));
            info.GetProperty("inCommitTimestamp").GetInt64().Should().BePositive();
        }
    }
}
