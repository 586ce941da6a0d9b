using System.Collections.Immutable;
using Plinth.Lakehouse;

namespace Plinth.Catalog.Contracts;

/// <summary>Reads a column's type as <see cref="DataType.ToString"/> writes it: <c>long</c>, <c>decimal(10,2)</c>, <c>struct&lt;xmin:double&gt;</c>.</summary>
internal static class PhysicalType
{
    public static readonly string[] Names =
        ["string", "long", "integer", "short", "byte", "float", "double", "boolean", "binary", "date", "timestamp", "timestamp_ntz"];

    /// <summary>Null when the text is not a type.</summary>
    public static DataType? Parse(string text)
    {
        var at = 0;
        return Type(text, ref at) is { } type && at == text.Length ? type : null;
    }

    /// <summary>The logical type of the Open Data Contract Standard that goes with it.</summary>
    public static string LogicalType(DataType type) => type switch
    {
        DataType.Primitive { Name: "string" } => "string",
        DataType.Primitive { Name: "long" or "integer" or "short" or "byte" } => "integer",
        DataType.Primitive { Name: "float" or "double" } or DataType.Decimal => "number",
        DataType.Primitive { Name: "boolean" } => "boolean",
        DataType.Primitive { Name: "date" } => "date",
        DataType.Primitive { Name: "timestamp" or "timestamp_ntz" } => "timestamp",
        DataType.Array => "array",
        _ => "object",
    };

    private static DataType? Type(string text, ref int at)
    {
        var word = Word(text, ref at);
        switch (word)
        {
            case "struct": return Fields(text, ref at);
            case "array":
                return Eat(text, ref at, '<') && Type(text, ref at) is { } element && Eat(text, ref at, '>') ? new DataType.Array(element) : null;
            case "map":
                return Eat(text, ref at, '<') && Type(text, ref at) is { } key && Eat(text, ref at, ',')
                    && Type(text, ref at) is { } value && Eat(text, ref at, '>') ? new DataType.Map(key, value) : null;
            case "decimal":
                return Eat(text, ref at, '(') && int.TryParse(Word(text, ref at), out var precision) && Eat(text, ref at, ',')
                    && int.TryParse(Word(text, ref at), out var scale) && Eat(text, ref at, ')')
                    && precision is > 0 and <= 38 && scale >= 0 && scale <= precision ? new DataType.Decimal(precision, scale) : null;
            default: return Names.Contains(word) ? new DataType.Primitive(word) : null;
        }
    }

    private static DataType.Struct? Fields(string text, ref int at)
    {
        if (!Eat(text, ref at, '<'))
            return null;
        var fields = ImmutableArray.CreateBuilder<Column>();
        do
        {
            var name = Word(text, ref at);
            if (name.Length == 0 || !Eat(text, ref at, ':') || Type(text, ref at) is not { } type)
                return null;
            fields.Add(new(name, type));
        }
        while (Eat(text, ref at, ','));
        return Eat(text, ref at, '>') ? new(fields.ToImmutable()) : null;
    }

    private static string Word(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            at++;
        return text[start..at];
    }

    private static bool Eat(string text, ref int at, char expected)
    {
        if (at >= text.Length || text[at] != expected)
            return false;
        at++;
        return true;
    }
}
