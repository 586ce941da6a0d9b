using System.Globalization;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Reading;

/// <summary>From a file's columns to a table's: names, order, wider types, missing fields; nested ones too.</summary>
internal sealed class Projection(string table, ColumnMapping mapping)
{
    private int _depth;

    /// <summary>The expression that gives <paramref name="target"/> from the columns of one file.</summary>
    public string Of(Column target, IReadOnlyList<FileColumn> columns) =>
        Find(target, columns) is { } source ? Convert(SqlText.Name(source.Name), source, target.Type) : Missing(target.Type);

    /// <summary>The name of a column in data files and statistics.</summary>
    public static string PhysicalName(Column column, ColumnMapping mapping) =>
        mapping != ColumnMapping.None && column.Metadata?.GetValueOrDefault("delta.columnMapping.physicalName") is { } name ? name : column.Name;

    private static string Missing(DataType type) => $"CAST(NULL AS {SqlText.Type(type)})";

    private FileColumn? Find(Column target, IReadOnlyList<FileColumn> columns)
    {
        if (mapping == ColumnMapping.Id)
        {
            var id = int.Parse(target.Metadata?.GetValueOrDefault("delta.columnMapping.id") ?? "-1", CultureInfo.InvariantCulture);
            return columns.FirstOrDefault(c => c.FieldId == id);
        }
        var name = PhysicalName(target, mapping);
        return columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.Ordinal))
            ?? columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
    }

    private string Convert(string value, FileColumn source, DataType target)
    {
        if (target is DataType.Primitive { Name: "void" })
            return Missing(target);
        if (string.Equals(source.Type, SqlText.Type(target), StringComparison.Ordinal) && (mapping == ColumnMapping.None || source.Kind == FileColumnKind.Leaf))
            return value;
        return (target, source.Kind) switch
        {
            (DataType.Struct type, FileColumnKind.Struct) => Struct(value, source, type),
            (DataType.Array type, FileColumnKind.List) => List(value, source, type),
            (DataType.Map type, FileColumnKind.Map) => Map(value, source, type),
            (DataType.Primitive or DataType.Decimal, FileColumnKind.Leaf) => Leaf(value, source.Type, target),
            _ => throw new TableFormatException(table, source.Name, $"a file holds {source.Type} where the schema says {target}."),
        };
    }

    private string Struct(string value, FileColumn source, DataType.Struct target)
    {
        var fields = target.Fields.Select(field => $"{SqlText.Name(field.Name)} := {(Find(field, source.Children) is { } child
            ? Convert($"struct_extract({value}, {SqlText.Literal(child.Name)})", child, field.Type)
            : Missing(field.Type))}");
        return $"CASE WHEN {value} IS NULL THEN NULL ELSE struct_pack({string.Join(", ", fields)}) END";
    }

    private string List(string value, FileColumn source, DataType.Array target)
    {
        var item = $"e{++_depth}";
        return $"list_transform({value}, lambda {item}: {Convert(item, source.Children[0], target.Element)})";
    }

    private string Map(string value, FileColumn source, DataType.Map target)
    {
        var item = $"e{++_depth}";
        var key = Convert($"struct_extract({item}, 'key')", source.Children[0], target.Key);
        var content = Convert($"struct_extract({item}, 'value')", source.Children[1], target.Value);
        return $"CASE WHEN {value} IS NULL THEN NULL ELSE map_from_entries(list_transform(map_entries({value}), lambda {item}: struct_pack(k := {key}, v := {content}))) END";
    }

    private static string Leaf(string value, string type, DataType target) => (target.ToString(), type) switch
    {
        // A time without zone in a column of instants is UTC (INT96 and old writers); both ways without regard to the session's zone.
        ("timestamp", "TIMESTAMP" or "TIMESTAMP_NS" or "TIMESTAMP_MS" or "TIMESTAMP_S") => $"(CAST({value} AS TIMESTAMP) AT TIME ZONE 'UTC')",
        ("timestamp", "DATE") => $"(CAST({value} AS TIMESTAMP) AT TIME ZONE 'UTC')",
        ("timestamp_ntz", "TIMESTAMP WITH TIME ZONE") => $"({value} AT TIME ZONE 'UTC')",
        ("binary", "VARCHAR") => $"encode({value})",
        ("string", "BLOB") => $"decode({value})",
        _ => $"CAST({value} AS {SqlText.Type(target)})",
    };
}
