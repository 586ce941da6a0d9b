using Plinth.Lakehouse;
using Plinth.Lakehouse.Delta;

namespace Plinth.Tests.Lakehouse;

/// <summary>Tables of other writers that are built here by hand, for what the golden tables do not show.</summary>
public sealed class ForeignTableTests : HandMadeTables
{
    [Fact]
    public async Task Columns_mapped_by_id_are_found_whatever_they_are_called_in_the_file()
    {
        Copy("SELECT 1 AS x, {'p': 2, 'q': 'in'} AS y, [{'u': 3}] AS z, MAP{'k': {'w': 4}} AS m", "a.parquet",
            "FIELD_IDS {x: 1, y: {__duckdb_field_id: 2, p: 3, q: 4}, z: {__duckdb_field_id: 5, element: {__duckdb_field_id: 6, u: 7}}, m: {__duckdb_field_id: 8, key: 9, value: {__duckdb_field_id: 10, w: 11}}}");
        Copy("SELECT 9 AS renamed, {'gone': 2} AS y", "b.parquet", "FIELD_IDS {renamed: 1, y: {__duckdb_field_id: 2, gone: 99}}");
        var schema = Struct(
            Mapped("id", 1, "\"integer\""),
            Mapped("place", 2, Struct(Mapped("q2", 4, "\"string\""), Mapped("p2", 3, "\"long\""))),
            Mapped("list", 5, $$$"""{"type":"array","containsNull":true,"elementType":{{{Struct(Mapped("u2", 7, "\"integer\""))}}}}"""),
            Mapped("map", 8, $$$"""{"type":"map","valueContainsNull":true,"keyType":"string","valueType":{{{Struct(Mapped("w2", 11, "\"integer\""))}}}}"""));
        Log(0, """{"protocol":{"minReaderVersion":2,"minWriterVersion":5}}""", Metadata(schema, [], ("delta.columnMapping.mode", "id")), Add("a.parquet"), Add("b.parquet"));

        var rows = Lake.Select(await Lake.ReadFolderAsync(Table), rest: "ORDER BY id");

        rows.Should().HaveCount(2);
        rows[0].Should().BeEquivalentTo(new object?[]
        {
            1, new object?[] { "in", 2L }, new object?[] { new object?[] { 3 } }, new Dictionary<object, object?> { ["k"] = new object?[] { 4 } },
        }, options => options.WithStrictOrdering());
        rows[1].Should().BeEquivalentTo(new object?[] { 9, new object?[] { null, null }, null, null }, options => options.WithStrictOrdering());
    }

    [Theory]
    [InlineData("name")]
    [InlineData("id")]
    public async Task Rows_are_written_under_the_names_and_ids_that_a_mapped_table_gives_its_columns(string mode)
    {
        var folder = Folder["lake", "tables", "sensor", "reading"];
        var schema = Struct(Mapped("id", 1, "\"long\""), Mapped("place", 2, Struct(Mapped("p", 3, "\"long\""), Mapped("q", 4, "\"string\""))),
            Mapped("list", 5, $$$"""{"type":"array","containsNull":true,"elementType":{{{Struct(Mapped("u", 6, "\"integer\""))}}}}"""), Mapped("day", 7, "\"date\""));
        LogIn(folder, 0, """{"protocol":{"minReaderVersion":2,"minWriterVersion":5}}""", Metadata(schema, ["day"], ("delta.columnMapping.mode", mode), ("delta.columnMapping.maxColumnId", "7")));
        var table = (await Lake.ReadAsync(Given.Readings)).Schema;
        var day = new DateOnly(2024, 5, 1);
        using var database = Lake.OpenSql();
        using var connection = database.Connect();

        (await Lake.CommitAsync(new() { Table = Given.Readings, Schema = table, Rows = new RowSource.Values([[1L, new object?[] { 2L, "x" }, new object?[] { new object?[] { 3 } }, day]]) })).RequireVersion(Given.Readings);
        (await Lake.CommitAsync(new()
        {
            Table = Given.Readings,
            Schema = table,
            Rows = new RowSource.Query(connection, "SELECT DATE '2024-05-01' AS day, 4 AS id, {'p': 5, 'q': 'y'} AS place, [{'u': 6}] AS list"),
        })).RequireVersion(Given.Readings);

        var snapshot = await Lake.ReadAsync(Given.Readings);
        Lake.Select(snapshot, rest: "ORDER BY id").Should().BeEquivalentTo(new object?[][]
        {
            [1L, new object?[] { 2L, "x" }, new object?[] { new object?[] { 3 } }, day],
            [4L, new object?[] { 5L, "y" }, new object?[] { new object?[] { 6 } }, day],
        }, options => options.WithStrictOrdering());
        foreach (var file in snapshot.Files)
            connection.Rows($"SELECT name, field_id FROM parquet_schema('{file.Path}') WHERE field_id IS NOT NULL").Select(r => $"{r[0]}={r[1]}")
                .Should().Equal("col-1=1", "col-2=2", "col-3=3", "col-4=4", "col-5=5", "col-6=6");
        var commit = await File.ReadAllTextAsync(Path.Combine(folder, "_delta_log", "00000000000000000001.json"));
        commit.Should().Contain("""
            "partitionValues":{"col-7":"2024-05-01"}
            """).And.Contain("""\"col-1\":1""");
    }

    [Fact]
    public async Task A_file_without_ids_in_a_table_mapped_by_id_is_refused()
    {
        Copy("SELECT 1 AS x", "a.parquet");
        Log(0, """{"protocol":{"minReaderVersion":2,"minWriterVersion":5}}""",
            Metadata("""{"type":"struct","fields":[{"name":"id","type":"integer","nullable":true,"metadata":{"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"x"}}]}""", [], ("delta.columnMapping.mode", "id")), Add("a.parquet"));
        var read = async () => (await Lake.ReadFolderAsync(Table)).ToSql();
        (await read.Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Be("the table maps columns by field id, and the file has none.");
    }

    [Fact]
    public async Task Absolute_and_percent_encoded_paths_are_decoded_once()
    {
        Copy("SELECT 1 AS id", "a b%20c.parquet");
        Directory.CreateDirectory(Folder["elsewhere é"]);
        File.Move(Path.Combine(Table, "a b%20c.parquet"), Folder["elsewhere é", "x y.parquet"]);
        Copy("SELECT 2 AS id", "a b%20c.parquet");
        Log(0, Protocol, Metadata(IdSchema), Add(new Uri(Folder["elsewhere é", "x y.parquet"]).AbsoluteUri), Add("a%20b%2520c.parquet"));

        Lake.Select(await Lake.ReadFolderAsync(Table)).Select(r => r[0]).Should().Equal(1, 2);
    }

    [Theory]
    [InlineData("/some/absolute/path%20x", "file:/some/absolute/path%20x")]
    [InlineData("file:///some/absolute/p@%23h", "/some/absolute/p@%23h")]
    [InlineData("file:/a/b", "file:///a/b")]
    public async Task A_file_is_the_same_however_its_absolute_path_is_written(string added, string removed)
    {
        Log(0, Protocol, Metadata(IdSchema), Add(added));
        Log(1, $$$"""{"remove":{"path":"{{{removed}}}","deletionTimestamp":1,"dataChange":true}}""");
        (await Lake.ReadFolderAsync(Table)).Files.Should().BeEmpty();
    }

    [Theory]
    [InlineData("s3://bucket/a.parquet", "lies in another store, which cannot be read from here.")]
    [InlineData("gone.parquet", "the data file is missing; the log names it as live.")]
    public async Task A_file_that_cannot_be_had_is_refused_by_name(string path, string reason)
    {
        Directory.CreateDirectory(Table);
        Log(0, Protocol, Metadata(IdSchema), Add(path));
        var read = async () => (await Lake.ReadFolderAsync(Table)).ToSql();
        (await read.Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Be(reason);
    }

    [Fact]
    public async Task A_deletion_vector_that_is_another_files_or_damaged_is_refused()
    {
        Copy("SELECT 1 AS id", "a.parquet");
        // One inline vector of row 3, ending in a short group as some writers make it; the file has one row.
        var add = """{"add":{"path":"a.parquet","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true,"stats":"{\"numRecords\":1}","deletionVector":{"storageType":"i","pathOrInlineDv":"^Bg9^0rr910000000000iXQKl0rr91000005c8Xg##093","sizeInBytes":34,"cardinality":1}}}""";
        const string Features = """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}""";
        Log(0, Features, Metadata(IdSchema), add);
        var read = async () => (await Lake.ReadFolderAsync(Table)).ToSql();
        (await read.Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Be("its deletion vector names row 3; the file has 1 rows.");
        Log(1, add.Replace("34", "99", StringComparison.Ordinal));
        (await read.Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Contain("the log says 99");
    }

    [Fact]
    public async Task Times_of_commits_without_their_own_come_from_the_files_and_only_grow()
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Log(0, Protocol, Metadata(IdSchema), Add("a.parquet"));
        Log(1, """{"txn":{"appId":"a","version":1}}""");
        Log(2, """{"txn":{"appId":"a","version":2}}""");
        var noon = new DateTimeOffset(2024, 5, 1, 12, 0, 0, TimeSpan.Zero);
        File.SetLastWriteTimeUtc(LogFile(0), noon.UtcDateTime);
        File.SetLastWriteTimeUtc(LogFile(1), noon.UtcDateTime.AddHours(-5)); // copied in another order
        File.SetLastWriteTimeUtc(LogFile(2), noon.UtcDateTime.AddHours(1));

        (await Lake.ReadFolderAsync(Table, TableVersion.AsOf(noon))).Version.Should().Be(0);
        (await Lake.ReadFolderAsync(Table, TableVersion.AsOf(noon.AddMinutes(1)))).Version.Should().Be(1);
        (await Lake.ReadFolderAsync(Table, TableVersion.AsOf(noon.AddDays(1)))).Version.Should().Be(2);
        (await Lake.ReadFolderAsync(Table, TableVersion.At(1))).Timestamp.Should().Be(noon.AddMilliseconds(1));
    }

    [Fact]
    public async Task Times_in_the_commits_are_used_from_the_version_on_that_has_them()
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Log(0, """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}}""", Metadata(IdSchema), Add("a.parquet"));
        Log(1, """{"commitInfo":{"inCommitTimestamp":1000000000000}}""", Metadata(IdSchema, [], ("delta.enableInCommitTimestamps", "true"),
            ("delta.inCommitTimestampEnablementVersion", "1"), ("delta.inCommitTimestampEnablementTimestamp", "1000000000000")));
        Log(2, """{"commitInfo":{"inCommitTimestamp":1000000060000}}""");
        File.SetLastWriteTimeUtc(LogFile(0), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var second = DateTimeOffset.FromUnixTimeMilliseconds(1000000060000);
        (await Lake.ReadFolderAsync(Table)).Timestamp.Should().Be(second);
        (await Lake.ReadFolderAsync(Table, TableVersion.AsOf(second.AddSeconds(-1)))).Version.Should().Be(1);
        (await Lake.ReadFolderAsync(Table, TableVersion.AsOf(new DateTimeOffset(2001, 2, 1, 0, 0, 0, TimeSpan.Zero)))).Version.Should().Be(0);
    }

    [Fact]
    public async Task A_table_that_another_writer_made_is_continued()
    {
        var folder = Folder["lake", "tables", "sensor", "reading"];
        Copy("SELECT 1::BIGINT AS id, 'a' AS name", "a.parquet", folder: folder);
        LogIn(folder, 0, Protocol, Metadata("""{"type":"struct","fields":[{"name":"id","type":"long","nullable":false,"metadata":{"comment":"number"}},{"name":"name","type":"string","nullable":true,"metadata":{"x":{"y":1}}}]}"""), Add("a.parquet"));
        var wider = new TableSchema(Given.IdAndName.Columns.Add(new("unit", DataType.String)), []);

        await Lake.CommitRowsAsync(Given.Row(2));
        await Lake.CommitAsync(Given.Rows() with { Schema = wider, Rows = new RowSource.Values([[3L, "c", "m"]]) });

        (await Lake.IdsAsync()).Should().Equal(1, 2, 3);
        var commits = await File.ReadAllTextAsync(Path.Combine(folder, "_delta_log", "00000000000000000002.json"));
        commits.Should().NotContain("inCommitTimestamp").And.Contain("""\"x\":{\"y\":1}""", "what is not known here is carried over");
        (await Lake.CommitAsync(Given.Rows() with { Schema = wider, Mode = WriteMode.Overwrite, Rows = new RowSource.Values([[4L, "d", null]]) })).Should().Be(new CommitOutcome.Committed(3, 1));
        (await Lake.IdsAsync()).Should().Equal(4);
    }

    [Fact]
    public async Task Rewritten_files_without_a_change_feed_are_no_changes_that_can_be_told()
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Copy("SELECT 2 AS id", "b.parquet");
        Log(0, Protocol, Metadata(IdSchema), Add("a.parquet"));
        Log(1, Add("b.parquet"), """{"remove":{"path":"a.parquet","deletionTimestamp":1,"dataChange":true}}""");
        var changes = async () => await Lake.ChangesInFolderAsync(Table, 0);
        (await changes.Should().ThrowAsync<TableFormatException>()).Which.Reason.Should().Contain("the change feed was off");
        (await Lake.ChangesInFolderAsync(Table, 0, 0)).Sql.Should().Contain("'insert'");
    }
}
