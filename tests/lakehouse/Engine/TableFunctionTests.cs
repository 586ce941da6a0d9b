using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse.Engine;

public sealed class TableFunctionTests : EngineTest
{
    [Fact]
    public void Rows_stream_into_FROM_and_only_used_columns_are_asked_for()
    {
        Sql.Register(Numbered("numbers", n => [(long)n, n % 3 == 0 ? null : $"row number {n}"]));
        Rows("SELECT * FROM numbers(3)").Should().BeEquivalentTo(new object?[][] { [0L, null], [1L, "row number 1"], [2L, "row number 2"] }, o => o.WithStrictOrdering());
        Rows("SELECT count(*), count(text), sum(n) FROM numbers(10000)")[0].Should().Equal(10000L, 6666L, 49_995_000m);
        Rows("SELECT text FROM numbers(100000) WHERE n = 99998")[0].Should().Equal("row number 99998");
        One("SELECT count(*) FROM numbers(0)").Should().Be(0L);
    }

    [Fact]
    public void Arguments_arrive_as_CLR_values()
    {
        object?[]? seen = null;
        Sql.Register(new TableFunction("see", [SqlType.Varchar, SqlType.Double, SqlType.Blob, SqlType.TimestampTz, SqlType.Boolean], [("x", SqlType.Integer)], arguments =>
        {
            seen = [.. arguments];
            return [];
        }));
        Sql.Execute("FROM see('a text of some length', 0.5, 'b'::BLOB, TIMESTAMPTZ '2024-01-01 00:00:00+00', NULL)");
        seen.Should().BeEquivalentTo(new object?[] { "a text of some length", 0.5, new byte[] { (byte)'b' }, new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), null }, o => o.WithStrictOrdering());
    }

    [Fact]
    public void Registering_the_name_again_replaces_columns_and_rows()
    {
        Sql.Register(Numbered("numbers", n => [(long)n, "old"]));
        Sql.Execute("CREATE VIEW v AS SELECT count(*) AS c FROM numbers(5)");
        Sql.Register(new TableFunction("NUMBERS", [SqlType.BigInt], [("only", SqlType.Double)], _ => [[1.5]]));
        Rows("SELECT * FROM numbers(5)").Should().ContainSingle().Which.Should().Equal(1.5);
        One("FROM v").Should().Be(1L);
        Sql.Invoking(s => s.Register(new TableFunction("numbers", [], [("x", SqlType.Double)], _ => []))).Should().Throw<ArgumentException>().WithMessage("*numbers(BigInt)*same parameters*");
    }

    [Fact]
    public void Faults_in_rows_name_row_and_column()
    {
        Sql.Register(Numbered("bad_type", n => [n == 4000 ? "four thousand" : (long)n, ""]));
        Sql.Register(Numbered("bad_length", n => [1L]));
        Sql.Register(Numbered("throws", n => n == 3000 ? throw new InvalidDataException("tile 3000 is torn") : [1L, ""]));
        Sql.Invoking(s => s.Rows("SELECT sum(n) FROM bad_type(5000)")).Should().Throw<SqlException>().WithMessage("*Row 4000 of bad_type, column 'n'*four thousand*BIGINT*");
        Sql.Invoking(s => s.Rows("FROM bad_length(1)")).Should().Throw<SqlException>().WithMessage("*Row 0 of bad_length has 1 values for 2 columns*");
        Sql.Invoking(s => s.Rows("FROM throws(5000)")).Should().Throw<SqlException>().WithMessage("*tile 3000 is torn*");
    }

    [Fact]
    public void The_source_is_closed_when_a_query_stops_early()
    {
        var closed = 0;
        Sql.Register(new TableFunction("forever", [], [("n", SqlType.BigInt)], _ => Forever()));
        Sql.Rows("SELECT n FROM forever() LIMIT 3").Should().HaveCount(3);
        closed.Should().Be(1);
        using (var result = Sql.Query("SELECT n FROM forever()"))
            result.NextChunk().Should().BeTrue();
        Sql.Execute("SELECT 1");
        closed.Should().Be(2);

        IEnumerable<object?[]> Forever()
        {
            try
            {
                for (long n = 0; ; n++)
                    yield return [n];
            }
            finally
            {
                closed++;
            }
        }
    }

    private static TableFunction Numbered(string name, Func<int, object?[]> row) =>
        new(name, [SqlType.BigInt], [("n", SqlType.BigInt), ("text", SqlType.Varchar)], arguments => Enumerable.Range(0, (int)(long)arguments[0]!).Select(row));
}
