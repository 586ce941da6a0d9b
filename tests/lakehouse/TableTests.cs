using System.Collections.Immutable;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse;

public class TableTests
{
    [Fact]
    public async Task Appended_rows_are_read_back_and_older_versions_stay()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);

        (await lake.CommitRowsAsync(Given.Row(1), Given.Row(2))).Should().Be(0);
        (await lake.CommitRowsAsync(Given.Row(3))).Should().Be(1);

        (await lake.IdsAsync()).Should().Equal(1, 2, 3);
        (await lake.IdsAsync(TableVersion.At(0))).Should().Equal(1, 2);
        lake.Tables().Should().Equal(Given.Readings);
        lake.Exists(Given.Readings).Should().BeTrue();
    }

    [Fact]
    public async Task Another_lake_object_sees_the_same_table()
    {
        using var folder = new TemporaryFolder();
        using (var writer = Given.Lake(folder))
            for (var i = 0; i < 12; i++)
                await writer.CommitRowsAsync(Given.Row(i));

        using var reader = Given.Lake(folder);
        (await reader.IdsAsync()).Should().HaveCount(12);
        File.Exists(folder["lake", "tables", "sensor", "reading", "_delta_log", "00000000000000000010.checkpoint.parquet"]).Should().BeTrue();
        (await reader.IdsAsync(TableVersion.At(3))).Should().HaveCount(4);
    }

    [Fact]
    public async Task Overwriting_replaces_the_rows_in_one_version()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        await lake.CommitRowsAsync(Given.Row(1), Given.Row(2));

        var outcome = await lake.CommitAsync(Given.Rows(Given.Row(9)) with { Mode = WriteMode.Overwrite });

        outcome.Should().Be(new CommitOutcome.Committed(1, 1));
        (await lake.IdsAsync()).Should().Equal(9);
        (await lake.IdsAsync(TableVersion.At(0))).Should().Equal(1, 2);
    }

    [Fact]
    public async Task Every_type_comes_back_as_it_went_in()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        var schema = new TableSchema(
            new("s", DataType.String), new("l", DataType.Long), new("i", DataType.Integer), new("h", DataType.Short), new("y", DataType.Byte),
            new("f", DataType.Float), new("d", DataType.Double), new("b", DataType.Boolean), new("bin", DataType.Binary), new("day", DataType.Date),
            new("at", DataType.Timestamp), new("wall", DataType.TimestampNtz), new("dec", new DataType.Decimal(20, 3)),
            new("box", DataType.Bbox), new("list", new DataType.Array(DataType.Integer)), new("map", new DataType.Map(DataType.String, DataType.Long)));
        object?[] row =
        [
            "花都 é", 1L << 40, -7, (short)-300, (sbyte)-5, 1.5f, 2.25, true, new byte[] { 0, 255 }, new DateOnly(2024, 2, 29),
            new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(1234560), new DateTime(1999, 12, 31, 23, 59, 59), 12345678901234567.123m,
            new object?[] { 1.0, 2.0, 3.0, 4.0 }, new object?[] { 1, null, 3 }, new Dictionary<object, object?> { ["a"] = 1L },
        ];
        object?[] empty = new object?[row.Length];

        await lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values([row, empty]) });

        var snapshot = await lake.ReadAsync(Given.Readings);
        var back = lake.Select(snapshot, rest: "ORDER BY s NULLS LAST");
        back[0].Should().BeEquivalentTo(row, options => options.WithStrictOrdering());
        back[1].Should().OnlyContain(value => value == null);
        snapshot.Schema.Columns.Select(c => c.Type.ToString()).Should().Equal(schema.Columns.Select(c => c.Type.ToString()));
    }

    [Fact]
    public async Task A_query_is_matched_to_the_schema_by_name()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        using var database = lake.OpenSql();
        using var connection = database.Connect();

        await lake.CommitAsync(Given.Rows() with { Rows = new RowSource.Query(connection, "SELECT 'a' AS name, 5::INTEGER AS id") });

        (await lake.IdsAsync()).Should().Equal(5);
        var wrong = async () => await lake.CommitAsync(Given.Rows() with { Rows = new RowSource.Query(connection, "SELECT 5 AS id, 1 AS other") });
        (await wrong.Should().ThrowAsync<SchemaMismatchException>()).WithMessage("Table 'sensor.reading': the query's columns are not the table's: it lacks name; the table has no other.");
    }

    [Fact]
    public async Task Partitioned_rows_are_read_with_their_values()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        var schema = new TableSchema([new("district", DataType.String), new("day", DataType.Date), new("id", DataType.Long)], ["district", "day"]);
        var (today, other) = (new DateOnly(2024, 5, 1), new DateOnly(2024, 5, 2));
        object?[][] rows = [["花都", today, 1L], ["it's", other, 2L], [null, today, 3L], ["花都", today, 4L]];

        await lake.CommitAsync(new() { Table = Given.Readings, Schema = schema, Rows = new RowSource.Values(rows) });

        var snapshot = await lake.ReadAsync(Given.Readings);
        snapshot.Files.Should().HaveCount(3);
        lake.Select(snapshot, rest: "ORDER BY id").Should().BeEquivalentTo(rows, options => options.WithStrictOrdering());
    }

    [Fact]
    public async Task A_transaction_is_applied_once()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        var batch = Given.Rows(Given.Row(1)) with { Transaction = new("ingest:1", 1) };

        (await lake.CommitAsync(batch)).Should().Be(new CommitOutcome.Committed(0, 1));
        (await lake.CommitAsync(batch)).Should().Be(new CommitOutcome.AlreadyApplied(0));
        (await lake.CommitAsync(Given.Rows() with { Transaction = new("ingest:2", 1) })).Should().Be(new CommitOutcome.Committed(1, 0));

        (await lake.IdsAsync()).Should().Equal(1);
        (await lake.ReadAsync(Given.Readings)).Transactions.Should().Equal(new Dictionary<string, long> { ["ingest:1"] = 1, ["ingest:2"] = 1 });
    }

    [Fact]
    public async Task Several_batches_of_one_commit_are_taken_together_or_not_at_all()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        var both = Given.Rows(Given.Row(1)) with { Transactions = [new("ingest:1", 1), new("ingest:2", 1)] };

        (await lake.CommitAsync(both)).Should().Be(new CommitOutcome.Committed(0, 1));
        (await lake.CommitAsync(both)).Should().Be(new CommitOutcome.AlreadyApplied(0));
        (await lake.CommitAsync(both with { Transactions = both.Transactions.Add(new("ingest:3", 1)) })).Should().BeOfType<CommitOutcome.Conflict>();
        (await lake.IdsAsync()).Should().Equal(1);
    }

    [Fact]
    public async Task A_table_that_asks_for_small_row_groups_gets_them_in_every_version()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        await lake.CommitAsync(new Commit { Table = Given.Readings, Schema = Given.IdAndName, Properties = ImmutableSortedDictionary<string, string>.Empty.Add("plinth.rowGroupRows", "2048") });
        await lake.CommitAsync(Given.Rows() with { Rows = new RowSource.Values(Enumerable.Range(0, 5000).Select(i => Given.Row(i))) });

        var file = (await lake.ReadAsync(Given.Readings)).Files.Single();
        using var database = lake.OpenSql();
        using var connection = database.Connect();
        connection.Scalar<long>("SELECT count(DISTINCT row_group_id) FROM parquet_metadata($1)", [file.Path]).Should().Be(3);
    }

    [Fact]
    public async Task A_snapshot_narrowed_to_new_files_gives_the_rows_that_came_since()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        await lake.CommitRowsAsync(Given.Row(1));
        var before = (await lake.ReadAsync(Given.Readings)).Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        await lake.CommitRowsAsync(Given.Row(2), Given.Row(3));

        var since = (await lake.ReadAsync(Given.Readings)).Only(file => !before.Contains(file.Path));
        lake.Select(since, "id").Select(row => row[0]).Should().Equal(2L, 3L);
    }

    [Fact]
    public async Task New_nullable_columns_at_the_end_are_added_and_old_rows_have_none()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        await lake.CommitRowsAsync(Given.Row(1));
        var wider = new TableSchema(Given.IdAndName.Columns.Add(new("unit", DataType.String)), []);

        await lake.CommitAsync(new() { Table = Given.Readings, Schema = wider, Rows = new RowSource.Values([[2L, "b", "m"]]) });

        lake.Select(await lake.ReadAsync(Given.Readings)).Should().BeEquivalentTo(new object?[][] { [1L, "n", null], [2L, "b", "m"] }, o => o.WithStrictOrdering());
        (await lake.ReadAsync(Given.Readings, TableVersion.At(0))).Schema.Columns.Should().HaveCount(2);
        var narrower = async () => await lake.CommitRowsAsync(Given.Row(3));
        (await narrower.Should().ThrowAsync<SchemaMismatchException>()).WithMessage("Table 'sensor.reading': its column unit is not given.");
    }

    [Fact]
    public async Task A_row_without_a_required_value_is_refused_and_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        await lake.CommitAsync(Given.Rows() with { Rows = null });

        var values = async () => await lake.CommitRowsAsync(Given.Row(1), [null, "x"]);
        (await values.Should().ThrowAsync<SchemaMismatchException>()).WithMessage("Table 'sensor.reading': row 2 has no value for id, which is required.");
        using var database = lake.OpenSql();
        using var connection = database.Connect();
        var query = async () => await lake.CommitAsync(Given.Rows() with { Rows = new RowSource.Query(connection, "SELECT NULL::BIGINT AS id, 'x' AS name") });
        (await query.Should().ThrowAsync<SchemaMismatchException>()).WithMessage("*no value in some places for id*");

        Directory.GetFiles(folder["lake", "tables", "sensor", "reading"], "*.parquet").Should().BeEmpty();
        (await lake.ReadAsync(Given.Readings)).Version.Should().Be(0);
    }

    [Fact]
    public async Task An_empty_table_has_its_columns_and_no_rows()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);

        (await lake.CommitAsync(Given.Rows() with { Rows = null })).Should().Be(new CommitOutcome.Committed(0, 0));
        (await lake.CommitAsync(Given.Rows() with { Rows = null })).Should().Be(new CommitOutcome.AlreadyApplied(0));

        (await lake.IdsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Views_show_the_newest_versions_or_those_asked_for()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        await lake.CommitRowsAsync(Given.Row(1));
        await lake.CommitRowsAsync(Given.Row(2));
        using var database = lake.OpenSql();
        using var connection = database.Connect();

        await lake.CreateViewsAsync(connection);
        connection.Scalar<long>("SELECT count(*) FROM sensor.reading").Should().Be(2);
        await lake.CreateViewsAsync(connection, [await lake.ReadAsync(Given.Readings, TableVersion.At(0))]);
        connection.Scalar<long>("SELECT count(*) FROM sensor.reading").Should().Be(1);
    }

    [Fact]
    public async Task History_tells_what_was_done_and_where_the_rows_came_from()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        var lineage = new Lineage(["raw:sha256:ab"], "run-1", "0.1.0", "anna", "ingest");
        await lake.CommitAsync(Given.Rows() with { Rows = null });
        await lake.CommitAsync(Given.Rows(Given.Row(1), Given.Row(2)) with { Lineage = lineage });

        var history = await lake.HistoryAsync(Given.Readings);

        history.Select(h => (h.Version, h.Operation)).Should().Equal((1, "WRITE"), (0, "CREATE TABLE"));
        history[0].Lineage.Should().BeEquivalentTo(lineage);
        history[0].Metrics["numOutputRows"].Should().Be("2");
        history[0].Timestamp.Should().BeAfter(history[1].Timestamp);
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        using var lake = Given.Lake(folder);
        var table = async () => await lake.ReadAsync(Given.Readings);
        (await table.Should().ThrowAsync<TableNotFoundException>()).WithMessage("There is no table 'sensor.reading'; *");
        await lake.CommitRowsAsync(Given.Row(1));
        var version = async () => await lake.ReadAsync(Given.Readings, TableVersion.At(9));
        (await version.Should().ThrowAsync<TableNotFoundException>()).WithMessage("Table 'sensor.reading' has no version 9; its newest version is 0.");
        var time = async () => await lake.ReadAsync(Given.Readings, TableVersion.AsOf(DateTimeOffset.UnixEpoch));
        (await time.Should().ThrowAsync<TableNotFoundException>()).WithMessage("*has no version as of 1970-01-01T00:00:00.000+00:00; its newest version is 0.");
    }
}
