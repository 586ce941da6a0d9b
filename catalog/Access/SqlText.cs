using Plinth.Lakehouse;

namespace Plinth.Catalog.Access;

/// <summary>Names, texts and types as DuckDB reads them.</summary>
internal static class SqlText
{
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Type(DataType type) => type switch
    {
        DataType.Primitive { Name: var name } => name switch
        {
            "string" => "VARCHAR",
            "long" => "BIGINT",
            "integer" => "INTEGER",
            "short" => "SMALLINT",
            "byte" => "TINYINT",
            "float" => "FLOAT",
            "double" => "DOUBLE",
            "boolean" => "BOOLEAN",
            "binary" => "BLOB",
            "date" => "DATE",
            "timestamp" => "TIMESTAMP WITH TIME ZONE",
            "timestamp_ntz" => "TIMESTAMP",
            "void" => "INTEGER",
            _ => throw new ArgumentException($"No SQL type for '{name}'."),
        },
        DataType.Decimal d => $"DECIMAL({d.Precision},{d.Scale})",
        DataType.Struct s => $"STRUCT({string.Join(", ", s.Fields.Select(f => $"{Name(f.Name)} {Type(f.Type)}"))})",
        DataType.Array a => Type(a.Element) + "[]",
        DataType.Map m => $"MAP({Type(m.Key)}, {Type(m.Value)})",
        _ => throw new ArgumentException($"No SQL type for '{type}'."),
    };
}
