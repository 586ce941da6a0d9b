using System.Text;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse.Engine;

public sealed class ScalarFunctionTests : EngineTest
{
    [Fact]
    public void A_function_is_called_by_name_in_every_connection_and_in_views()
    {
        Sql.Register(Twice("twice"));
        Sql.Execute("CREATE VIEW v AS SELECT twice(i) AS x FROM range(3) t(i)");
        using var other = Database.Connect();
        other.Rows("FROM v").Select(row => row[0]).Should().Equal(0L, 2L, 4L);
    }

    [Fact]
    public void Each_type_goes_in_and_comes_out()
    {
        Echo<bool>(SqlType.Boolean, "true");
        Echo<sbyte>(SqlType.TinyInt, "-5::TINYINT");
        Echo<short>(SqlType.SmallInt, "-500::SMALLINT");
        Echo<int>(SqlType.Integer, "70000");
        Echo<long>(SqlType.BigInt, "5000000000::BIGINT");
        Echo<float>(SqlType.Float, "1.5::FLOAT");
        Echo<double>(SqlType.Double, "0.5::DOUBLE");
        Echo<int>(SqlType.Date, "DATE '2024-02-29'");
        Echo<long>(SqlType.Timestamp, "TIMESTAMP '2024-02-29 12:00:00'");
        Echo<long>(SqlType.TimestampTz, "TIMESTAMPTZ '2024-02-29 12:00:00+00'");
        foreach (var (type, expression) in new[] { (SqlType.Varchar, "'短' || i || ' and a longer tail'"), (SqlType.Blob, "('b' || i)::BLOB"), (SqlType.Geometry, "('POINT(1 ' || i || ')')::GEOMETRY") })
        {
            Sql.Register(new ScalarFunction("echo", [type], type, (input, output) =>
            {
                for (var row = 0; row < input.Count; row++)
                    output.SetBytes(row, input[0].Bytes(row));
            }));
            One($"SELECT count(*) FILTER (x IS DISTINCT FROM echo(x)) FROM (SELECT CASE WHEN i % 7 <> 3 THEN {expression} END AS x FROM range(5000) t(i))").Should().Be(0L, type.ToString());
        }

        void Echo<T>(SqlType type, string expression) where T : unmanaged
        {
            Sql.Register(new ScalarFunction("echo", [type], type, (input, output) => input[0].Values<T>().CopyTo(output.Values<T>())));
            Rows($"SELECT x IS NOT DISTINCT FROM echo(x), typeof(x) = typeof(echo(x)) FROM (VALUES ({expression}), (NULL)) t(x)").Should().OnlyContain(row => row.SequenceEqual(new object?[] { true, true }), expression);
        }
    }

    [Fact]
    public void Rows_with_a_NULL_argument_are_NULL_whatever_the_body_writes()
    {
        Sql.Register(new ScalarFunction("plus", [SqlType.BigInt, SqlType.BigInt], SqlType.BigInt, (input, output) =>
        {
            var a = input[0].Values<long>();
            var b = input[1].Values<long>();
            var sum = output.Values<long>();
            for (var row = 0; row < input.Count; row++)
            {
                if (input.IsNull(row) != (input[0].IsNull(row) || input[1].IsNull(row)))
                    throw new InvalidOperationException("NULL is not NULL");
                sum[row] = a[row] + b[row]; // garbage where one is NULL
            }
        }));
        One("""
            SELECT count(*) FILTER (plus(a, b) IS DISTINCT FROM a + b)
            FROM (SELECT CASE WHEN i % 3 <> 0 THEN i END AS a, CASE WHEN i % 5 <> 0 THEN i * 2 END AS b FROM range(10000) t(i))
            """).Should().Be(0L);
        Rows("SELECT plus(NULL, 1), plus(1, NULL), plus(i, NULL) FROM range(1) t(i)")[0].Should().Equal([null, null, null]);
        One("SELECT count(plus(a, 1)) FROM (SELECT NULL::BIGINT AS a FROM range(5000))").Should().Be(0L);
    }

    [Fact]
    public void A_body_may_make_rows_NULL_and_leave_rows_alone()
    {
        Sql.Register(new ScalarFunction("odd", [SqlType.BigInt], SqlType.Varchar, (input, output) =>
        {
            for (var row = 0; row < input.Count; row++)
                if (input[0].Values<long>()[row] % 4 == 0)
                    output.SetNull(row);
                else if (input[0].Values<long>()[row] % 2 == 1)
                    output.SetBytes(row, "odd, and in more than twelve bytes"u8);
        }));
        Rows("SELECT odd(i), count(*) FROM (FROM range(4000) UNION ALL SELECT NULL) t(i) GROUP BY 1 ORDER BY 1 NULLS LAST")
            .Should().BeEquivalentTo(new object?[][] { ["", 1000L], ["odd, and in more than twelve bytes", 2000L], [null, 1001L] }, o => o.WithStrictOrdering());
    }

    [Fact]
    public void The_same_name_with_other_types_stands_beside_and_with_the_same_types_replaces()
    {
        Sql.Register(Says("f", "integer", SqlType.Integer));
        Sql.Register(Says("f", "text", SqlType.Varchar));
        Sql.Register(Says("f", "two", SqlType.Varchar, SqlType.Varchar));
        Sql.Register(Says("f", "wkb", SqlType.Blob));
        Sql.Register(Says("f", "geometry", SqlType.Geometry));
        Sql.Execute("CREATE VIEW v AS SELECT f(1) AS x");
        Sql.Register(Says("F", "integer again", SqlType.Integer));
        Rows("SELECT f(1), f('a'), f('a', 'b'), f('a'::BLOB), f('POINT(1 2)'::GEOMETRY), (SELECT x FROM v)")[0]
            .Should().Equal("integer again", "text", "two", "wkb", "geometry", "integer again");
    }

    [Fact]
    public void Another_return_type_for_the_same_parameters_is_refused_since_calls_would_be_ambiguous()
    {
        Sql.Register(Says("f", "text", SqlType.Integer));
        Sql.Invoking(s => s.Register(new ScalarFunction("F", [SqlType.Integer], SqlType.BigInt, (_, _) => { }))).Should().Throw<ArgumentException>().WithMessage("*F(Integer)*returns Varchar*BigInt*");
        One("SELECT f(1)").Should().Be("text");
    }

    [Fact]
    public void A_builtin_of_the_same_types_gives_way_and_its_other_overloads_stay()
    {
        Sql.Register(Says("ST_AsText", "ours", SqlType.Geometry));
        Sql.Register(Says("upper", "number", SqlType.Integer));
        Rows("SELECT st_astext('POINT(1 2)'::GEOMETRY), upper('a'), upper(1)")[0].Should().Equal("ours", "A", "number");
    }

    [Fact]
    public void A_function_replaced_while_a_query_runs_stays_the_same_for_that_query()
    {
        Sql.Register(Adds(1));
        using var result = Sql.Query("SELECT adds(i) FROM range(2000000) t(i)");
        result.NextChunk().Should().BeTrue();
        using var other = Database.Connect();
        for (var amount = 2; amount < 50; amount++)
        {
            other.Register(Adds(amount));
            GC.Collect(0);
        }
        long rows = result.Chunk.Count, wrong = 0;
        while (result.NextChunk())
            for (var row = 0; row < result.Chunk.Count; row++, rows++)
                if (result.Chunk[0].Values<long>()[row] != rows + 1)
                    wrong++;
        (rows, wrong).Should().Be((2_000_000, 0));
        other.Scalar<long>("SELECT adds(0)").Should().Be(49);

        static ScalarFunction Adds(long amount) => new("adds", [SqlType.BigInt], SqlType.BigInt, (input, output) =>
        {
            for (var row = 0; row < input.Count; row++)
                output.Values<long>()[row] = input[0].Values<long>()[row] + amount;
        });
    }

    [Fact]
    public void A_replaced_function_is_let_go()
    {
        var first = Forgettable();
        Sql.Register(Says("gone", "second", SqlType.Integer));
        Sql.Execute("SELECT gone(1)");
        for (var i = 0; i < 10 && first.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Sql.Execute("SELECT 1");
        }
        Database.Dispose();
        Sql.Dispose();
        GC.Collect();
        first.IsAlive.Should().BeFalse("at the latest with the database");

        WeakReference Forgettable()
        {
            var state = new byte[1000];
            Sql.Register(new ScalarFunction("gone", [SqlType.Integer], SqlType.Varchar, (_, output) => output.SetNull(state.Length - 1000)));
            return new(state);
        }
    }

    [Fact]
    public void An_exception_becomes_the_statements_error_with_its_message()
    {
        Sql.Register(new ScalarFunction("fails", [SqlType.BigInt], SqlType.BigInt, (input, output) =>
        {
            for (var row = 0; row < input.Count; row++)
                output.Values<long>()[row] = input[0].Values<long>()[row] == 77_777 ? throw new InvalidDataException("ring 3 is not closed (环)") : 1;
        }));
        Sql.Invoking(s => s.Execute("SELECT sum(fails(i)) FROM range(100000) t(i)")).Should().Throw<SqlException>().WithMessage("*ring 3 is not closed (环)*");
        Sql.Invoking(s => s.Rows("SELECT fails(77777)")).Should().Throw<SqlException>().WithMessage("*ring 3*");
        One("SELECT sum(fails(i)) FROM range(1000) t(i)").Should().Be(1000m);
    }

    [Fact]
    public void Wrong_storage_in_a_body_is_an_error_rather_than_garbage()
    {
        Sql.Register(new ScalarFunction("wrong", [SqlType.BigInt], SqlType.BigInt, (input, output) => output.Values<double>().Clear()));
        Sql.Register(new ScalarFunction("bad_text", [SqlType.BigInt], SqlType.Varchar, (input, output) => output.SetBytes(0, [0xFF])));
        Sql.Invoking(s => s.Rows("SELECT wrong(1)")).Should().Throw<SqlException>().WithMessage("*BIGINT is not stored as Double*");
        Sql.Invoking(s => s.Rows("SELECT bad_text(1)")).Should().Throw<SqlException>().WithMessage("*UTF-8*");
        Sql.Invoking(s => s.Register(new ScalarFunction("other", [SqlType.Other], SqlType.BigInt, (_, _) => { }))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_volatile_function_is_called_for_each_row_and_others_may_be_folded()
    {
        var calls = 0;
        Sql.Register(new ScalarFunction("ticket", [], SqlType.BigInt, (input, output) =>
        {
            for (var row = 0; row < input.Count; row++)
                output.Values<long>()[row] = Interlocked.Increment(ref calls);
        }) { Volatile = true });
        One("SELECT count(DISTINCT ticket()) FROM range(5000)").Should().Be(5000L);
        Sql.Register(Says("constant", "c"));
        One("SELECT count(DISTINCT constant()) FROM range(5000)").Should().Be(1L);
    }

    [Fact]
    public void Two_threads_share_a_function()
    {
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, long>();
        Sql.Register(new ScalarFunction("where_am_i", [SqlType.BigInt], SqlType.BigInt, (input, output) =>
        {
            var count = input.Count;
            threads.AddOrUpdate(Environment.CurrentManagedThreadId, count, (_, rows) => rows + count);
            input[0].Values<long>().CopyTo(output.Values<long>());
        }));
        Sql.Execute("CREATE TABLE t AS SELECT i FROM range(2000000) t(i)");
        Parallel.For(0, 4, _ =>
        {
            using var own = Database.Connect();
            own.Scalar<long>("SELECT sum(where_am_i(i)) FROM t").Should().Be(1_999_999_000_000);
        });
        threads.Values.Sum().Should().Be(8_000_000);
    }

    private static ScalarFunction Twice(string name) => new(name, [SqlType.BigInt], SqlType.BigInt, (input, output) =>
    {
        for (var row = 0; row < input.Count; row++)
            output.Values<long>()[row] = 2 * input[0].Values<long>()[row];
    });

    private static ScalarFunction Says(string name, string answer, params SqlType[] parameters) => new(name, parameters, SqlType.Varchar, (input, output) =>
    {
        for (var row = 0; row < input.Count; row++)
            output.SetBytes(row, Encoding.UTF8.GetBytes(answer));
    });
}
