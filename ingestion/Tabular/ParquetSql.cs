namespace Plinth.Ingestion.Tabular;

/// <summary>What is asked of DuckDB about a Parquet file. Parameter $1 is the path, with wildcards made literal.</summary>
internal static class ParquetSql
{
    /// <summary>The columns, no rows.</summary>
    internal const string NoRows = "SELECT * FROM read_parquet($1, hive_partitioning = false) LIMIT 0";

    /// <summary>Some columns of all rows, in the file's order.</summary>
    internal static string Select(IReadOnlyList<string> columns) =>
        string.Concat("SELECT ", string.Join(", ", columns.Select(Identifier)), " FROM read_parquet($1, hive_partitioning = false)");

    /// <summary>Decodes every value of some columns and gives one row.</summary>
    internal static string ReadAll(IReadOnlyList<string> columns) =>
        string.Concat("SELECT max(hash(", string.Join(", ", columns.Select(Identifier)), ")) FROM read_parquet($1, hive_partitioning = false)");

    /// <summary>A path that <c>read_parquet</c> does not take for a pattern.</summary>
    internal static string Literally(string path) =>
        path.Replace("[", "[[]", StringComparison.Ordinal).Replace("*", "[*]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal);

    private static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
