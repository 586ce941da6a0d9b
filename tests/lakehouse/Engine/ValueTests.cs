using System.Numerics;

namespace Plinth.Tests.Lakehouse.Engine;

public sealed class ValueTests : EngineTest
{
    public static TheoryData<string, object?> Values => new()
    {
        { "true", true },
        { "(-128)::TINYINT", (sbyte)-128 },
        { "(-32768)::SMALLINT", (short)-32768 },
        { "42", 42 },
        { "(-9223372036854775808)::BIGINT", long.MinValue },
        { "255::UTINYINT", (byte)255 },
        { "65535::USMALLINT", (ushort)65535 },
        { "4294967295::UINTEGER", uint.MaxValue },
        { "18446744073709551615::UBIGINT", ulong.MaxValue },
        { "1.5::FLOAT", 1.5f },
        { "1e300", 1e300 },
        { "(-5)::HUGEINT", -5m },
        { "170141183460469231731687303715884105727", (BigInteger)Int128.MaxValue },
        { "340282366920938463463374607431768211455::UHUGEINT", (BigInteger)UInt128.MaxValue },
        { "12.340", 12.340m },
        { "(-0.01)::DECIMAL(4,2)", -0.01m },
        { "(-12345.678)::DECIMAL(9,3)", -12345.678m },
        { "123456789012.345678::DECIMAL(18,6)", 123456789012.345678m },
        { "(-1234567890123456789012345.678)::DECIMAL(38,3)", -1234567890123456789012345.678m },
        { "(-0.001)::DECIMAL(38,30)", -0.001m },
        { "''", "" },
        { "'十二个字节'", "十二个字节" },
        { "'a text that does not lie in its vector'", "a text that does not lie in its vector" },
        { "DATE '2024-02-29'", new DateOnly(2024, 2, 29) },
        { "DATE '0001-01-01'", new DateOnly(1, 1, 1) },
        { "DATE 'infinity'", DateOnly.MaxValue },
        { "DATE '-infinity'", DateOnly.MinValue },
        { "DATE '0044-03-15 (BC)'", DateOnly.MinValue },
        { "TIME '23:59:59.999999'", new TimeOnly(23, 59, 59).Add(TimeSpan.FromMicroseconds(999_999)) },
        { "TIME '24:00:00'", TimeOnly.MaxValue },
        { "TIMETZ '12:34:56.5+05:30'", "12:34:56.5+05:30" },
        { "TIMETZ '12:00:00-08'", "12:00:00-08" },
        { "TIMESTAMP '1969-12-31 23:59:59.999999'", new DateTime(1970, 1, 1).AddMicroseconds(-1) },
        { "TIMESTAMP 'infinity'", DateTime.MaxValue },
        { "TIMESTAMP '-infinity'", DateTime.MinValue },
        { "TIMESTAMP '0044-03-15 (BC) 00:00:00'", DateTime.MinValue },
        { "TIMESTAMP '20000-01-01 00:00:00'", DateTime.MaxValue },
        { "TIMESTAMPTZ '2024-01-02 03:04:05.123456+08'", new DateTime(2024, 1, 1, 19, 4, 5, DateTimeKind.Utc).AddMicroseconds(123_456) },
        { "TIMESTAMP_S '2024-01-02 03:04:05'", new DateTime(2024, 1, 2, 3, 4, 5) },
        { "TIMESTAMP_MS '2024-01-02 03:04:05.123'", new DateTime(2024, 1, 2, 3, 4, 5, 123) },
        { "TIMESTAMP_NS '1969-12-31 23:59:59.999999950'", new DateTime(1970, 1, 1).AddTicks(-1) },
        { "TIMESTAMP_NS '2024-01-02 03:04:05.123456789'", new DateTime(2024, 1, 2, 3, 4, 5).AddTicks(1_234_567) },
        { "INTERVAL '14 months -3 days 4 hours 0.5 seconds'", "1 year 2 months -3 days 04:00:00.5" },
        { "INTERVAL '0 days'", "00:00:00" },
        { "UUID '00112233-4455-6677-8899-aabbccddeeff'", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff") },
        { "UUID 'ffeeddcc-bbaa-9988-7766-554433221100'", Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100") },
        { "'b'::ENUM('a', 'b')", "b" },
        { "'0010110110'::BIT", "0010110110" },
        { "'-123456789012345678901234567890123456789012'::BIGNUM", BigInteger.Parse("-123456789012345678901234567890123456789012") },
        { "300::BIGNUM", (BigInteger)300 },
        { "'{\"a\": 1}'::JSON", "{\"a\": 1}" },
        { "union_value(n := 7)", 7 },
        { "NULL::DECIMAL(30,2)", null },
        { "NULL", null },
    };

    [Theory, MemberData(nameof(Values))]
    public void Each_type_comes_out_as_a_CLR_value(string expression, object? expected)
    {
        // Once as a constant, once behind a NULL in a column, as rows and as a chunk.
        One($"SELECT {expression}").Should().Be(expected);
        Rows($"SELECT x FROM (VALUES (1, NULL), (2, {expression})) t(i, x) ORDER BY i").Select(row => row[0]).Should().Equal(null, expected);
        using var result = Sql.Query($"SELECT {expression}");
        result.NextChunk();
        result.Chunk[0].IsNull(0).Should().Be(expected is null);
        result.Chunk[0].Value(0).Should().Be(expected);
    }

    [Fact]
    public void Times_know_whether_they_are_UTC()
    {
        ((DateTime)One("SELECT TIMESTAMPTZ 'infinity'")!).Kind.Should().Be(DateTimeKind.Utc);
        ((DateTime)One("SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00'")!).Kind.Should().Be(DateTimeKind.Utc);
        ((DateTime)One("SELECT TIMESTAMP '2024-01-01 00:00:00'")!).Kind.Should().Be(DateTimeKind.Unspecified);
    }

    [Fact]
    public void Nested_values_come_out_as_arrays_and_dictionaries()
    {
        One("SELECT {'a': 1, 'b': {'c': ['x', NULL, 'a text that is longer'], 'd': NULL::INTEGER}}")
            .Should().BeEquivalentTo(new object?[] { 1, new object?[] { new object?[] { "x", null, "a text that is longer" }, null } }, o => o.WithStrictOrdering());
        One("SELECT [[1, 2], NULL, []]").Should().BeEquivalentTo(new object?[] { new object?[] { 1, 2 }, null, Array.Empty<object>() }, o => o.WithStrictOrdering());
        One("SELECT [1.5, NULL]::DOUBLE[2]").Should().BeEquivalentTo(new object?[] { 1.5, null }, o => o.WithStrictOrdering());
        var map = One("SELECT map {'k': [1, 2], 'l': NULL}").Should().BeAssignableTo<IReadOnlyDictionary<object, object?>>().Subject;
        map.Keys.Should().Equal("k", "l");
        map["k"].Should().BeEquivalentTo(new object?[] { 1, 2 });
        map["l"].Should().BeNull();
    }

    [Fact]
    public void Nested_columns_of_many_rows_keep_each_rows_own_elements()
    {
        long rows = 0;
        using var result = Sql.Query("SELECT i, [i, i + 1][:(i % 3)::INTEGER] AS l, {'s': i::VARCHAR, 'k': 'constant'} AS s, map {i: [i]} AS m, [i, -i]::BIGINT[2] AS a FROM range(20000) t(i)");
        foreach (var row in result.Rows())
        {
            var i = (long)row[0]!;
            ((object?[])row[1]!).Should().Equal(new object?[] { i, i + 1 }[..(int)(i % 3)]);
            ((object?[])row[2]!).Should().Equal(i.ToString(), "constant");
            ((object?[])((IReadOnlyDictionary<object, object?>)row[3]!)[i]!).Should().Equal(i);
            ((object?[])row[4]!).Should().Equal(i, -i);
            rows++;
        }
        rows.Should().Be(20_000);
    }

    [Fact]
    public void A_decimal_of_more_digits_than_dotnet_has_is_refused_with_the_remedy() =>
        Sql.Invoking(s => s.Rows("SELECT 99999999999999999999999999999999999999::DECIMAL(38,0)")).Should().Throw<OverflowException>().WithMessage("*cast*VARCHAR*");

    [Fact]
    public void Values_are_handed_out_only_as_what_the_column_stores()
    {
        using var result = Sql.Query("SELECT 0.5 AS dec, 1 AS i, 2::BIGINT AS l, 1.5::DOUBLE AS d, DATE '1970-01-02' AS day, 'x' AS s, true AS b, 7::HUGEINT AS h");
        result.NextChunk().Should().BeTrue();
        Refused(() => result.Chunk[0].Values<double>());
        Refused(() => result.Chunk[0].Values<int>());
        Refused(() => result.Chunk[1].Values<long>());
        Refused(() => result.Chunk[2].Values<double>());
        Refused(() => result.Chunk[5].Values<byte>());
        Refused(() => result.Chunk[1].Bytes(0));
        result.Chunk[1].Values<int>().ToArray().Should().Equal(1);
        result.Chunk[2].Values<long>().ToArray().Should().Equal(2);
        result.Chunk[3].Values<double>().ToArray().Should().Equal(1.5);
        result.Chunk[4].Values<int>().ToArray().Should().Equal(1);
        result.Chunk[5].Bytes(0).ToArray().Should().Equal((byte)'x');
        result.Chunk[6].Values<bool>().ToArray().Should().Equal(true);
        result.Chunk[7].Values<Int128>().ToArray().Should().Equal(7);
        ((Action)(() => result.Chunk[1].IsNull(1))).Should().Throw<ArgumentOutOfRangeException>();

        static void Refused(Action read) => read.Should().Throw<InvalidOperationException>().WithMessage("*is not stored as*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("twelve bytes")]
    [InlineData("thirteen byte")]
    public void Bytes_lie_in_place_whatever_their_length(string text)
    {
        using var result = Sql.Query("SELECT $1::VARCHAR, $1::BLOB, NULL::VARCHAR", [text]);
        result.NextChunk().Should().BeTrue();
        System.Text.Encoding.UTF8.GetString(result.Chunk[0].Bytes(0)).Should().Be(text);
        System.Text.Encoding.UTF8.GetString(result.Chunk[1].Bytes(0)).Should().Be(text);
        result.Chunk[2].Bytes(0).Length.Should().Be(0);
    }

    [Fact]
    public void A_geometrys_bytes_are_little_endian_WKB()
    {
        const string wkb = "0101000000000000000000F03F0000000000000040";
        Convert.ToHexString((byte[])One("SELECT 'POINT(1 2)'::GEOMETRY")!).Should().Be(wkb);
        using var result = Sql.Query("SELECT 'POINT(1 2)'::GEOMETRY");
        result.NextChunk();
        Convert.ToHexString(result.Chunk[0].Bytes(0)).Should().Be(wkb);
    }
}
