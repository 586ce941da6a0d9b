using System.Globalization;
using System.Text.Json;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Tests.Lakehouse;

/// <summary>Rows of SQL and rows of tests/interop in one spelling, so that they can be compared. The JSON form is described in tests/interop/README.md.</summary>
internal static class InteropRows
{
    public static List<string> OfSql(IEnumerable<object?[]> rows, TableSchema schema) =>
        [.. rows.Select(row => string.Join(" | ", schema.Columns.Select((c, i) => $"{c.Name}={Text(row[i], c.Type)}"))).Order(StringComparer.Ordinal)];

    public static List<string> OfJson(IEnumerable<string> lines, TableSchema schema) => [.. lines.Select(line =>
    {
        using var json = JsonDocument.Parse(line);
        json.RootElement.EnumerateObject().Select(p => p.Name).Should().Equal(schema.Columns.Select(c => c.Name));
        return string.Join(" | ", schema.Columns.Select(c => $"{c.Name}={Text(json.RootElement.GetProperty(c.Name), c.Type)}"));
    }).Order(StringComparer.Ordinal)];

    private static string Text(object? value, DataType type) => (value, type) switch
    {
        (null, _) => "null",
        (bool b, _) => b ? "true" : "false",
        (float f, _) => Number(f),
        (double d, _) => Number(d),
        (byte[] bytes, _) => Convert.ToHexStringLower(bytes),
        (DateOnly day, _) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        (DateTime time, _) => time.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture) + (type == DataType.Timestamp ? "Z" : ""),
        (decimal d, DataType.Decimal at) => d.ToString($"F{at.Scale}", CultureInfo.InvariantCulture),
        (string text, _) => $"'{text}'",
        (object?[] fields, DataType.Struct s) => $"{{{string.Join(',', s.Fields.Select((f, i) => $"{f.Name}:{Text(fields[i], f.Type)}"))}}}",
        (IReadOnlyList<object?> items, DataType.Array a) => $"[{string.Join(',', items.Select(item => Text(item, a.Element)))}]",
        (IReadOnlyDictionary<object, object?> map, DataType.Map m) =>
            $"{{{string.Join(',', map.Select(e => $"{Text(e.Key, m.Key).Trim('\'')}:{Text(e.Value, m.Value)}").Order(StringComparer.Ordinal))}}}",
        (IFormattable other, _) => other.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"{value.GetType()} as {type}"),
    };

    private static string Text(JsonElement value, DataType type) => (value.ValueKind, type) switch
    {
        (JsonValueKind.Null, _) => "null",
        (JsonValueKind.True, _) => "true",
        (JsonValueKind.False, _) => "false",
        (JsonValueKind.Number, DataType.Primitive { Name: "float" or "double" }) => Number(value.GetDouble()),
        (JsonValueKind.Number, _) => value.GetRawText(),
        (JsonValueKind.String, DataType.Primitive { Name: "string" }) => $"'{value.GetString()}'",
        (JsonValueKind.String, _) => value.GetString()!,
        (JsonValueKind.Object, DataType.Struct s) => $"{{{string.Join(',', s.Fields.Select(f => $"{f.Name}:{Text(value.GetProperty(f.Name), f.Type)}"))}}}",
        (JsonValueKind.Array, DataType.Array a) => $"[{string.Join(',', value.EnumerateArray().Select(item => Text(item, a.Element)))}]",
        (JsonValueKind.Object, DataType.Map m) => $"{{{string.Join(',', value.EnumerateObject().Select(p => $"{p.Name}:{Text(p.Value, m.Value)}").Order(StringComparer.Ordinal))}}}",
        _ => throw new NotSupportedException($"{value.GetRawText()} as {type}"),
    };

    private static string Number(double value) => double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? value > 0 ? "Infinity" : "-Infinity" : value.ToString("R", CultureInfo.InvariantCulture);
}
