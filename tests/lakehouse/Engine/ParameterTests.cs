using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Plinth.Tests.Lakehouse.Engine;

public sealed class ParameterTests : EngineTest
{
    public static TheoryData<object?, string> Values => new()
    {
        { null, "\"NULL\"" },
        { true, "BOOLEAN" },
        { (sbyte)-1, "TINYINT" },
        { (short)-2, "SMALLINT" },
        { -3, "INTEGER" },
        { long.MinValue, "BIGINT" },
        { (byte)200, "UTINYINT" },
        { (ushort)60000, "USMALLINT" },
        { uint.MaxValue, "UINTEGER" },
        { ulong.MaxValue, "UBIGINT" },
        { (BigInteger)Int128.MinValue, "HUGEINT" },
        { 1.5f, "FLOAT" },
        { double.NaN, "DOUBLE" },
        { double.NegativeInfinity, "DOUBLE" },
        { 0m, "DECIMAL(1,0)" },
        { -12.340m, "DECIMAL(5,3)" },
        { 0.001m, "DECIMAL(4,3)" },
        { 0.0000000000000000000000000001m, "DECIMAL(29,28)" },
        { decimal.MaxValue, "DECIMAL(29,0)" },
        { "", "VARCHAR" },
        { "路口 💡 with \0 inside", "VARCHAR" },
        { new DateOnly(1, 1, 1), "DATE" },
        { new DateOnly(9999, 12, 31), "DATE" },
        { new TimeOnly(23, 59, 59), "TIME" },
        { new DateTime(1, 1, 1), "TIMESTAMP" },
        { new DateTime(1969, 12, 31, 23, 59, 59, 999), "TIMESTAMP" },
        { new DateTime(2024, 5, 6, 7, 8, 9, DateTimeKind.Utc), "TIMESTAMP WITH TIME ZONE" },
        { Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100"), "UUID" },
    };

    [Theory, MemberData(nameof(Values))]
    public void A_CLR_value_arrives_with_its_type_and_comes_back(object? value, string type)
    {
        var row = Rows("SELECT $1, typeof($1)", value)[0];
        row.Should().Equal(value, type);
        if (value is DateTime time)
            ((DateTime)row[0]!).Kind.Should().Be(time.Kind);
    }

    [Fact]
    public void Other_instants_and_spans_are_understood_too()
    {
        One("SELECT $1", new DateTimeOffset(2024, 1, 1, 8, 0, 0, TimeSpan.FromHours(8))).Should().Be(new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        One("SELECT TIMESTAMP '2024-01-01' + $1", new TimeSpan(1, 2, 0, 0)).Should().Be(new DateTime(2024, 1, 2, 2, 0, 0));
        One("SELECT $1", new ReadOnlyMemory<byte>([1, 2])).Should().BeEquivalentTo(new byte[] { 1, 2 });
    }

    [Fact]
    public void Lists_maps_and_structs_arrive()
    {
        One("SELECT list_sum($1)", new[] { 1L, 2L, 3L }).Should().Be(6m);
        One("SELECT list_contains($1, 'b')", (object)new[] { "a", "b" }).Should().Be(true);
        One("SELECT len($1::BIGINT[])", (object)Array.Empty<object>()).Should().Be(0L);
        One("SELECT len($1::BIGINT[])", new List<long?> { null, 1 }).Should().Be(2L);
        One("SELECT typeof($1)", (object)new[] { 1.5m, 10.25m }).Should().Be("DECIMAL(38,2)[]");
        One("SELECT $1['k']", new Dictionary<string, int> { ["k"] = 7 }).Should().Be(7);
        Sql.Execute("CREATE TABLE t(s STRUCT(a INTEGER, b VARCHAR[]))");
        Sql.Execute("INSERT INTO t VALUES ($1)", [new object?[] { 1, new object?[] { "x", null } }]);
        One("SELECT s.b[1] || s.a FROM t").Should().Be("x1");
    }

    [Theory]
    [InlineData("SELECT $1", 2, "The statement has 1 parameters, but 2 values were given.*")]
    [InlineData("SELECT $1, $2", 1, "The statement has 2 parameters, but 1 values were given.*")]
    [InlineData("SELECT $3", 1, "*no parameter $1*")]
    public void Wrong_numbers_of_values_are_refused(string text, int count, string message) =>
        Sql.Invoking(s => s.Rows(text, [.. Enumerable.Range(1, count).Cast<object?>()])).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void Values_without_a_type_in_SQL_are_refused()
    {
        Sql.Invoking(s => s.Rows("SELECT $1", [new Version(1, 0)])).Should().Throw<ArgumentException>().WithMessage("*System.Version*");
        Sql.Invoking(s => s.Rows("SELECT $1", [new object?[] { 1, "a" }])).Should().Throw<ArgumentException>().WithMessage("*one type*");
        Sql.Invoking(s => s.Rows("SELECT $1::INTEGER[]", [new[] { "a" }])).Should().Throw<ArgumentException>().WithMessage("*list*");
    }

    [Fact]
    public void Numbers_in_the_text_may_come_in_any_order_and_twice() =>
        Rows("SELECT $2, $1, $2", 1, "x")[0].Should().Equal("x", 1, "x");

    [Fact]
    public void Any_text_and_bytes_survive_parameters_and_the_appender() =>
        Prop.ForAll<string?, byte[]?>((text, bytes) =>
        {
            var whole = text is null ? null : string.Concat(text.EnumerateRunes().Select(rune => rune.ToString())); // lone surrogates have no UTF-8
            Sql.Execute("CREATE OR REPLACE TABLE t(a VARCHAR, b BLOB)");
            using (var appender = Sql.Append(null, "t"))
                appender.AddRow(whole, bytes);
            var read = Rows("SELECT $1::VARCHAR, $2::BLOB UNION ALL FROM t", whole, bytes);
            return read.Length == 2 && read.All(row => (string?)row[0] == whole && ((byte[]?)row[1] ?? []).SequenceEqual(bytes ?? []) && row[1] is null == bytes is null);
        }).QuickCheckThrowOnFailure();
}
