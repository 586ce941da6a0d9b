using System.Globalization;
using System.Text;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Writing;

/// <summary>Field ids of a file's columns: numbered in the schema's order, depth first. Columns come only at the end, so an id never changes its meaning.</summary>
internal static class FieldIds
{
    public static string Of(TableSchema schema)
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
