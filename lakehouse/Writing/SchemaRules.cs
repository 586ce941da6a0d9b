using System.Buffers;
using System.Collections.Immutable;

namespace Plinth.Lakehouse.Writing;

/// <summary>What a schema must keep to be written, and how one may follow another.</summary>
internal static class SchemaRules
{
    // Without column mapping the protocol forbids these in names, since Parquet writers of other engines cannot take them.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(" ,;{}()\n\t=");

    /// <exception cref="SchemaMismatchException">The schema cannot be that of a table; every fault is named.</exception>
    public static void Check(TableName table, TableSchema schema)
    {
        var faults = new List<string>();
        if (schema.Columns.IsDefaultOrEmpty)
            faults.Add("it has no columns");
        Check(schema.Columns.IsDefault ? [] : schema.Columns, "", faults);
        foreach (var name in schema.PartitionColumns)
            if (schema.IndexOf(name) is var i && (i < 0 || schema.Columns[i].Type is not (DataType.Primitive or DataType.Decimal)))
                faults.Add($"partition column {name} is {(i < 0 ? "not one of its columns" : "neither text, number nor time")}");
        if (schema.PartitionColumns.Length >= schema.Columns.Length && faults.Count == 0)
            faults.Add("every column is a partition column");
        if (faults.Count > 0)
            throw new SchemaMismatchException(table, $"this cannot be a schema: {string.Join("; ", faults)}.");
    }

    /// <summary>The table's schema after a commit that brings <paramref name="asked"/>: the present one, with new nullable columns at the end.</summary>
    /// <exception cref="SchemaMismatchException">It cannot follow; every difference is named.</exception>
    public static (TableSchema Schema, ImmutableArray<Column> Added) Follow(TableName table, TableSchema present, TableSchema asked)
    {
        var faults = new List<string>();
        if (!present.PartitionColumns.SequenceEqual(asked.PartitionColumns, StringComparer.OrdinalIgnoreCase))
            faults.Add($"it is partitioned by [{string.Join(", ", present.PartitionColumns)}], not by [{string.Join(", ", asked.PartitionColumns)}]");
        for (var i = 0; i < present.Columns.Length; i++)
        {
            var column = present.Columns[i];
            if (i >= asked.Columns.Length)
                faults.Add($"its column {column.Name} is not given");
            else if (!string.Equals(column.Name, asked.Columns[i].Name, StringComparison.OrdinalIgnoreCase))
                faults.Add($"its column {i + 1} is {column.Name}, not {asked.Columns[i].Name}");
            else if (!Same(column.Type, asked.Columns[i].Type))
                faults.Add($"its column {column.Name} is {column.Type}, not {asked.Columns[i].Type}");
        }
        ImmutableArray<Column> added = asked.Columns.Length > present.Columns.Length ? asked.Columns[present.Columns.Length..] : [];
        foreach (var column in added)
            if (!column.Nullable)
                faults.Add($"the new column {column.Name} is required; rows that are there have no value for it");
        if (faults.Count > 0)
            throw new SchemaMismatchException(table, $"{string.Join("; ", faults)}.");
        return (present with { Columns = present.Columns.AddRange(added) }, added);
    }

    /// <summary>Equal types, whatever their fields' metadata.</summary>
    public static bool Same(DataType a, DataType b) => (a, b) switch
    {
        (DataType.Struct x, DataType.Struct y) => x.Fields.Length == y.Fields.Length
            && x.Fields.Zip(y.Fields).All(f => string.Equals(f.First.Name, f.Second.Name, StringComparison.OrdinalIgnoreCase) && Same(f.First.Type, f.Second.Type)),
        (DataType.Array x, DataType.Array y) => Same(x.Element, y.Element),
        (DataType.Map x, DataType.Map y) => Same(x.Key, y.Key) && Same(x.Value, y.Value),
        _ => a == b,
    };

    /// <summary>Whether a type holds <paramref name="name"/> somewhere.</summary>
    public static bool Uses(DataType type, string name) => type switch
    {
        DataType.Struct s => s.Fields.Any(f => Uses(f.Type, name)),
        DataType.Array a => Uses(a.Element, name),
        DataType.Map m => Uses(m.Key, name) || Uses(m.Value, name),
        _ => type.ToString() == name,
    };

    public static int Leaves(DataType type) => type switch
    {
        DataType.Struct s => s.Fields.Sum(f => Leaves(f.Type)),
        DataType.Array a => Leaves(a.Element),
        DataType.Map m => Leaves(m.Key) + Leaves(m.Value),
        _ => 1,
    };

    private static void Check(ImmutableArray<Column> fields, string prefix, List<string> faults)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in fields)
        {
            var path = prefix + field.Name;
            if (field.Name.Length == 0 || field.Name.AsSpan().ContainsAny(Forbidden))
                faults.Add($"'{path}' is no column name: it is empty or has one of \" ,;{{}}()=\", a tab or a line break");
            if (!seen.Add(field.Name))
                faults.Add($"two columns are named {path}");
            Check(field.Type, path, faults);
        }
    }

    private static void Check(DataType type, string path, List<string> faults)
    {
        switch (type)
        {
            case DataType.Struct s:
                Check(s.Fields, path + ".", faults);
                break;
            case DataType.Array a:
                Check(a.Element, path + "[]", faults);
                break;
            case DataType.Map m:
                Check(m.Key, path + ".key", faults);
                Check(m.Value, path + ".value", faults);
                break;
            case DataType.Decimal d when d.Precision is < 1 or > 38 || d.Scale < 0 || d.Scale > d.Precision:
                faults.Add($"{path} is {d}; a decimal has 1 to 38 digits and no more behind the point than in all");
                break;
            case DataType.Primitive { Name: "void" }:
                faults.Add($"{path} is of type void, which cannot be written");
                break;
        }
    }
}
