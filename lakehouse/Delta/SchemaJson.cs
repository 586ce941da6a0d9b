using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Plinth.Lakehouse.Delta;

/// <summary>The protocol's schema serialization format: a table's <c>schemaString</c>.</summary>
internal static class SchemaJson
{
    internal static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly ImmutableHashSet<string> Primitives =
        ["string", "long", "integer", "short", "byte", "float", "double", "boolean", "binary", "date", "timestamp", "timestamp_ntz", "void"];

    /// <exception cref="TableFormatException">Not a schema, or a type that is not supported.</exception>
    public static TableSchema Read(string table, Metadata metadata)
    {
        try
        {
            using var document = JsonDocument.Parse(metadata.SchemaString);
            return new(Fields(document.RootElement), metadata.PartitionColumns);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TableFormatException(table, "metaData", $"the schema cannot be read: {e.Message}");
        }
    }

    public static string Write(TableSchema schema) => Struct(schema.Columns).ToJsonString(Options);

    /// <summary>Adds columns at the end of a schema and leaves everything else in it as it is, known here or not.</summary>
    public static string Append(string schemaString, IEnumerable<Column> columns)
    {
        var schema = JsonNode.Parse(schemaString)!.AsObject();
        var fields = schema["fields"]!.AsArray();
        foreach (var column in columns)
            fields.Add(Field(column));
        return schema.ToJsonString(Options);
    }

    private static ImmutableArray<Column> Fields(JsonElement type) => [.. type.GetProperty("fields").EnumerateArray().Select(field => new Column(
        field.GetProperty("name").GetString()!,
        Type(field.GetProperty("type")),
        field.Bool("nullable") ?? true,
        field.Object("metadata") is { } metadata && metadata.EnumerateObject().Any()
            ? metadata.EnumerateObject().ToImmutableSortedDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : p.Value.GetRawText(), StringComparer.Ordinal)
            : null))];

    private static DataType Type(JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.String)
            return Primitive(type.GetString()!);
        return type.GetProperty("type").GetString() switch
        {
            "struct" => new DataType.Struct(Fields(type)),
            "array" => new DataType.Array(Type(type.GetProperty("elementType")), type.Bool("containsNull") ?? true),
            "map" => new DataType.Map(Type(type.GetProperty("keyType")), Type(type.GetProperty("valueType")), type.Bool("valueContainsNull") ?? true),
            var other => throw new FormatException($"type '{other}' is not supported"),
        };
    }

    private static DataType Primitive(string name)
    {
        if (Primitives.Contains(name))
            return new DataType.Primitive(name);
        if (name == "null")
            return new DataType.Primitive("void");
        if (name == "decimal")
            return new DataType.Decimal(10, 0);
        if (!name.StartsWith("decimal(", StringComparison.Ordinal) || !name.EndsWith(')'))
            throw new FormatException($"type '{name}' is not supported");
        var parts = name["decimal(".Length..^1].Split(',');
        return new DataType.Decimal(int.Parse(parts[0], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture),
            int.Parse(parts[1], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture));
    }

    private static JsonObject Struct(ImmutableArray<Column> fields) => new() { ["type"] = "struct", ["fields"] = new JsonArray([.. fields.Select(Field)]) };

    private static JsonObject Field(Column column)
    {
        var metadata = new JsonObject();
        foreach (var (key, value) in column.Metadata ?? ImmutableSortedDictionary<string, string>.Empty)
            metadata[key] = key == "delta.columnMapping.id" && long.TryParse(value, CultureInfo.InvariantCulture, out var id) ? id : value;
        return new() { ["name"] = column.Name, ["type"] = Node(column.Type), ["nullable"] = column.Nullable, ["metadata"] = metadata };
    }

    private static JsonNode Node(DataType type) => type switch
    {
        DataType.Struct s => Struct(s.Fields),
        DataType.Array a => new JsonObject { ["type"] = "array", ["elementType"] = Node(a.Element), ["containsNull"] = a.ContainsNull },
        DataType.Map m => new JsonObject { ["type"] = "map", ["keyType"] = Node(m.Key), ["valueType"] = Node(m.Value), ["valueContainsNull"] = m.ValueContainsNull },
        _ => JsonValue.Create(type.ToString())!,
    };
}
