using System.Numerics;
using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Engine;

public sealed class AppenderTests : EngineTest
{
    public static TheoryData<string, object?> Values => new()
    {
        { "BOOLEAN", true },
        { "TINYINT", (sbyte)-128 },
        { "SMALLINT", short.MinValue },
        { "INTEGER", int.MinValue },
        { "BIGINT", long.MaxValue },
        { "UTINYINT", (byte)255 },
        { "USMALLINT", ushort.MaxValue },
        { "UINTEGER", uint.MaxValue },
        { "UBIGINT", ulong.MaxValue },
        { "HUGEINT", (BigInteger)Int128.MinValue },
        { "UHUGEINT", (BigInteger)UInt128.MaxValue },
        { "FLOAT", 1.5f },
        { "DOUBLE", double.Epsilon },
        { "DECIMAL(4,1)", -999.9m },
        { "DECIMAL(9,3)", 123456.789m },
        { "DECIMAL(18,0)", 999999999999999999m },
        { "DECIMAL(38,10)", -1234567890123456.0123456789m },
        { "VARCHAR", "" },
        { "VARCHAR", "a text beyond twelve bytes: 十二" },
        { "JSON", "{\"a\":1}" },
        { "BLOB", new byte[] { 0, 255, 0 } },
        { "GEOMETRY", Convert.FromHexString("0101000000000000000000F03F0000000000000040") },
        { "DATE", new DateOnly(1900, 2, 28) },
        { "TIME", new TimeOnly(12, 34, 56, 789) },
        { "TIMESTAMP", new DateTime(1, 1, 1) },
        { "TIMESTAMP", new DateTime(1969, 12, 31, 23, 59, 59, 999) },
        { "TIMESTAMP_S", new DateTime(2024, 1, 2, 3, 4, 5) },
        { "TIMESTAMP_MS", new DateTime(2024, 1, 2, 3, 4, 5, 678) },
        { "TIMESTAMP_NS", new DateTime(2024, 1, 2, 3, 4, 5).AddTicks(1) },
        { "TIMESTAMPTZ", new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc) },
        { "UUID", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff") },
        { "ENUM('a', 'b')", "b" },
        { "STRUCT(xmin DOUBLE, label VARCHAR)", new object?[] { 1.5, null } },
        { "INTEGER[]", new object?[] { 1, null, 3 } },
        { "VARCHAR[][]", new object?[] { new object?[] { "x" }, null, Array.Empty<object>(), new object?[] { "a text beyond twelve bytes", null } } },
        { "DOUBLE[2]", new object?[] { 1.5, null } },
        { "STRUCT(a STRUCT(b DECIMAL(9,2)[]))[]", new object?[] { new object?[] { new object?[] { new object?[] { 1.25m, null } } }, null } },
    };

    [Theory, MemberData(nameof(Values))]
    public void Each_type_goes_in_and_comes_out_among_NULLs_and_over_chunks(string type, object? value)
    {
        Sql.Execute($"CREATE TABLE t(i INTEGER, v {type})");
        using (var appender = Sql.Append("main", "t"))
            for (var i = 0; i < 5000; i++)
                appender.AddRow(i, i % 3 == 1 ? null : value);
        var rows = Rows("FROM t ORDER BY i");
        rows.Should().HaveCount(5000);
        foreach (var i in new[] { 0, 2, 2046, 2048, 2049, 4998 })
            rows[i].Should().BeEquivalentTo(new object?[] { i, i % 3 == 1 ? null : value }, o => o.WithStrictOrdering());
        One("SELECT count(v) FROM t").Should().Be(3333L);
        One("SELECT count(DISTINCT v) FROM t").Should().Be(1L);
    }

    [Fact]
    public void Maps_go_in_and_come_out()
    {
        Sql.Execute("CREATE TABLE t(m MAP(VARCHAR, INTEGER[]))");
        using (var appender = Sql.Append(null, "t"))
            for (var i = 0; i < 3000; i++)
                appender.AddRow(new Dictionary<object, object?> { ["n"] = new object?[] { i, i + 1 }, ["none"] = null });
        One("SELECT count(*) FROM (SELECT m['n'] AS n, m['none'] AS none FROM t) WHERE n[2] = n[1] + 1 AND none IS NULL").Should().Be(3000L);
        One("SELECT sum(m['n'][1]) FROM t").Should().Be(4_498_500m);
    }

    [Fact]
    public void Lists_of_growing_length_keep_their_own_elements()
    {
        Sql.Execute("CREATE TABLE t(i INTEGER, l VARCHAR[])");
        using (var appender = Sql.Append(null, "t"))
            for (var i = 0; i < 4000; i++)
                appender.AddRow(i, Enumerable.Range(0, i % 50).Select(k => $"element {k} of row {i}").ToArray());
        One("SELECT count(*) FROM t WHERE len(l) <> i % 50 OR l IS DISTINCT FROM [format('element {} of row {}', k, i) FOR k IN range(i % 50)]").Should().Be(0L);
    }

    [Fact]
    public void Numbers_are_taken_from_other_types_when_nothing_is_lost()
    {
        Sql.Execute("CREATE TABLE t(i INTEGER, d DOUBLE, n DECIMAL(9,2), b BIGINT)");
        using (var appender = Sql.Append(null, "t"))
            appender.AddRow(7L, 3, 5, 12m);
        Rows("FROM t")[0].Should().Equal(7, 3.0, 5m, 12L);
    }

    [Theory]
    [InlineData("INTEGER", "x", "Table 't', row 2, column 'v': 'x' (String) is no value for INTEGER.*")]
    [InlineData("INTEGER", 5_000_000_000L, "*'v': 5000000000 is out of the range of INTEGER.*")]
    [InlineData("INTEGER", 1.5, "*'v': '1.5' (Double) is no value for INTEGER.*")]
    [InlineData("VARCHAR", 5, "*'v': '5' (Int32) is no value for VARCHAR.*")]
    [InlineData("DATE", "2024-01-01", "*'v': '2024-01-01' (String) is no value for DATE.*")]
    [InlineData("ENUM('a')", "b", "*'v': 'b' (String) is no value for ENUM('a').*")]
    public void A_value_that_does_not_fit_is_refused_with_row_and_column_and_the_next_row_may_follow(string type, object value, string message)
    {
        Sql.Execute($"CREATE TABLE t(i INTEGER, v {type})");
        using (var appender = Sql.Append(null, "t"))
        {
            appender.AddRow(1, null);
            appender.AddRow(2, null);
            appender.Invoking(a => a.AddRow(3, value)).Should().Throw<ArgumentException>().WithMessage(message);
            appender.AddRow(4, null);
        }
        Rows("SELECT list(i) FROM t")[0][0].Should().BeEquivalentTo(new object?[] { 1, 2, 4 });
    }

    [Fact]
    public void Decimals_and_instants_that_would_change_are_refused()
    {
        Sql.Execute("CREATE TABLE t(d DECIMAL(4,1), ts TIMESTAMPTZ)");
        using var appender = Sql.Append(null, "t");
        appender.Invoking(a => a.AddRow(1.25m, null)).Should().Throw<ArgumentException>().WithMessage("*'d': 1.25 has more than 1 digits after its point*");
        appender.Invoking(a => a.AddRow(1000m, null)).Should().Throw<ArgumentException>().WithMessage("*too many digits for DECIMAL(4,1)*");
        appender.Invoking(a => a.AddRow(1m, new DateTime(2024, 1, 1))).Should().Throw<ArgumentException>().WithMessage("*'ts'*no zone*");
        appender.AddRow(1.50m, new DateTimeOffset(2024, 1, 1, 8, 0, 0, TimeSpan.FromHours(8)));
        appender.Flush();
        Rows("FROM t")[0].Should().Equal(1.5m, new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc));
    }

    [Fact]
    public void A_broken_constraint_is_DuckDBs_error_once()
    {
        Sql.Execute("CREATE TABLE t(i INTEGER NOT NULL)");
        var appender = Sql.Append(null, "t");
        appender.AddRow(1);
        appender.AddRow([null]);
        appender.Invoking(a => a.Flush()).Should().Throw<SqlException>().WithMessage("*NOT NULL constraint failed: t.i*table 't'*");
        appender.Invoking(a => a.Flush()).Should().Throw<InvalidOperationException>();
        appender.Dispose();
        appender.Dispose();
        appender.Invoking(a => a.AddRow(1)).Should().Throw<ObjectDisposedException>();
        One("SELECT count(*) FROM t").Should().Be(0L);
    }

    [Fact]
    public void Wrong_tables_and_row_lengths_are_refused()
    {
        Sql.Invoking(s => s.Append(null, "missing")).Should().Throw<SqlException>().WithMessage("*missing*");
        Sql.Execute("CREATE TABLE t(a INTEGER)");
        using var appender = Sql.Append(null, "t");
        appender.Invoking(a => a.AddRow(1, 2)).Should().Throw<ArgumentException>().WithMessage("*2 values for 1 columns*");
    }

    [Fact]
    public void Rows_appended_in_a_transaction_roll_back_with_it()
    {
        Sql.Execute("CREATE TABLE t(a INTEGER); BEGIN");
        using (var appender = Sql.Append(null, "t"))
            appender.AddRow(1);
        Sql.Execute("ROLLBACK");
        One("SELECT count(*) FROM t").Should().Be(0L);
    }
}
