using System.Globalization;
using System.Text;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Writing;

/// <summary>
/// Field ids of a file's columns: those of the column mapping where the table has one, else numbered in the schema's order, depth first.
/// Columns come only at the end, so an id never changes its meaning.
/// </summary>
internal static class FieldIds
{
    public static string Of(TableSchema schema) => schema.Columns.Any(c => c.Metadata?.ContainsKey(PhysicalSchema.IdKey) == true) ? Mapped(schema) : Numbered(schema);

    private static string Mapped(TableSchema schema) =>
        Braced(schema.Columns.Where(c => !schema.PartitionColumns.Contains(c.Name, StringComparer.OrdinalIgnoreCase) && HasId(c)).Select(Mapped));

    private static bool HasId(Column column) => column.Metadata?.ContainsKey(PhysicalSchema.IdKey) == true || Inner(column.Type).Any();

    private static string Mapped(Column column)
    {
        var id = column.Metadata?.GetValueOrDefault(PhysicalSchema.IdKey) is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        var inner = Inner(column.Type).ToList();
        return $"{SqlText.Name(column.Name)}: {(inner.Count == 0 && id is not null ? id.Value.ToString(CultureInfo.InvariantCulture)
            : Braced(id is null ? inner : inner.Prepend(string.Create(CultureInfo.InvariantCulture, $"__duckdb_field_id: {id}"))))}";
    }

    private static IEnumerable<string> Inner(DataType type) => type switch
    {
        DataType.Struct s => s.Fields.Select(Mapped),
        DataType.Array a => Inner(a.Element).ToList() is { Count: > 0 } element ? [$"element: {Braced(element)}"] : [],
        DataType.Map m => new[] { ("key", m.Key), ("value", m.Value) }.Select(part => (part.Item1, Fields: Inner(part.Item2).ToList()))
            .Where(part => part.Fields.Count > 0).Select(part => $"{part.Item1}: {Braced(part.Fields)}"),
        _ => [],
    };

    private static string Braced(IEnumerable<string> parts) => $"{{{string.Join(", ", parts)}}}";

    private static string Numbered(TableSchema schema)
    {
        var (text, next) = (new StringBuilder(), 0);
        text.Append('{');
        var first = true;
        foreach (var column in schema.Columns)
        {
            var id = ++next;
            var inner = new StringBuilder();
            Nested(inner, column.Type, ref next);
            if (schema.PartitionColumns.Contains(column.Name, StringComparer.OrdinalIgnoreCase) || column.Type is DataType.Primitive { Name: "void" })
                continue;
            Append(text, ref first, SqlText.Name(column.Name), id, inner);
        }
        return text.Append('}').ToString();
    }

    private static void Nested(StringBuilder text, DataType type, ref int next)
    {
        switch (type)
        {
            case DataType.Struct s:
                foreach (var field in s.Fields)
                    Part(text, SqlText.Name(field.Name), field.Type, ref next);
                break;
            case DataType.Array a:
                Part(text, "element", a.Element, ref next);
                break;
            case DataType.Map m:
                Part(text, "key", m.Key, ref next);
                Part(text, "value", m.Value, ref next);
                break;
        }
    }

    private static void Part(StringBuilder text, string name, DataType type, ref int next)
    {
        var id = ++next;
        var inner = new StringBuilder();
        Nested(inner, type, ref next);
        var first = false;
        Append(text, ref first, name, id, inner);
    }

    private static void Append(StringBuilder text, ref bool first, string name, int id, StringBuilder inner)
    {
        if (!first)
            text.Append(", ");
        first = false;
        var number = id.ToString(CultureInfo.InvariantCulture);
        text.Append(name).Append(": ").Append(inner.Length == 0 ? number : $"{{__duckdb_field_id: {number}{inner}}}");
    }
}
