using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Plinth.Lakehouse.Pruning;

/// <summary>What values of a column are compared as.</summary>
internal enum ValueKind
{
    /// <summary>Integers; days since 1970; microseconds since 1970; false and true as 0 and 1.</summary>
    Whole,
    Floating,
    Decimal,
    /// <summary>By the bytes of its UTF-8.</summary>
    Text,
}

/// <summary>A constant of a query. One member counts, by <paramref name="Kind"/>.</summary>
/// <param name="Type">The engine's name of its type.</param>
internal sealed record PlanValue(ValueKind Kind, string Type, long Whole = 0, double Floating = 0, decimal Decimal = 0, byte[]? Text = null)
{
    /// <summary>A constant out of a serialized plan; null where it is null, or of a type without bounds in statistics.</summary>
    public static PlanValue? Read(JsonElement constant)
    {
        if (constant.GetProperty("is_null").GetBoolean() || !constant.TryGetProperty("value", out var value))
            return null;
        var type = constant.GetProperty("type");
        var name = type.GetProperty("id").GetString()!;
        switch (name)
        {
            case "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "DATE" or "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" when value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole):
                return new(ValueKind.Whole, name, Whole: whole);
            case "BOOLEAN" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                return new(ValueKind.Whole, name, Whole: value.GetBoolean() ? 1 : 0);
            case "FLOAT" or "DOUBLE" when value.ValueKind == JsonValueKind.Number:
                return Finite(value.GetDouble(), single: name == "FLOAT");
            case "DECIMAL" when value.ValueKind == JsonValueKind.Number && BigInteger.TryParse(value.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var digits):
                return Scaled(digits, type.GetProperty("type_info").GetProperty("scale").GetInt32()) is { } number ? new(ValueKind.Decimal, name, Decimal: number) : null;
            case "VARCHAR" when value.ValueKind == JsonValueKind.String:
                return new(ValueKind.Text, name, Text: Encoding.UTF8.GetBytes(value.GetString()!));
            default:
                return null;
        }
    }

    /// <summary>A number, in the precision of its type; null for one that JSON cannot write.</summary>
    public static PlanValue? Finite(double number, bool single) => double.IsFinite(number) ? new(ValueKind.Floating, single ? "FLOAT" : "DOUBLE", Floating: single ? (float)number : number) : null;

    private static decimal? Scaled(BigInteger digits, int scale)
    {
        if (scale > 28 || BigInteger.Abs(digits) > (BigInteger)decimal.MaxValue)
            return null;
        var number = (decimal)digits;
        for (; scale > 0; scale--)
            number /= 10;
        return number;
    }

    public override string ToString() => (Kind, Type) switch
    {
        (ValueKind.Floating, _) => Floating.ToString("R", CultureInfo.InvariantCulture),
        (ValueKind.Decimal, _) => Decimal.ToString(CultureInfo.InvariantCulture),
        (ValueKind.Text, _) => $"'{Encoding.UTF8.GetString(Text!).Replace("'", "''", StringComparison.Ordinal)}'",
        (_, "BOOLEAN") => Whole != 0 ? "true" : "false",
        (_, "DATE") when Math.Abs(Whole) < 700_000 => $"'{DateTime.UnixEpoch.AddDays(Whole):yyyy-MM-dd}'",
        (_, "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE") when Math.Abs(Whole) < 60_000_000_000_000_000 => $"'{DateTime.UnixEpoch.AddTicks(Whole * 10):yyyy-MM-dd HH:mm:ss.FFFFFF}'",
        _ => Whole.ToString(CultureInfo.InvariantCulture),
    };

    public bool Equals(PlanValue? other) => other is not null && (Kind, Type, Whole, Floating, Decimal) == (other.Kind, other.Type, other.Whole, other.Floating, other.Decimal)
        && (Text ?? []).AsSpan().SequenceEqual(other.Text);

    public override int GetHashCode() => HashCode.Combine(Kind, Type, Whole, Floating, Decimal, Text?.Length);
}
