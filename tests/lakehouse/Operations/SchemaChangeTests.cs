using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Operations;

public sealed class SchemaChangeTests : OperationTest
{
    [Theory, InlineData("plain"), InlineData("partitioned"), InlineData("nested"), InlineData("mapped")]
    public async Task Columns_come_go_and_change_names_without_a_file_being_rewritten(string kind)
    {
        var schema = await MakeAsync(kind);
        var nested = kind == "nested";
        await AppendAsync(schema, Row(1, "a", 1, nested), Row(2, "b", 2, nested));

        await Writer.AddColumnsAsync([new("note", DataType.String)]);
        await Writer.RenameColumnAsync("grp", "district");
        await Writer.DropColumnAsync("value");
        await Writer.AddColumnsAsync([new("value", DataType.Integer)]);

        foreach (var sql in new[] { "ADD COLUMN note VARCHAR", "RENAME COLUMN grp TO district", "DROP COLUMN \"value\"", "ADD COLUMN \"value\" INTEGER" })
            Beside.Execute($"ALTER TABLE t {sql}");
        await AgreeAsync("a column of an old name is another one");
        var snapshot = await Lake.ReadAsync(Given.Readings);
        snapshot.Schema.PartitionColumns.Should().Equal(kind == "partitioned" ? ["district"] : []);
        Directory.GetFiles(Table, "part-*.parquet").Should().HaveCount(kind == "partitioned" ? 2 : 1);

        using (var rows = Lake.OpenSql())
        using (var connection = rows.Connect())
        {
            var select = $"SELECT * REPLACE (id + 10 AS id, 'new' AS note, 5 AS \"value\") FROM ({snapshot.ToSql()})";
            (await Lake.CommitAsync(new() { Table = Given.Readings, Schema = snapshot.Schema, Rows = new RowSource.Query(connection, select) })).Should().BeOfType<CommitOutcome.Committed>();
        }
        await Writer.DeleteAsync("district = 'a' AND note IS NULL");
        Beside.Execute("INSERT INTO t SELECT * REPLACE (id + 10 AS id, 'new' AS note, 5 AS \"value\") FROM t");
        Beside.Execute("DELETE FROM t WHERE district = 'a' AND note IS NULL");
        await AgreeAsync();
        (await Lake.IdsAsync(TableVersion.At(snapshot.Version))).Should().Equal(1, 2);
    }

    [Fact]
    public async Task A_structs_field_is_renamed_and_dropped()
    {
        var schema = await MakeAsync("nested");
        await AppendAsync(schema, Row(1, "a", 1, nested: true));

        await Writer.RenameColumnAsync("point.label", "name");
        await Writer.DropColumnAsync("point.x");

        var snapshot = await Lake.ReadAsync(Given.Readings);
        snapshot.Schema.Columns[3].Type.ToString().Should().Be("struct<name:string>");
        Lake.Select(snapshot, "point.name").Should().BeEquivalentTo(new[] { new object?[] { "l1" } });
        (await FluentActions.Awaiting(async () => await Writer.DropColumnAsync("point.name")).Should().ThrowAsync<WriteRefusedException>()).Which.Message.Should().Contain("the last of");
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_its_reason()
    {
        await MakeAsync("partitioned");
        await Writer.AddConstraintAsync("positive", "value > 0");
        (Func<Task> Change, string Reason)[] cases =
        [
            (async () => await Writer.DropColumnAsync("grp"), "partitioned by grp"),
            (async () => await Writer.DropColumnAsync("value"), "the constraint positive (value > 0) looks at value"),
            (async () => await Writer.RenameColumnAsync("value", "v"), "drop the constraint first"),
            (async () => await Writer.RenameColumnAsync("id", "grp"), "two columns are named grp"),
            (async () => await Writer.RenameColumnAsync("nothing", "n"), "no column nothing"),
            (async () => await Writer.AddColumnsAsync([new("id", DataType.Long)]), "column id already"),
            (async () => await Writer.AddColumnsAsync([new("n", DataType.Long, Nullable: false)]), "required"),
            (async () => await Writer.SetPropertiesAsync(new Dictionary<string, string?> { ["delta.randomizeFilePrefixes"] = "true" }), "is not supported"),
            (async () => await Writer.DeleteAsync("id = 1), (true"), "is not one SQL expression"),
            (async () => await Writer.DeleteAsync("true; DROP TABLE x"), "is not one SQL expression"),
            (async () => await Writer.UpdateAsync(new Dictionary<string, string> { ["nothing"] = "1" }), "no column nothing"),
            (async () => await Writer.RestoreAsync(99), "no version 99"),
        ];
        foreach (var (change, reason) in cases)
            (await change.Should().ThrowAsync<LakeException>()).Which.Message.Should().Contain(reason);
        (await Lake.ReadAsync(Given.Readings)).Version.Should().Be(1);
    }

    [Fact]
    public async Task Properties_bring_their_features_and_an_append_only_table_keeps_its_rows()
    {
        var schema = await MakeAsync("plain");
        await AppendAsync(schema, Row(1, "a", 1, nested: false));
        await Writer.SetPropertiesAsync(new Dictionary<string, string?> { ["delta.appendOnly"] = "true", ["delta.enableDeletionVectors"] = "true", ["city"] = "花都" });

        var snapshot = await Lake.ReadAsync(Given.Readings);
        snapshot.State.Protocol!.WriterFeatures.Should().Contain(["appendOnly", "deletionVectors", "inCommitTimestamp"]);
        snapshot.State.Protocol.ReaderFeatures.Should().Equal("deletionVectors");
        snapshot.Properties["city"].Should().Be("花都");
        foreach (var change in new Func<Task>[] { async () => await Writer.DeleteAsync("true"), async () => await Writer.UpdateAsync(new Dictionary<string, string> { ["value"] = "2" }), async () => await Writer.RestoreAsync(0) })
            (await change.Should().ThrowAsync<WriteRefusedException>()).Which.Message.Should().Contain("only takes appends");
        await AppendAsync(schema, Row(2, "b", 1, nested: false));
        await Writer.SetPropertiesAsync(new Dictionary<string, string?> { ["delta.appendOnly"] = null, ["city"] = null });
        (await Writer.DeleteAsync("id = 1")).Should().BeOfType<CommitOutcome.Committed>();
        (await Lake.IdsAsync()).Should().Equal(2);
    }

    [Theory, InlineData("plain", false), InlineData("plain", true), InlineData("mapped", true)]
    public async Task Restoring_brings_rows_columns_and_properties_back(string kind, bool vectors)
    {
        var schema = await MakeAsync(kind, vectors);
        await AppendAsync(schema, Row(1, "a", 1, nested: false), Row(2, "b", 2, nested: false));
        await Writer.DeleteAsync("id = 1");
        var version = (await Lake.ReadAsync(Given.Readings)).Version;
        await AppendAsync(schema, Row(3, "c", 3, nested: false));
        await Writer.DeleteAsync("id = 2");
        await Writer.RenameColumnAsync("grp", "district");
        await Writer.SetPropertiesAsync(new Dictionary<string, string?> { ["city"] = "x" });

        (await Writer.RestoreAsync(version)).Should().BeOfType<CommitOutcome.Committed>();

        var snapshot = await Lake.ReadAsync(Given.Readings);
        (await Lake.IdsAsync()).Should().Equal(2);
        snapshot.Schema.Columns.Select(c => c.Name).Should().Equal("id", "grp", "value");
        snapshot.Properties.Should().NotContainKey("city").And.ContainKey("delta.enableInCommitTimestamps");
        await Lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([Row(9, "n", 9, nested: false)]) });
        Lake.Select(await Lake.ReadAsync(Given.Readings), "id, grp, \"value\"").Should().BeEquivalentTo(new[] { new object?[] { 2L, "b", 2.0 }, [9L, "n", 9.0] });
        (await Writer.RestoreAsync((await Lake.ReadAsync(Given.Readings)).Version)).Should().BeOfType<CommitOutcome.AlreadyApplied>();
    }

    [Fact]
    public async Task A_version_whose_files_are_gone_is_not_restored()
    {
        var schema = await MakeAsync("plain");
        await AppendAsync(schema, Row(1, "a", 1, nested: false));
        await Writer.DeleteAsync("true");
        foreach (var file in Directory.GetFiles(Table, "*.parquet"))
            File.Delete(file);

        (await FluentActions.Awaiting(async () => await Writer.RestoreAsync(1)).Should().ThrowAsync<TableFormatException>()).Which.Message.Should().Contain("was vacuumed");
        (await Lake.ReadAsync(Given.Readings)).Version.Should().Be(2);
    }
}
