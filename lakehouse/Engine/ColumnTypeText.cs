using System.Collections.Frozen;
using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>A type's name as DuckDB writes it, fit to be used in SQL.</summary>
internal static class ColumnTypeText
{
    /// <summary>Words that DuckDB's parser keeps for itself (<c>duckdb_keywords()</c>, category reserved).</summary>
    private static readonly FrozenSet<string> Reserved = """
        all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default deferrable desc describe distinct do
        else end except false fetch for foreign from group having in initially intersect into lambda lateral leading limit not null offset on only or order
        pivot pivot_longer pivot_wider placing primary qualify references returning select show some summarize symmetric table then to trailing true
        union unique unpivot using variadic when where window with
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    public static string Of(ColumnType type) => type.Id switch
    {
        TypeId.Geometry => type.Extra is null ? "GEOMETRY" : $"GEOMETRY({Literal(type.Extra)})",
        _ when !string.IsNullOrEmpty(type.Extra) => type.Extra,
        TypeId.Decimal => $"DECIMAL({type.Width},{type.Scale})",
        TypeId.List => $"{type.Children[0]}[]",
        TypeId.Array => $"{type.Children[0]}[{type.Size}]",
        TypeId.Map => $"MAP({type.Children[0]}, {type.Children[1]})",
        TypeId.Struct => $"STRUCT({Fields(type)})",
        TypeId.Union => $"UNION({Fields(type)})",
        TypeId.Enum => $"ENUM({string.Join(", ", type.Labels.Select(Literal))})",
        TypeId.TimeTz => "TIME WITH TIME ZONE",
        TypeId.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        TypeId.TimestampS => "TIMESTAMP_S",
        TypeId.TimestampMs => "TIMESTAMP_MS",
        TypeId.TimestampNs => "TIMESTAMP_NS",
        TypeId.TimestampTzNs => "TIMESTAMPTZ_NS",
        TypeId.TimeNs => "TIME_NS",
        TypeId.SqlNull => "\"NULL\"",
        _ => type.Id.ToString().ToUpperInvariant(),
    };

    /// <summary>An identifier, in double quotes where it needs them.</summary>
    public static string Identifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') && !Reserved.Contains(name)
            ? name
            : $"\"{name.Replace("\"", "\"\"")}\"";

    private static string Fields(ColumnType type) => string.Join(", ", type.Children.Select((child, i) => $"{Identifier(type.Names[i])} {child}"));

    private static string Literal(string text) => $"'{text.Replace("'", "''")}'";
}
