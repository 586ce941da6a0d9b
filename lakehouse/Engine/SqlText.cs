namespace Plinth.Lakehouse.Engine;

/// <summary>Names, texts and types as SQL. Everything that enters a statement passes through here.</summary>
public static class SqlText
{
    /// <summary>A name in quotes.</summary>
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text in quotes.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A list of expressions.</summary>
    public static string List(IEnumerable<string> expressions) => $"[{string.Join(", ", expressions)}]";

    /// <summary>One file as the engine's readers want it: they take patterns, so pattern characters of the name are put in brackets.</summary>
    public static string Path(string path) => Literal(path.AsSpan().IndexOfAny('*', '?', '[') < 0 ? path : string.Concat(path.Select(c => c is '*' or '?' or '[' ? $"[{c}]" : c.ToString())));

    /// <summary>The engine's type for a column's type.</summary>
    public static string Type(DataType type) => type switch
    {
        DataType.Primitive p => p.Name switch
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
            "void" => "\"NULL\"",
            _ => throw new ArgumentException($"'{p.Name}' is not a type of the Delta protocol."),
        },
        DataType.Decimal d => $"DECIMAL({d.Precision},{d.Scale})",
        DataType.Struct s => $"STRUCT({string.Join(", ", s.Fields.Select(f => $"{Name(f.Name)} {Type(f.Type)}"))})",
        DataType.Array a => $"{Type(a.Element)}[]",
        DataType.Map m => $"MAP({Type(m.Key)}, {Type(m.Value)})",
        _ => throw new ArgumentException($"{type} is not a type of the Delta protocol."),
    };
}
