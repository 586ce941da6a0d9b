using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Operations;

public sealed class RaceTests : OperationTest
{
    [Theory, InlineData("plain", false), InlineData("plain", true), InlineData("partitioned", true)]
    public async Task Deletes_updates_and_appends_race_and_none_is_lost(string kind, bool vectors)
    {
        const int each = 6;
        var schema = await MakeAsync(kind, vectors);
        await AppendAsync(schema, [.. Enumerable.Range(0, 40).Select(i => Row(i, $"g{i % 4}", 0, nested: false))]);
        using var other = Given.Lake(Folder);
        var second = other.Writer(Given.Readings);

        var outcomes = await Task.WhenAll(
            RepeatAsync(async i => await Writer.DeleteAsync($"id = {i}")),
            RepeatAsync(async i => await second.DeleteAsync($"id = {10 + i}")),
            RepeatAsync(async _ => await Writer.UpdateAsync(new Dictionary<string, string> { ["value"] = "\"value\" + 1" }, "id BETWEEN 20 AND 29")),
            RepeatAsync(async _ => await second.UpdateAsync(new Dictionary<string, string> { ["value"] = "\"value\" + 1" }, "id BETWEEN 20 AND 29")),
            RepeatAsync(async i => await other.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([Row(100 + i, "g1", 0, nested: false)]) })));

        outcomes.SelectMany(o => o).Should().AllBeOfType<CommitOutcome.Committed>();
        var rows = Lake.Select(await Lake.ReadAsync(Given.Readings), "id, \"value\"");
        rows.Select(row => (long)row[0]!).Should().Equal(Enumerable.Range(0, 40).Where(i => i is not (< each or (>= 10 and < 10 + each))).Concat(Enumerable.Range(100, each)).Select(i => (long)i));
        rows.Where(row => (long)row[0]! is >= 20 and < 30).Should().OnlyContain(row => Equals(row[1], 2.0 * each), "no update is lost");

        static Task<List<CommitOutcome>> RepeatAsync(Func<int, Task<CommitOutcome>> change) => Task.Run(async () =>
        {
            var outcomes = new List<CommitOutcome>();
            for (var i = 0; i < each; i++)
                outcomes.Add(await change(i));
            return outcomes;
        });
    }

    [Fact]
    public async Task A_row_that_comes_while_a_delete_looks_is_deleted_too_unless_it_lies_in_another_partition()
    {
        var schema = await MakeAsync("partitioned");
        await AppendAsync(schema, Row(1, "a", 1, nested: false), Row(2, "b", 1, nested: false));
        using var other = Given.Lake(Folder);
        IEnumerable<object?[]> Meanwhile(object?[] late, object?[] row)
        {
            other.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([late]) }).AsTask().GetAwaiter().GetResult();
            yield return row;
        }

        // The source is taken in after the operation has read its state, so the late row is always one it did not see.
        (await Writer.ReplaceWhereAsync("grp = 'a'", new RowSource.Values(Meanwhile(Row(3, "a", 1, nested: false), Row(4, "a", 1, nested: false))))).Should().BeOfType<CommitOutcome.Committed>();
        (await Lake.IdsAsync()).Should().Equal(2, 4);
        var outcome = await Writer.ReplaceWhereAsync("grp = 'a'", new RowSource.Values(Meanwhile(Row(5, "b", 1, nested: false), Row(6, "a", 1, nested: false))));
        outcome.Should().BeOfType<CommitOutcome.Committed>();
        (await Lake.IdsAsync()).Should().Equal(2, 5, 6);
    }

    [Fact]
    public async Task An_append_does_not_slip_in_behind_a_constraint_that_it_breaks()
    {
        var schema = await MakeAsync("plain");
        using var other = Given.Lake(Folder);
        IEnumerable<object?[]> Meanwhile()
        {
            other.Writer(Given.Readings).AddConstraintAsync("positive", "value > 0").AsTask().GetAwaiter().GetResult();
            yield return Row(1, "a", -1, nested: false);
        }

        var outcome = await Lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values(Meanwhile()) });

        outcome.Should().BeOfType<CommitOutcome.Conflict>();
        (await Lake.IdsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_batch_is_applied_once_whatever_the_operation()
    {
        var schema = await MakeAsync("plain");
        await AppendAsync(schema, Row(1, "a", 1, nested: false));
        var options = new WriteOptions { Transaction = new("batch", 1), Lineage = new(["raw:sha256:0"], "run", "code") };
        var set = new Dictionary<string, string> { ["value"] = "\"value\" + 1" };

        (await Writer.UpdateAsync(set, null, options)).Should().BeOfType<CommitOutcome.Committed>();
        (await Writer.UpdateAsync(set, null, options)).Should().BeOfType<CommitOutcome.AlreadyApplied>();
        (await Writer.DeleteAsync("false", options with { Transaction = new("batch", 2) })).Should().BeOfType<CommitOutcome.Committed>("the batch is noted though nothing was to do");

        var snapshot = await Lake.ReadAsync(Given.Readings);
        Lake.Select(snapshot, "\"value\"")[0][0].Should().Be(2.0);
        snapshot.Transactions["batch"].Should().Be(2);
        (await Lake.HistoryAsync(Given.Readings))[1].Lineage!.RunId.Should().Be("run");
    }

    [Fact]
    public async Task A_row_with_two_source_rows_refuses_the_merge()
    {
        var schema = await MakeAsync("plain");
        await AppendAsync(schema, Row(1, "a", 1, nested: false));
        var source = new RowSource.Values([Row(1, "x", 1, nested: false), Row(1, "y", 1, nested: false)]);

        var merge = async () => await Writer.MergeAsync(new() { Source = source, On = "target.id = source.id", Matched = [new MergeAction.Update()] });

        (await merge.Should().ThrowAsync<WriteRefusedException>()).Which.Message.Should().Contain("match several rows of the source");
        await AgreeAsync();
        await Writer.MergeAsync(new() { Source = source, On = "target.id = source.id", Matched = [new MergeAction.Delete()] });
        (await Lake.IdsAsync()).Should().BeEmpty();
    }
}
