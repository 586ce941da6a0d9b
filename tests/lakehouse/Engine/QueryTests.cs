using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse.Engine;

public sealed class QueryTests : IDisposable
{
    private readonly SqlDatabase database = SqlDatabase.Open(new() { Threads = 2 });
    private readonly SqlConnection sql;

    public QueryTests() => sql = database.Connect();

    public void Dispose()
    {
        sql.Dispose();
        database.Dispose();
    }

    [Fact]
    public void A_database_opens_in_UTC_without_extensions_from_outside_and_leaves_GeoParquet_columns_as_they_are()
    {
        sql.Rows("SELECT current_setting('TimeZone'), current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions'), current_setting('enable_geoparquet_conversion')")
            .Should().ContainSingle().Which.Should().Equal("UTC", false, false, false);
        using var other = database.Connect();
        other.Scalar<string>("SELECT current_setting('TimeZone')").Should().Be("UTC");
    }

    [Fact]
    public void Options_reach_the_database()
    {
        using var folder = new TemporaryFolder();
        using var limited = SqlDatabase.Open(new() { Threads = 1, MemoryLimit = "300MB", TemporaryFolder = folder["spill"] });
        using var connection = limited.Connect();
        connection.Rows("SELECT current_setting('threads'), current_setting('memory_limit'), current_setting('temp_directory')")
            .Should().ContainSingle().Which.Should().Equal(1L, "286.1 MiB", folder["spill"]);
    }

    [Fact]
    public void A_wrong_option_is_refused_by_name()
    {
        var open = () => SqlDatabase.Open(new() { MemoryLimit = "plenty" });
        open.Should().Throw<SqlException>().WithMessage("*memory_limit*plenty*");
    }

    [Fact]
    public void A_file_opened_for_reading_refuses_writes()
    {
        using var folder = new TemporaryFolder();
        using (var writing = SqlDatabase.Open(new() { File = folder["city.db"] }))
        using (var connection = writing.Connect())
            connection.Execute("CREATE TABLE t AS SELECT 7 AS a");
        using var reading = SqlDatabase.Open(new() { File = folder["city.db"], ReadOnly = true });
        using var reader = reading.Connect();
        reader.Scalar<int>("SELECT a FROM t").Should().Be(7);
        reader.Invoking(r => r.Execute("DELETE FROM t")).Should().Throw<SqlException>().WithMessage("*read-only*");
    }

    [Fact]
    public void Execute_runs_several_statements_and_counts_the_rows_that_the_last_one_changed()
    {
        sql.Execute("CREATE TABLE t(a INTEGER); INSERT INTO t SELECT * FROM range(10)").Should().Be(10);
        sql.Execute("DELETE FROM t WHERE a < $1", [4]).Should().Be(4);
        sql.Execute("SELECT 1").Should().Be(0);
    }

    [Fact]
    public void Columns_have_DuckDBs_names_of_their_types()
    {
        using var result = sql.Query("""
            SELECT 1::DECIMAL(18,3) AS d, {'a': 1, 'order': 'x', 'A b': [1]} AS s, map {'k': now()} AS m, [1,2]::INTEGER[2] AS f,
                   'x'::ENUM('x', 'it''s') AS e, '{}'::JSON AS j, 'POINT(1 2)'::GEOMETRY('OGC:CRS84') AS g
            """);
        result.Columns.Should().Equal(
            new SqlColumn("d", "DECIMAL(18,3)", SqlType.Other),
            new SqlColumn("s", """STRUCT(a INTEGER, "order" VARCHAR, "A b" INTEGER[])""", SqlType.Other),
            new SqlColumn("m", "MAP(VARCHAR, TIMESTAMP WITH TIME ZONE)", SqlType.Other),
            new SqlColumn("f", "INTEGER[2]", SqlType.Other),
            new SqlColumn("e", "ENUM('x', 'it''s')", SqlType.Other),
            new SqlColumn("j", "JSON", SqlType.Varchar),
            new SqlColumn("g", "GEOMETRY('OGC:CRS84')", SqlType.Geometry));
    }

    [Fact]
    public void Type_names_are_SQL_that_gives_the_same_type_again()
    {
        using var result = sql.Query("SELECT * FROM test_all_types() LIMIT 0");
        using var other = database.Connect();
        foreach (var column in result.Columns.Where(column => column.Type != "VARIANT"))
            other.Scalar<bool>($"SELECT typeof(NULL::{column.Type}) = typeof((SELECT {ColumnTypeText.Identifier(column.Name)} FROM test_all_types() LIMIT 1))")
                .Should().BeTrue(column.ToString());
    }

    [Fact]
    public void A_scalar_is_converted_to_the_type_asked_for()
    {
        sql.Scalar<long>("SELECT sum(i) FROM range(10) t(i)").Should().Be(45);
        sql.Scalar<double>("SELECT 0.5").Should().Be(0.5);
        sql.Scalar<int?>("SELECT NULL").Should().BeNull();
        sql.Scalar<int>("SELECT 1 WHERE false").Should().Be(0);
        sql.Scalar<string>("SELECT 'x'").Should().Be("x");
        sql.Scalar<System.Numerics.BigInteger>("SELECT 170141183460469231731687303715884105727").Should().Be((System.Numerics.BigInteger)Int128.MaxValue);
        sql.Scalar<DateTimeOffset>("SELECT TIMESTAMPTZ '2024-01-02 03:04:05+00'").Should().Be(new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero));
        sql.Invoking(s => s.Scalar<string>("SELECT 1")).Should().Throw<InvalidCastException>().WithMessage("*Int32*String*");
        sql.Invoking(s => s.Scalar<int>("SELECT 1e18::BIGINT")).Should().Throw<OverflowException>();
    }

    [Theory]
    [InlineData("SELEC 1", "Parser Error: syntax error*")]
    [InlineData("SELECT * FROM missing", "Catalog Error: Table with name missing does not exist!*")]
    [InlineData("SELECT 'a'::INTEGER", "Conversion Error: Could not convert string 'a' to INT32*")]
    [InlineData("SELECT CASE WHEN i = 150000 THEN error('boom ' || i) END FROM range(200000) t(i)", "Invalid Input Error: boom 150000*")]
    [InlineData("-- nothing", "The text holds no SQL statement.")]
    public void A_failed_statement_throws_DuckDBs_message_and_leaves_the_connection_usable(string text, string message)
    {
        sql.Invoking(s => s.Rows(text)).Should().Throw<SqlException>().WithMessage(message);
        sql.Scalar<int>("SELECT 42").Should().Be(42);
    }

    [Fact]
    public void Text_with_NUL_is_refused_as_SQL_rather_than_cut_short()
    {
        sql.Invoking(s => s.Execute("SELECT 1\0; DROP TABLE t")).Should().Throw<ArgumentException>().WithMessage("*NUL*");
        sql.Scalar<string>("SELECT $1", ["a\0b"]).Should().Be("a\0b");
    }

    [Fact]
    public void A_transaction_is_seen_by_others_only_after_its_commit()
    {
        using var other = database.Connect();
        sql.Execute("CREATE TABLE t(a INTEGER); BEGIN; INSERT INTO t VALUES (1)");
        other.Scalar<long>("SELECT count(*) FROM t").Should().Be(0);
        sql.Execute("COMMIT");
        other.Scalar<long>("SELECT count(*) FROM t").Should().Be(1);
    }

    [Fact]
    public void A_result_that_another_statement_cut_off_says_so_instead_of_ending_early()
    {
        using var result = sql.Query("SELECT * FROM range(1000000)");
        result.NextChunk().Should().BeTrue();
        sql.Execute("SELECT 1");
        result.Invoking(r => r.NextChunk()).Should().Throw<InvalidOperationException>().WithMessage("*second connection*");
    }

    [Fact]
    public void Objects_are_disposed_in_any_order_and_twice()
    {
        var other = SqlDatabase.Open();
        var connection = other.Connect();
        var result = connection.Query("SELECT * FROM range(1000000)");
        result.NextChunk().Should().BeTrue();
        other.Dispose();
        connection.Dispose();
        result.Dispose();
        result.Dispose();
        connection.Dispose();
        other.Dispose();
        connection.Invoking(c => c.Execute("SELECT 1")).Should().Throw<ObjectDisposedException>();
        connection.Invoking(c => c.Append(null, "t")).Should().Throw<ObjectDisposedException>();
        other.Invoking(d => d.Connect()).Should().Throw<ObjectDisposedException>();
        result.Invoking(r => r.NextChunk()).Should().Throw<ObjectDisposedException>();
        result.Invoking(r => _ = r.Chunk.Count).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void What_nobody_disposed_is_collected_without_harm()
    {
        for (var i = 0; i < 20; i++)
            Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        sql.Scalar<int>("SELECT 1").Should().Be(1);

        static void Forget()
        {
            var other = SqlDatabase.Open(new() { Threads = 1 });
            var connection = other.Connect();
            connection.Query("SELECT * FROM range(100000)").NextChunk();
        }
    }

    [Fact]
    public void A_missing_library_is_reported_with_the_remedy()
    {
        using var folder = new TemporaryFolder();
        var find = () => Plinth.Lakehouse.Engine.Native.NativeLibraryLocator.Find(null, folder.Path);
        find.Should().Throw<DllNotFoundException>().WithMessage("*./plinth*npm ci*PLINTH_DUCKDB*");
        var named = () => Plinth.Lakehouse.Engine.Native.NativeLibraryLocator.Find(folder["none.so"], folder.Path);
        named.Should().Throw<DllNotFoundException>().WithMessage("PLINTH_DUCKDB names*none.so*");
    }
}
