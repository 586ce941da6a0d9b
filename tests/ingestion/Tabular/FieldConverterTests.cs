using Plinth.Catalog;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Tests.Tabular;

public class FieldConverterTests
{
    private static readonly SourceContract Layout = new()
    {
        Name = "test", Family = "sensors", Dataset = new("sensor", "observation"), Format = "csv", TimeZone = "America/New_York", Crs = "OGC:CRS84",
    };

    [Theory]
    [InlineData("12.5", 12.5)]
    [InlineData(" 12.5 ", 12.5)]
    [InlineData("-1e3", -1000.0)]
    public void Numbers_are_read_with_a_point(string text, double expected) => Convert(text, DataType.Double).Should().Be((expected, null));

    [Theory]
    [InlineData("12,5", "is not a finite number; write 12.5, not 12,5")]
    [InlineData("1,234.5", "is not a finite number; write 12.5, not 12,5")]
    [InlineData("NaN", "is not a finite number")]
    [InlineData("1e400", "is not a finite number")]
    [InlineData("Infinity", "is not a finite number")]
    [InlineData("0x10", "is not a finite number")]
    [InlineData("(5)", "is not a finite number")]
    [InlineData("٣", "is not a finite number")]
    public void What_only_looks_like_a_number_is_none(string text, string problem) => Convert(text, DataType.Double).Should().Be((null, problem));

    [Theory]
    [InlineData("3.0", 3)]
    [InlineData("-7", -7)]
    public void Whole_numbers_may_carry_a_zero_fraction(string text, int expected) => Convert(text, DataType.Integer).Should().Be((expected, null));

    [Theory]
    [InlineData("3.5", "is not a whole number")]
    [InlineData("2147483648", "is outside -2147483648 to 2147483647")]
    public void Whole_numbers_are_whole_and_fit(string text, string problem) => Convert(text, DataType.Integer).Should().Be((null, problem));

    [Fact]
    public void A_local_time_comes_out_in_utc_by_the_layouts_zone() =>
        Convert("3/14/2025 1:20", DataType.Timestamp, c => c with { Format = "M/d/yyyy H:mm" }).Should().Be((Utc(2025, 3, 14, 5, 20), null));

    [Fact]
    public void An_hour_that_occurs_twice_is_its_first_occurrence() =>
        Convert("2025-11-02 01:30:00", DataType.Timestamp).Should().Be((Utc(2025, 11, 2, 5, 30), null));

    [Fact]
    public void An_hour_that_never_was_is_no_time() =>
        Convert("2025-03-09 02:30:00", DataType.Timestamp).Should().Be((null, "never was on the clocks of the layout's time zone"));

    [Fact]
    public void A_written_offset_is_stronger_than_the_zone() =>
        Convert("2025-03-14T01:20:00+08:00", DataType.Timestamp).Should().Be((Utc(2025, 3, 13, 17, 20), null));

    [Fact]
    public void Seconds_without_a_leading_zero_and_two_digits_of_fraction_are_hundredths() =>
        Convert("4/17/2023 8:00:0.20", DataType.Timestamp, c => c with { Format = "M/d/yyyy H:mm:s.FFF" }).Should().Be((Utc(2023, 4, 17, 12, 0).AddMilliseconds(200), null));

    [Theory]
    [InlineData("2023-02-29 00:00:00")]
    [InlineData("156489-01-01 00:00:00")]
    [InlineData("tomorrow")]
    public void What_is_no_time_says_which_form_was_expected(string text) =>
        Convert(text, DataType.Timestamp).Should().Be((null, "is not a time of the form yyyy-MM-dd HH:mm:ss"));

    [Fact]
    public void A_blank_or_a_null_value_is_nothing()
    {
        Convert("  ", DataType.Double).Should().Be((null, null));
        Convert("-999", DataType.Double, c => c with { NullValues = ["-999"], Minimum = 0 }).Should().Be((null, null));
        Convert(" ", DataType.String, c => c with { Required = true }).Should().Be((null, "is missing; the layout requires it"));
    }

    [Fact]
    public void Ranges_patterns_and_factors_are_the_layouts()
    {
        Convert("-1", DataType.Double, c => c with { Minimum = 0 }).Should().Be((null, "is less than 0"));
        Convert("101", DataType.Double, c => c with { Maximum = 100 }).Should().Be((null, "is more than 100"));
        Convert("10", DataType.Double, c => c with { Factor = 0.5 }).Should().Be((5.0, null));
        Convert("4401", DataType.String, c => c with { Pattern = "[0-9]{6}" }).Should().Be((null, "does not match the pattern [0-9]{6}"));
        Convert("440114\n", DataType.String, c => c with { Pattern = "[0-9]{6}" }).Should().Be(("440114", null));
    }

    [Fact]
    public void Typed_values_follow_the_same_rules()
    {
        Of(c => c, DataType.Timestamp).Convert(new DateTime(2024, 4, 15, 0, 0, 0, DateTimeKind.Unspecified), out var none).Should().Be(Utc(2024, 4, 15, 4, 0));
        none.Should().BeNull();
        Of(c => c, DataType.Integer).Convert(7L, out _).Should().Be(7);
        Of(c => c, DataType.String).Convert(1136L, out _).Should().Be("1136");
        Of(c => c, DataType.Double).Convert(double.NaN, out var problem).Should().BeNull();
        problem.Should().Be("is not a finite number");
    }

    private static (object? Value, string? Problem) Convert(string text, DataType type, Func<SourceColumn, SourceColumn>? change = null)
    {
        var value = Of(change ?? (c => c), type).Convert(text.AsSpan(), out var problem);
        return (value, problem);
    }

    private static FieldConverter Of(Func<SourceColumn, SourceColumn> change, DataType type) =>
        FieldConverter.For(Layout, change(new("result", "value")), type, new(Layout.TimeZone));

    private static DateTime Utc(int year, int month, int day, int hour, int minute) => new(year, month, day, hour, minute, 0, DateTimeKind.Utc);
}
