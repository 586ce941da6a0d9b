using System.Globalization;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Operations;

public sealed class DifferentialTests : OperationTest
{
    private const int Steps = 7;

    [Theory, MemberData(nameof(Kinds))]
    public async Task Random_changes_leave_the_rows_that_the_same_SQL_leaves_and_the_feed_tells_the_difference(string kind, bool vectors, bool feed)
    {
        var random = new Random(kind.Length * 10 + (vectors ? 1 : 0));
        var schema = await MakeAsync(kind, vectors, feed);
        var (next, nested) = (0L, kind == "nested");
        object?[][] Rows(int count) => [.. Enumerable.Range(0, count).Select(_ => Row(next++, random.Next(5) == 0 ? null : $"g{random.Next(4)}", random.Next(9) == 0 ? null : random.Next(100) / 4.0, nested))];
        for (var i = 0; i < 3; i++)
            await AppendAsync(schema, Rows(40));
        var before = Texts(Beside, "FROM t");

        for (var step = 0; step < Steps; step++)
        {
            var what = await StepAsync(random, schema, Rows);
            await AgreeAsync($"step {step}: {what}");
            var after = Texts(Beside, "FROM t");
            await FeedTellsAsync(before, after, what);
            before = after;
        }
    }

    private async Task<string> StepAsync(Random random, TableSchema schema, Func<int, object?[][]> rows)
    {
        var predicate = Predicate(random);
        switch (random.Next(6))
        {
            case 0:
                await AppendAsync(schema, rows(random.Next(1, 30)));
                return "append";
            case 1:
                Expect(await Writer.DeleteAsync(predicate));
                Beside.Execute($"DELETE FROM t WHERE {predicate}");
                return $"delete {predicate}";
            case 2:
                var set = new Dictionary<string, string> { ["value"] = "\"value\" * 2 + id", ["grp"] = random.Next(2) == 0 ? "grp" : "'g' || (id % 3)" };
                Expect(await Writer.UpdateAsync(set, predicate));
                Beside.Execute($"UPDATE t SET {string.Join(", ", set.Select(s => $"\"{s.Key}\" = {s.Value}"))} WHERE {predicate}");
                return $"update {predicate}";
            case 3:
                return await ReplaceAsync(random, rows);
            default:
                return await MergeAsync(random, schema, rows);
        }
    }

    private async Task<string> ReplaceAsync(Random random, Func<int, object?[][]> rows)
    {
        var group = $"g{random.Next(4)}";
        var come = rows(5);
        foreach (var row in come)
            row[1] = group;
        Expect(await Writer.ReplaceWhereAsync($"grp = '{group}'", new RowSource.Values(come)));
        Beside.Execute($"DELETE FROM t WHERE grp = '{group}'");
        using var appender = Beside.Append(null, "t");
        foreach (var row in come)
            appender.AddRow(row);
        return $"replace {group}";
    }

    private async Task<string> MergeAsync(Random random, TableSchema schema, Func<int, object?[][]> rows)
    {
        Beside.Execute("CREATE OR REPLACE TABLE s AS FROM t LIMIT 0");
        using (var appender = Beside.Append(null, "s"))
            foreach (var row in rows(8))
                appender.AddRow(row);
        Beside.Execute($"INSERT INTO s BY NAME SELECT * REPLACE (\"value\" + 1 AS \"value\") FROM t ORDER BY id % {random.Next(3, 9)}, id LIMIT 20");
        var outcome = await Writer.MergeAsync(new()
        {
            Source = new RowSource.Query(Beside, "FROM s"), On = "target.id = source.id",
            Matched = [new MergeAction.Delete("source.id % 7 = 0"), new MergeAction.Update(When: "source.id % 2 = 0"), new MergeAction.Update(new Dictionary<string, string> { ["value"] = "target.\"value\" - source.\"value\"" })],
            NotMatched = [new(new Dictionary<string, string> { ["id"] = "source.id", ["grp"] = "'new'" }, "source.id % 3 = 0"), new(When: "source.\"value\" > 3")],
        });
        Expect(outcome);
        var all = string.Join(", ", schema.Columns.Select(c => $"\"{c.Name}\" = s.\"{c.Name}\""));
        Beside.Execute("CREATE OR REPLACE TABLE old AS SELECT id FROM t");
        Beside.Execute("DELETE FROM t WHERE id IN (SELECT id FROM s) AND id % 7 = 0");
        Beside.Execute("UPDATE t SET \"value\" = t.\"value\" - s.\"value\" FROM s WHERE t.id = s.id AND t.id % 2 <> 0");
        Beside.Execute($"UPDATE t SET {all} FROM s WHERE t.id = s.id AND t.id % 2 = 0");
        Beside.Execute("INSERT INTO t (id, grp) SELECT id, 'new' FROM s WHERE id NOT IN (FROM old) AND id % 3 = 0");
        Beside.Execute("INSERT INTO t SELECT * FROM s WHERE id NOT IN (FROM old) AND id % 3 <> 0 AND \"value\" > 3");
        return "merge";
    }

    private static string Predicate(Random random) => random.Next(6) switch
    {
        0 => $"id % {random.Next(2, 6).ToString(CultureInfo.InvariantCulture)} = 0",
        1 => $"grp = 'g{random.Next(4)}'",
        2 => $"grp = 'g{random.Next(4)}' AND \"value\" > {random.Next(20).ToString(CultureInfo.InvariantCulture)}",
        3 => "grp IS NULL",
        4 => $"\"value\" < {random.Next(5).ToString(CultureInfo.InvariantCulture)} OR id BETWEEN 10 AND 20",
        _ => "grp IN ('g1', 'g3') AND NOT id > 60",
    };

    private static void Expect(CommitOutcome outcome) => (outcome is CommitOutcome.Committed or CommitOutcome.AlreadyApplied).Should().BeTrue($"{outcome}");

    /// <summary>The old rows, less those that the newest version's feed takes out, plus those it brings in, are the new rows.</summary>
    private async Task FeedTellsAsync(List<string> before, List<string> after, string what)
    {
        var version = (await Lake.ReadAsync(Given.Readings)).Version;
        if (before.SequenceEqual(after, StringComparer.Ordinal))
            return; // nothing was to do: no version
        using var database = Lake.OpenSql();
        using var connection = database.Connect();
        var changes = $"({(await Lake.ChangesAsync(Given.Readings, version, version)).Sql})";
        var gone = Texts(connection, $"SELECT * EXCLUDE (_change_type, _commit_version, _commit_timestamp) FROM {changes} WHERE _change_type IN ('delete', 'update_preimage')");
        var come = Texts(connection, $"SELECT * EXCLUDE (_change_type, _commit_version, _commit_timestamp) FROM {changes} WHERE _change_type IN ('insert', 'update_postimage')");
        var rows = before.ToList();
        foreach (var row in gone)
            rows.Remove(row).Should().BeTrue($"{what}: the feed takes out {row}, which was not there");
        rows.Concat(come).Order(StringComparer.Ordinal).Should().Equal(after, what);
    }
}
