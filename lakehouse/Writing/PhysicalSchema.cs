using System.Collections.Immutable;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Writing;

/// <summary>A table's columns under the names that its files use (column mapping); without mapping they are the same.</summary>
internal static class PhysicalSchema
{
    public const string NameKey = "delta.columnMapping.physicalName";
    public const string IdKey = "delta.columnMapping.id";

    /// <summary>The schema with physical names; each column's <see cref="NameKey"/> then holds its logical name, so that <see cref="Projection"/> leads from logical to physical.</summary>
    public static TableSchema Of(TableSchema schema, ColumnMapping mapping) => mapping == ColumnMapping.None ? schema
        : new(Fields(schema.Columns), [.. schema.PartitionColumns.Select(name => Projection.PhysicalName(schema.Columns[schema.IndexOf(name)], mapping))]);

    /// <summary>The name users know, of a column of a physical schema.</summary>
    public static string LogicalName(Column physical) => physical.Metadata?.GetValueOrDefault(NameKey) ?? physical.Name;

    /// <summary>SELECT that turns the rows of <paramref name="source"/>, in logical names and types, into physical ones.</summary>
    public static string Rename(string table, TableSchema logical, TableSchema physical, string source)
    {
        var projection = new Projection(table, ColumnMapping.Name);
        var columns = logical.Columns.Select(c => Describe(c.Name, c.Type)).ToList();
        return $"SELECT {string.Join(", ", physical.Columns.Select(c => $"{projection.Of(c, columns)} AS {SqlText.Name(c.Name)}"))} FROM ({source})";
    }

    private static ImmutableArray<Column> Fields(ImmutableArray<Column> fields) => [.. fields.Select(field => new Column(
        Projection.PhysicalName(field, ColumnMapping.Name),
        Type(field.Type),
        field.Nullable,
        (field.Metadata ?? ImmutableSortedDictionary<string, string>.Empty).SetItem(NameKey, field.Name)))];

    private static DataType Type(DataType type) => type switch
    {
        DataType.Struct s => new DataType.Struct(Fields(s.Fields)),
        DataType.Array a => a with { Element = Type(a.Element) },
        DataType.Map m => m with { Key = Type(m.Key), Value = Type(m.Value) },
        _ => type,
    };

    private static FileColumn Describe(string name, DataType type) => type switch
    {
        DataType.Struct s => new(name, null, FileColumnKind.Struct, SqlText.Type(type), [.. s.Fields.Select(f => Describe(f.Name, f.Type))]),
        DataType.Array a => new(name, null, FileColumnKind.List, SqlText.Type(type), [Describe("element", a.Element)]),
        DataType.Map m => new(name, null, FileColumnKind.Map, SqlText.Type(type), [Describe("key", m.Key), Describe("value", m.Value)]),
        _ => new(name, null, FileColumnKind.Leaf, SqlText.Type(type), []),
    };
}
