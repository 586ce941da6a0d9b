using Plinth.Lakehouse.Engine;

namespace Plinth.Lakehouse.Operations;

/// <summary>Expressions that callers write in DuckDB's SQL.</summary>
internal static class UserSql
{
    /// <summary>The expression as a part of a larger statement, which it cannot end or leave.</summary>
    /// <exception cref="WriteRefusedException">It is not one expression.</exception>
    public static string Expression(string table, string text, SqlConnection connection)
    {
        try
        {
            // The engine parses it alone; what is more than one expression shows in the parsed form.
            var parsed = connection.Scalar<string>("SELECT CAST(json_serialize_sql(CAST(? AS VARCHAR)) AS VARCHAR)", [$"SELECT (\n{text}\n)"]) ?? "";
            using var json = System.Text.Json.JsonDocument.Parse(parsed);
            var root = json.RootElement;
            if (!root.GetProperty("error").GetBoolean() && root.GetProperty("statements") is { } statements && statements.GetArrayLength() == 1
                && statements[0].GetProperty("node") is { } node && node.GetProperty("type").GetString() == "SELECT_NODE"
                && node.GetProperty("select_list").GetArrayLength() == 1 && node.GetProperty("from_table").GetProperty("type").GetString() == "EMPTY")
                return $"(\n{text}\n)";
        }
        catch (SqlException e)
        {
            throw new WriteRefusedException(table, $"'{text}' cannot be read: {e.Message}");
        }
        throw new WriteRefusedException(table, $"'{text}' is not one SQL expression.");
    }
}
