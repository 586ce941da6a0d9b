using System.Collections.Immutable;
using System.Text.Json;

namespace Plinth.Lakehouse.Pruning;

/// <summary>One scan of a stand-in table in a query's plan, with what the planner asks of its rows.</summary>
internal sealed record PlannedScan(string Table, FileFilter Filter);

/// <summary>Reads a plan as the engine serializes it (<c>json_serialize_plan</c>, optimized): which tables are scanned, and under which conditions.</summary>
/// <remarks>
/// Only conditions that stand at a scan itself, or in a filter right above it, count: a row for which they do not hold cannot reach the result.
/// What is not understood here says nothing, so that a file is kept rather than lost.
/// </remarks>
internal static class PlanReader
{
    /// <returns>Null where the engine could not serialize the plan.</returns>
    public static List<PlannedScan>? Read(string json, string schema)
    {
        using var document = JsonDocument.Parse(json, new() { MaxDepth = 1000 });
        if (document.RootElement.GetProperty("error").GetBoolean())
            return null;
        var scans = new List<PlannedScan>();
        foreach (var plan in document.RootElement.GetProperty("plans").EnumerateArray())
            Visit(plan, FileFilter.Anything, schema, scans);
        return scans;
    }

    private static void Visit(JsonElement node, FileFilter above, string schema, List<PlannedScan> scans)
    {
        var children = node.TryGetProperty("children", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToList() : [];
        if (IsScan(node, schema, out var table))
            scans.Add(new(table, FileFilter.And([above, .. TableFilters(node)])));
        var type = node.TryGetProperty("type", out var name) ? name.GetString() : null;
        foreach (var child in children)
            Visit(child, type == "LOGICAL_FILTER" && IsScan(child, schema, out _) ? Conditions(node, child) : FileFilter.Anything, schema, scans);
    }

    private static bool IsScan(JsonElement node, string schema, out string table)
    {
        table = "";
        if (!node.TryGetProperty("type", out var type) || type.GetString() != "LOGICAL_GET" || !node.TryGetProperty("function_data", out var data)
            || data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("schema", out var found) || found.GetString() != schema)
            return false;
        table = data.GetProperty("table").GetString()!;
        return true;
    }

    private static IEnumerable<FileFilter> TableFilters(JsonElement scan)
    {
        var names = scan.GetProperty("names");
        foreach (var entry in scan.GetProperty("table_filters").GetProperty("filters").EnumerateArray())
            if (entry.GetProperty("key").TryGetInt32(out var column) && column < names.GetArrayLength())
                yield return TableFilter(new([names[column].GetString()!]), entry.GetProperty("value"));
    }

    private static FileFilter TableFilter(ColumnPath column, JsonElement filter) => filter.GetProperty("filter_type").GetString() switch
    {
        "CONSTANT_COMPARISON" => Compare(column, filter.GetProperty("comparison_type").GetString(), filter.GetProperty("constant")),
        "IS_NULL" => new FileFilter.Null(column, Wanted: true),
        "IS_NOT_NULL" => new FileFilter.Null(column, Wanted: false),
        "CONJUNCTION_AND" => FileFilter.And(filter.GetProperty("child_filters").EnumerateArray().Select(child => TableFilter(column, child))),
        "CONJUNCTION_OR" => FileFilter.Or(filter.GetProperty("child_filters").EnumerateArray().Select(child => TableFilter(column, child))),
        "STRUCT_EXTRACT" => TableFilter(column.Field(filter.GetProperty("child_name").GetString()!), filter.GetProperty("child_filter")),
        "OPTIONAL_FILTER" => filter.TryGetProperty("child_filter", out var child) && child.ValueKind == JsonValueKind.Object ? TableFilter(column, child) : FileFilter.Anything,
        "IN_FILTER" => In(column, filter.GetProperty("values").EnumerateArray()),
        "EXPRESSION_FILTER" => Expression(filter.GetProperty("expr"), _ => column),
        _ => FileFilter.Anything,
    };

    /// <summary>Conditions of a filter right above a scan: its references count the scan's output columns.</summary>
    private static FileFilter Conditions(JsonElement node, JsonElement scan)
    {
        var names = scan.GetProperty("names");
        var columns = scan.GetProperty("column_indexes");
        var output = scan.GetProperty("projection_ids");
        return FileFilter.And(node.GetProperty("expressions").EnumerateArray().Select(expression => Expression(expression, Column)));

        ColumnPath? Column(int index)
        {
            var at = output.GetArrayLength() == 0 ? index : index < output.GetArrayLength() ? output[index].GetInt32() : -1;
            return at >= 0 && at < columns.GetArrayLength() && columns[at].GetProperty("index").TryGetInt32(out var column) && column < names.GetArrayLength()
                ? new(ImmutableArray.Create(names[column].GetString()!)) : null;
        }
    }

    private static FileFilter Expression(JsonElement expression, Func<int, ColumnPath?> column)
    {
        switch (expression.GetProperty("expression_class").GetString(), expression.GetProperty("type").GetString())
        {
            case ("BOUND_CONJUNCTION", "CONJUNCTION_AND"):
                return FileFilter.And(Children(expression));
            case ("BOUND_CONJUNCTION", "CONJUNCTION_OR"):
                return FileFilter.Or(Children(expression));
            case ("BOUND_OPERATOR", "OPERATOR_IS_NULL"):
                return Reference(expression.GetProperty("children")[0], column) is { } absent ? new FileFilter.Null(absent, Wanted: true) : FileFilter.Anything;
            case ("BOUND_OPERATOR", "OPERATOR_IS_NOT_NULL"):
                return Reference(expression.GetProperty("children")[0], column) is { } present ? new FileFilter.Null(present, Wanted: false) : FileFilter.Anything;
            case ("BOUND_OPERATOR", "COMPARE_IN"):
                var items = expression.GetProperty("children").EnumerateArray().ToList();
                return Reference(items[0], column) is { } looked && items.Skip(1).All(item => Constant(item) is not null) ? In(looked, items.Skip(1).Select(item => Constant(item)!.Value)) : FileFilter.Anything;
            case ("BOUND_BETWEEN", _):
                return Reference(expression.GetProperty("input"), column) is { } between
                    ? FileFilter.And([
                        Constant(expression.GetProperty("lower")) is { } lower ? Compare(between, expression.GetProperty("lower_inclusive").GetBoolean() ? "COMPARE_GREATERTHANOREQUALTO" : "COMPARE_GREATERTHAN", lower) : FileFilter.Anything,
                        Constant(expression.GetProperty("upper")) is { } upper ? Compare(between, expression.GetProperty("upper_inclusive").GetBoolean() ? "COMPARE_LESSTHANOREQUALTO" : "COMPARE_LESSTHAN", upper) : FileFilter.Anything])
                    : FileFilter.Anything;
            case ("BOUND_COMPARISON", var comparison):
                var (left, right) = (expression.GetProperty("left"), expression.GetProperty("right"));
                if (Reference(left, column) is { } first && Constant(right) is { } value)
                    return Compare(first, comparison, value);
                return Reference(right, column) is { } second && Constant(left) is { } other ? Compare(second, Turned(comparison), other) : FileFilter.Anything;
            default:
                return FileFilter.Anything;
        }

        IEnumerable<FileFilter> Children(JsonElement parent) => parent.GetProperty("children").EnumerateArray().Select(child => Expression(child, column));
    }

    private static JsonElement? Constant(JsonElement expression) =>
        expression.GetProperty("expression_class").GetString() == "BOUND_CONSTANT" ? expression.GetProperty("value") : null;

    /// <summary>A column, or a field of it; null for anything else, casts included.</summary>
    private static ColumnPath? Reference(JsonElement expression, Func<int, ColumnPath?> column)
    {
        switch (expression.GetProperty("expression_class").GetString())
        {
            case "BOUND_REF":
                return column(expression.GetProperty("index").GetInt32());
            case "BOUND_FUNCTION" when expression.GetProperty("name").GetString() is "struct_extract" && expression.GetProperty("children") is var children && children.GetArrayLength() == 2:
                return Reference(children[0], column) is { } parent && Constant(children[1]) is { } key && key.TryGetProperty("value", out var name) && name.ValueKind == JsonValueKind.String
                    ? parent.Field(name.GetString()!) : null;
            default:
                return null;
        }
    }

    private static FileFilter Compare(ColumnPath column, string? comparison, JsonElement constant) => (comparison, PlanValue.Read(constant)) switch
    {
        (_, null) => FileFilter.Anything,
        ("COMPARE_EQUAL", { } value) => new FileFilter.Compare(column, Comparison.Equal, value),
        ("COMPARE_LESSTHAN", { } value) => new FileFilter.Compare(column, Comparison.Less, value),
        ("COMPARE_LESSTHANOREQUALTO", { } value) => new FileFilter.Compare(column, Comparison.LessOrEqual, value),
        ("COMPARE_GREATERTHAN", { } value) => new FileFilter.Compare(column, Comparison.Greater, value),
        ("COMPARE_GREATERTHANOREQUALTO", { } value) => new FileFilter.Compare(column, Comparison.GreaterOrEqual, value),
        _ => FileFilter.Anything,
    };

    private static string? Turned(string? comparison) => comparison switch
    {
        "COMPARE_LESSTHAN" => "COMPARE_GREATERTHAN",
        "COMPARE_LESSTHANOREQUALTO" => "COMPARE_GREATERTHANOREQUALTO",
        "COMPARE_GREATERTHAN" => "COMPARE_LESSTHAN",
        "COMPARE_GREATERTHANOREQUALTO" => "COMPARE_LESSTHANOREQUALTO",
        _ => comparison,
    };

    private static FileFilter In(ColumnPath column, IEnumerable<JsonElement> constants)
    {
        var values = constants.Select(PlanValue.Read).ToList();
        return values.Count == 0 || values.Contains(null) ? FileFilter.Anything : new FileFilter.In(column, [.. values!]);
    }
}
