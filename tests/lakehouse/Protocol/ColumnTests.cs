using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Protocol;

/// <summary>Columns in files by hand: mapped, widened, void, in odd order and case.</summary>
public sealed class ColumnTests : HandMadeTables
{
    private const string Widening = """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["typeWidening","timestampNtz"],"writerFeatures":["typeWidening","timestampNtz"]}}""";

    [Fact]
    public async Task Fields_mapped_by_name_are_found_though_they_took_each_others_names()
    {
        // a and b were swapped by three renames: each keeps its physical name.
        Copy("SELECT 1 AS a, 2 AS b, {'p': 3, 'q': 4} AS s, [{'p': 5, 'q': 6}] AS l", "a.parquet");
        Log(0, """{"protocol":{"minReaderVersion":2,"minWriterVersion":5}}""", Metadata(Struct(
            Physical("a", "b", "\"integer\"", 1), Physical("b", "a", "\"integer\"", 2),
            Physical("s", "s", Struct(Physical("p", "q", "\"integer\"", 4), Physical("q", "p", "\"integer\"", 5)), 3),
            Physical("l", "l", $$$"""{"type":"array","containsNull":true,"elementType":{{{Struct(Physical("p", "q", "\"integer\"", 7), Physical("q", "p", "\"integer\"", 8))}}}}""", 6)), [], ("delta.columnMapping.mode", "name")), Add("a.parquet"));

        Lake.Select(await Lake.ReadFolderAsync(Table), "a, b, s.p, s.q, l[1].p, l[1].q").Single().Should().Equal(2, 1, 4, 3, 6, 5);
    }

    [Fact]
    public async Task A_mapping_mode_counts_only_where_the_protocol_has_it()
    {
        Copy("SELECT 1 AS a, 2 AS b", "a.parquet");
        var schema = Struct(Physical("a", "b", "\"integer\"", 1));
        Log(0, Protocol, Metadata(schema, [], ("delta.columnMapping.mode", "name")), Add("a.parquet"));
        Lake.Select(await Lake.ReadFolderAsync(Table)).Single().Should().Equal(1);
        Log(1, """{"protocol":{"minReaderVersion":2,"minWriterVersion":5}}""");
        Lake.Select(await Lake.ReadFolderAsync(Table)).Single().Should().Equal(2);
    }

    [Fact]
    public async Task Widened_types_are_read_from_narrow_files_wherever_they_are_nested()
    {
        Copy("""
            SELECT 1::TINYINT AS b, 2::SMALLINT AS s, 3::INTEGER AS i, 1.5::FLOAT AS f, 4::INTEGER AS d, DATE '2024-05-01' AS t, 1.25::DECIMAL(4,2) AS e, 5::INTEGER AS n,
                   {'x': 6::SMALLINT, 'y': [7::TINYINT]} AS o, MAP{8::INTEGER: 9::INTEGER} AS m
            """, "old.parquet");
        Copy("""
            SELECT 10::SMALLINT AS b, 3000000000::BIGINT AS s, 3000000000::BIGINT AS i, 1.1::DOUBLE AS f, 0.5::DOUBLE AS d, TIMESTAMP '2024-05-01 12:00:00' AS t, 123456.1234::DECIMAL(20,4) AS e, 5.5::DECIMAL(12,2) AS n,
                   {'x': 3000000000::BIGINT, 'y': [3000000000::BIGINT]} AS o, MAP{3000000000::BIGINT: 0.5::DOUBLE} AS m
            """, "new.parquet");
        var fields = new[] { ("b", "\"short\""), ("s", "\"long\""), ("i", "\"long\""), ("f", "\"double\""), ("d", "\"double\""), ("t", "\"timestamp_ntz\""), ("e", "\"decimal(20,4)\""), ("n", "\"decimal(12,2)\""),
            ("o", Struct(Field("x", "\"long\""), Field("y", """{"type":"array","elementType":"long","containsNull":true}"""))), ("m", """{"type":"map","keyType":"long","valueType":"double","valueContainsNull":true}""") };
        Log(0, Widening, Metadata(Struct([.. fields.Select(f => Field(f.Item1, f.Item2))])), Add("old.parquet"), Add("new.parquet"));

        var rows = Lake.Select(await Lake.ReadFolderAsync(Table), "b, s, i, f, d, t, CAST(e AS VARCHAR), CAST(n AS VARCHAR), o.x, o.y[1], map_keys(m)[1], map_values(m)[1]", "ORDER BY b");

        rows[0].Should().Equal((short)1, 2L, 3L, 1.5, 4.0, new DateTime(2024, 5, 1), "1.2500", "5.00", 6L, 7L, 8L, 9.0);
        rows[1].Should().Equal((short)10, 3000000000L, 3000000000L, 1.1, 0.5, new DateTime(2024, 5, 1, 12, 0, 0), "123456.1234", "5.50", 3000000000L, 3000000000L, 3000000000L, 0.5);
    }

    [Fact]
    public async Task Partition_values_written_before_a_widening_are_read_as_the_wider_type()
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Copy("SELECT 2 AS id", "b.parquet");
        var schema = Struct(Field("id", "\"integer\""), Field("i", "\"long\""), Field("d", "\"double\""), Field("t", "\"timestamp_ntz\""), Field("e", "\"decimal(10,3)\""));
        Log(0, Widening, Metadata(schema, ["i", "d", "t", "e"]),
            Partitioned("a.parquet", ("i", "7"), ("d", "8"), ("t", "2024-05-01"), ("e", "1.5")), Partitioned("b.parquet", ("i", "3000000000"), ("d", "0.25"), ("t", "2024-05-01 12:00:00"), ("e", "9.125")));

        var rows = Lake.Select(await Lake.ReadFolderAsync(Table), "i, d, t, CAST(e AS VARCHAR)", "ORDER BY id");

        rows[0].Should().Equal(7L, 8.0, new DateTime(2024, 5, 1), "1.500");
        rows[1].Should().Equal(3000000000L, 0.25, new DateTime(2024, 5, 1, 12, 0, 0), "9.125");
    }

    [Fact]
    public async Task A_void_column_or_field_reads_as_null()
    {
        Copy("SELECT 1 AS id, {'x': 2} AS s", "a.parquet");
        Log(0, Protocol, Metadata(Struct(Field("id", "\"integer\""), Field("nothing", "\"void\""), Field("s", Struct(Field("x", "\"integer\""), Field("y", "\"void\""))))), Add("a.parquet"));
        Lake.Select(await Lake.ReadFolderAsync(Table), "id, nothing, s.x, s.y").Single().Should().Equal(1, null, 2, null);
    }

    [Fact]
    public async Task Names_match_without_case_and_extra_columns_are_passed_over()
    {
        Copy("""SELECT 1 AS "ID", 'x' AS "_change_type", 2 AS "花都.区 `x`", {'InNer': 3} AS "S" """, "a.parquet");
        Log(0, Protocol, Metadata(Struct(Field("花都.区 `x`", "\"integer\""), Field("id", "\"integer\""), Field("s", Struct(Field("inner", "\"integer\""))), Field("later", "\"date\""))), Add("a.parquet"));
        Lake.Select(await Lake.ReadFolderAsync(Table)).Single().Should().BeEquivalentTo(new object?[] { 2, 1, new object?[] { 3 }, null }, options => options.WithStrictOrdering());
    }

    [Theory]
    [InlineData("2024-05-01T12:34:56.123456Z", "2024-05-01 12:34:56.123456+00")]
    [InlineData("2024-05-01T12:34:56+08:00", "2024-05-01 04:34:56+00")]
    [InlineData("2024-05-01T12:34:56.5-0330", "2024-05-01 16:04:56.5+00")]
    [InlineData("2024-05-01 12:34:56", "2024-05-01 12:34:56+00")]
    [InlineData("2024-05-01 12:34:56.000001", "2024-05-01 12:34:56.000001+00")]
    [InlineData("2024-05-01T12:34:56", "2024-05-01 12:34:56+00")]
    [InlineData("2024-05-01", "2024-05-01 00:00:00+00")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01 00:00:00+00")]
    [InlineData("", null)]
    public async Task A_partition_value_of_an_instant_is_read_in_every_form_whatever_the_sessions_zone(string value, string? expected)
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Log(0, Protocol, Metadata(Struct(Field("id", "\"integer\""), Field("t", "\"timestamp\"")), ["t"]), Partitioned("a.parquet", ("t", value)));
        using var database = Lake.OpenSql();
        using var connection = database.Connect();
        connection.Execute("SET TimeZone = 'Asia/Shanghai'");
        var sql = (await Lake.ReadFolderAsync(Table)).ToSql();
        connection.Execute($"CREATE TABLE t AS {sql}; SET TimeZone = 'UTC'");
        connection.Scalar<string>("SELECT CAST(t AS VARCHAR) FROM t").Should().Be(expected);
    }

    [Theory]
    [InlineData("boolean", "true", "true")]
    [InlineData("byte", "-128", "-128")]
    [InlineData("float", "NaN", "nan")]
    [InlineData("double", "-Infinity", "-inf")]
    [InlineData("double", "1.0E10", "10000000000.0")]
    [InlineData("decimal(38,10)", "1234567890123456789012345678.0123456789", "1234567890123456789012345678.0123456789")]
    [InlineData("string", "a/b%20c'=\\\"", "a/b%20c'=\"")]
    [InlineData("binary", "数", "\\xE6\\x95\\xB0")]
    [InlineData("date", "2024-02-29", "2024-02-29")]
    [InlineData("timestamp_ntz", "2024-05-01T12:34:56.123456", "2024-05-01 12:34:56.123456")]
    [InlineData("timestamp_ntz", "2024-05-01 12:34:56", "2024-05-01 12:34:56")]
    [InlineData("void", "", null)]
    public async Task A_partition_value_is_cast_by_the_schemas_type(string type, string value, string? expected)
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Log(0, Widening, Metadata(Struct(Field("id", "\"integer\""), Field("p", $"\"{type}\"")), ["P"]), Partitioned("a.parquet", ("p", value)));
        Lake.Select(await Lake.ReadFolderAsync(Table), "CAST(p AS VARCHAR)").Single()[0].Should().Be(expected);
    }

    [Fact]
    public async Task A_partition_value_that_is_not_of_its_type_is_refused_with_file_and_column()
    {
        Copy("SELECT 1 AS id", "a.parquet");
        Log(0, Protocol, Metadata(Struct(Field("id", "\"integer\""), Field("p", "\"integer\"")), ["p"]), Partitioned("a.parquet", ("p", "many")));
        var read = async () => Lake.Select(await Lake.ReadFolderAsync(Table));
        (await read.Should().ThrowAsync<LakeException>()).WithMessage("*many*");
    }

    private static string Field(string name, string type) => $$$"""{"name":"{{{name}}}","type":{{{type}}},"nullable":true,"metadata":{}}""";

    private static string Physical(string name, string physical, string type, int id) =>
        $$$"""{"name":"{{{name}}}","type":{{{type}}},"nullable":true,"metadata":{"delta.columnMapping.id":{{{id}}},"delta.columnMapping.physicalName":"{{{physical}}}"}}""";

    private static string Partitioned(string path, params (string Column, string Value)[] values) =>
        $$$"""{"add":{"path":"{{{path}}}","partitionValues":{{{{string.Join(',', values.Select(v => $"\"{v.Column}\":\"{v.Value}\""))}}}},"size":1,"modificationTime":1,"dataChange":true}}""";
}
