using System.Text.Json;
using System.Text.Json.Nodes;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Catalog.Access;

/// <summary>Checks that a row filter is one condition on one dataset's columns and nothing else.</summary>
/// <remarks>
/// DuckDB's own parser gives the tree of <c>SELECT * FROM t WHERE (filter)</c>. (1) Apart from the condition the tree must be the one of a plain SELECT, so the filter did not
/// close the parenthesis. (2) The condition is made of comparisons, constants, columns and a few functions: no subquery, no other function. (3) It binds against the columns.
/// </remarks>
internal static class RowFilter
{
    private static readonly HashSet<string> Classes = new(StringComparer.Ordinal) { "COMPARISON", "CONJUNCTION", "CONSTANT", "COLUMN_REF", "OPERATOR", "FUNCTION", "CAST", "BETWEEN", "CASE" };

    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "+", "-", "*", "/", "//", "%", "||", "~~", "!~~", "~~*", "!~~*", "like_escape", "not_like_escape", "ilike_escape", "not_ilike_escape",
        "lower", "upper", "trim", "ltrim", "rtrim", "length", "substring", "substr", "left", "right", "replace", "concat", "contains", "starts_with", "prefix", "ends_with", "suffix",
        "regexp_matches", "regexp_full_match", "abs", "round", "floor", "ceil", "ceiling", "trunc", "mod", "greatest", "least", "coalesce", "ifnull", "nullif", "isfinite", "isnan",
        "date_trunc", "date_part", "datepart", "year", "month", "day", "hour", "minute", "dayofweek", "isodow", "epoch", "timezone",
        "to_years", "to_months", "to_days", "to_hours", "to_minutes", "to_seconds", "struct_extract", "hash", "row", "list_value",
    };

    /// <returns>What is wrong, or null.</returns>
    public static string? Fault(string filter, DatasetContract dataset)
    {
        if (string.IsNullOrWhiteSpace(filter))
            return "the row filter is empty; leave it out for all rows";
        using var database = SqlDatabase.Open();
        using var connection = database.Connect();
        var columns = dataset.Columns.Select(c => $"{SqlText.Name(c.Name)} {SqlText.Type(c.Type)}");
        connection.Execute($"CREATE TABLE t ({string.Join(", ", columns)})");
        connection.Execute("SET enable_external_access = false");
        connection.Execute("SET lock_configuration = true");
        return TreeFault(connection, filter) ?? BindFault(connection, filter);
    }

    private static string? TreeFault(SqlConnection connection, string filter)
    {
        var (plain, _) = Tree(connection, "true");
        var (around, error) = Tree(connection, filter);
        if (around is null || plain is null)
            return $"the row filter is not SQL: {error}";
        var condition = Take(around);
        Take(plain);
        if (condition is null || around.ToJsonString() != plain.ToJsonString())
            return "the row filter must be one condition, e.g. category = 'Noise' AND requested_datetime >= TIMESTAMPTZ '2025-01-01 00:00:00+00'";
        return ExpressionFault(condition);
    }

    private static (JsonNode? Tree, string? Error) Tree(SqlConnection connection, string filter)
    {
        var text = connection.Scalar<string>($"SELECT json_serialize_sql({SqlText.Literal($"SELECT * FROM t WHERE ({filter})")})")!;
        var tree = JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = 256 })!;
        return (bool)tree["error"]! ? (null, (string?)tree["error_message"]) : (tree, null);
    }

    /// <summary>Takes the condition out of the tree of the first statement.</summary>
    private static JsonNode? Take(JsonNode tree)
    {
        if (tree["statements"]?[0]?["node"] is not JsonObject node || node["where_clause"] is not { } condition)
            return null;
        node["where_clause"] = null;
        return condition;
    }

    private static string? ExpressionFault(JsonNode? node) => node switch
    {
        JsonArray list => list.Select(ExpressionFault).FirstOrDefault(f => f is not null),
        JsonObject expression when (string?)expression["class"] is { } kind && !Classes.Contains(kind) =>
            $"the row filter may not hold a {kind.ToLowerInvariant().Replace('_', ' ')}",
        JsonObject expression when (string?)expression["class"] == "FUNCTION" && FunctionName(expression) is { } name && !Functions.Contains(name) =>
            $"the row filter may not call {name}",
        JsonObject expression when (string?)expression["class"] == "CONSTANT" => null,
        JsonObject expression => expression.Select(member => ExpressionFault(member.Value)).FirstOrDefault(f => f is not null),
        _ => null,
    };

    private static string FunctionName(JsonObject function) =>
        (string?)function["schema"] is null or "" or "main" && (string?)function["catalog"] is null or ""
            ? ((string)function["function_name"]!).ToLowerInvariant()
            : $"{function["catalog"]}.{function["schema"]}.{function["function_name"]}";

    private static string? BindFault(SqlConnection connection, string filter)
    {
        try
        {
            using var result = connection.Query($"SELECT 1 FROM t WHERE ({filter})");
            return null;
        }
        catch (SqlException e)
        {
            return $"the row filter does not fit the dataset: {e.Message}";
        }
    }
}
