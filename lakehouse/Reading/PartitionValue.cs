namespace Plinth.Lakehouse.Reading;

/// <summary>A partition value of the log as a SQL expression of the column's type.</summary>
internal static class PartitionValue
{
    /// <summary>The empty text is null for every type. Times without a zone are UTC.</summary>
    public static string ToSql(string? text, DataType type)
    {
        if (string.IsNullOrEmpty(text))
            return $"CAST(NULL AS {SqlText.Type(type)})";
        var literal = SqlText.Literal(text);
        return type.ToString() switch
        {
            "string" => literal,
            "binary" => $"encode({literal})",
            "timestamp" when HasZone(text) => $"CAST({literal} AS TIMESTAMP WITH TIME ZONE)",
            "timestamp" => $"(CAST({literal} AS TIMESTAMP) AT TIME ZONE 'UTC')",
            "timestamp_ntz" => $"CAST({literal} AS TIMESTAMP)",
            _ => $"CAST({literal} AS {SqlText.Type(type)})",
        };
    }

    private static bool HasZone(string text) => text.EndsWith('Z') || text.AsSpan(Math.Min(text.Length, 10)).IndexOfAny('+', '-') >= 0;
}
