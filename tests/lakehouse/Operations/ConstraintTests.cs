using Plinth.Lakehouse;
using Plinth.Lakehouse.Writing;

namespace Plinth.Tests.Lakehouse.Operations;

public sealed class ConstraintTests : OperationTest
{
    [Theory, InlineData("plain"), InlineData("mapped"), InlineData("mapped partitioned")]
    public async Task A_constraint_refuses_rows_by_every_way_in_and_names_rule_and_row(string kind)
    {
        var schema = await MakeAsync(kind);
        await AppendAsync(schema, Row(1, "a", 1, nested: false));
        (await Writer.AddConstraintAsync("small", "value < 100 AND grp IN ('a', 'b')")).Should().BeOfType<CommitOutcome.Committed>();
        var version = (await Lake.ReadAsync(Given.Readings)).Version;

        object?[] bad = [7L, "a", 100.0];
        Func<Task>[] ways =
        [
            async () => await Lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([bad]) }),
            async () => await Lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Query(Beside, "SELECT 7 AS id, 'a' AS grp, 100.0 AS \"value\"") }),
            async () => await Writer.UpdateAsync(new Dictionary<string, string> { ["value"] = "100", ["id"] = "7" }),
            async () => await Writer.ReplaceWhereAsync("id = 7", new RowSource.Values([bad])),
            async () => await Writer.MergeAsync(new() { Source = new RowSource.Values([bad]), On = "target.id = source.id", NotMatched = [new()] }),
        ];
        foreach (var way in ways)
            (await way.Should().ThrowAsync<WriteRefusedException>()).Which.Message.Should().Contain("CHECK constraint small (value < 100 AND grp IN ('a', 'b'))").And.Contain("7").And.Contain("100.0");
        var unknown = async () => await Lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([[8L, null, 1.0]]) });
        await unknown.Should().ThrowAsync<WriteRefusedException>("a condition that is null fails");

        (await Lake.ReadAsync(Given.Readings)).Version.Should().Be(version);
        await AgreeAsync();
        Directory.GetFiles(Table, "part-*.parquet").Should().ContainSingle("refused rows leave no file");
        await AppendAsync(schema, Row(2, "b", 99, nested: false));
        await Writer.DropConstraintAsync("SMALL");
        await AppendAsync(schema, bad);
        await AgreeAsync();
    }

    [Fact]
    public async Task Rows_that_are_there_are_looked_at_before_a_constraint_is_added()
    {
        var schema = await MakeAsync("nested");
        await AppendAsync(schema, Row(1, "a", 1, nested: true), Row(3, "a", null, nested: true));

        (await FluentActions.Awaiting(async () => await Writer.AddConstraintAsync("known", "value IS NOT NULL")).Should().ThrowAsync<WriteRefusedException>()).Which.Message.Should().Contain("known").And.Contain("'id': 3");
        (await FluentActions.Awaiting(async () => await Writer.SetRequiredAsync("point.x")).Should().ThrowAsync<WriteRefusedException>()).Which.Message.Should().Contain("NOT NULL of point.x");

        await Writer.DeleteAsync("id = 3");
        await Writer.SetRequiredAsync("point.x");
        (await FluentActions.Awaiting(async () => await Lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([[6L, "a", 1.0, new object?[] { null, "l" }, null]]) }))
            .Should().ThrowAsync<WriteRefusedException>()).Which.Message.Should().Contain("NOT NULL of point.x");
        await Lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([[7L, "a", 1.0, null, null]]) });
        (await Lake.IdsAsync()).Should().Equal(1, 7);
    }

    [Theory]
    [InlineData("value / 2 > 1", "'/ ' is not")]
    [InlineData("grp = 1", "different kinds")]
    [InlineData("grp = \"a\"", "not supported")]
    [InlineData("nothing > 1", "'nothing' is not a column")]
    [InlineData("regexp_like(grp, 'a')", "the function regexp_like")]
    [InlineData("value > 1) OR (true", "was not expected")]
    [InlineData("value", "not of the kind Truth")]
    [InlineData("grp LIKE 'a\\\\_'", "backslash")]
    public async Task A_condition_that_engines_understand_differently_is_refused(string condition, string reason)
    {
        await MakeAsync("plain");
        var add = async () => await Writer.AddConstraintAsync("c", condition);
        (await add.Should().ThrowAsync<WriteRefusedException>()).Which.Message.Should().Contain(reason);
    }

    [Theory]
    [InlineData("`grp` == 'it''s' OR NOT (id <=> NULL)", "(((\"grp\" = 'it''s') OR (NOT (\"id\" IS NOT DISTINCT FROM NULL))))")]
    [InlineData("id BETWEEN -1 AND 2 + 3 * 4 AND length(grp) > 0", "((\"id\" BETWEEN (-1) AND (2 + (3 * 4)))) AND ((length(\"grp\") > 0))")]
    [InlineData("coalesce(grp, '') NOT LIKE 'a%' and point.x is not null", "((coalesce(\"grp\", '') NOT LIKE 'a%')) AND ((struct_extract(\"point\", 'x') IS NOT NULL))")]
    public void A_condition_is_made_into_the_engines_SQL(string condition, string sql)
    {
        var schema = new TableSchema(new("id", DataType.Long), new("grp", DataType.String), new("point", Point));
        SqlExpression.Parse(condition, schema, schema, strict: true).Sql.Should().Be(sql);
    }
}
