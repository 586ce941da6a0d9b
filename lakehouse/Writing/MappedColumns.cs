using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Writing;

/// <summary>Column mapping of a table's metaData: new columns get an id and a physical name of their own, and a table without mapping can be given one.</summary>
internal static class MappedColumns
{
    public const string ModeKey = "delta.columnMapping.mode";
    public const string MaxIdKey = "delta.columnMapping.maxColumnId";

    /// <summary>The metaData with columns added at the end.</summary>
    public static Metadata Append(TableState state, IReadOnlyList<Column> added)
    {
        var metadata = state.Metadata!;
        if (state.Mapping == ColumnMapping.None)
            return metadata with { SchemaString = SchemaJson.Append(metadata.SchemaString, added) };
        var next = MaxId(metadata);
        var columns = added.Select(column => Named(column, ref next)).ToList();
        return metadata with
        {
            SchemaString = SchemaJson.Append(metadata.SchemaString, columns),
            Configuration = metadata.Configuration.SetItem(MaxIdKey, next.ToString(CultureInfo.InvariantCulture)),
        };
    }

    /// <summary>The metaData with mapping by name: files keep their names, and field ids are those that <see cref="FieldIds"/> gave.</summary>
    public static Metadata Enable(Metadata metadata)
    {
        var schema = JsonNode.Parse(metadata.SchemaString)!.AsObject();
        var next = MaxId(metadata);
        Number(schema, ref next);
        return metadata with
        {
            SchemaString = schema.ToJsonString(SchemaJson.Options),
            Configuration = metadata.Configuration.SetItem(ModeKey, "name").SetItem(MaxIdKey, next.ToString(CultureInfo.InvariantCulture)),
        };
    }

    public static long MaxId(Metadata metadata) =>
        long.TryParse(metadata.Configuration.GetValueOrDefault(MaxIdKey), CultureInfo.InvariantCulture, out var max) ? max : 0;

    private static void Number(JsonNode? type, ref long next)
    {
        if (type is not JsonObject nested)
            return;
        switch ((string?)nested["type"])
        {
            case "struct":
                foreach (var field in nested["fields"]!.AsArray())
                {
                    var metadata = field!["metadata"] as JsonObject ?? [];
                    metadata[PhysicalSchema.IdKey] = ++next;
                    metadata[PhysicalSchema.NameKey] = (string)field["name"]!;
                    field["metadata"] = metadata.Parent is null ? metadata : metadata.DeepClone();
                    Number(field["type"], ref next);
                }
                break;
            case "array":
                next++; // as FieldIds counts elements, keys and values
                Number(nested["elementType"], ref next);
                break;
            case "map":
                next++;
                Number(nested["keyType"], ref next);
                next++;
                Number(nested["valueType"], ref next);
                break;
        }
    }

    private static Column Named(Column column, ref long next)
    {
        var metadata = (column.Metadata ?? ImmutableSortedDictionary<string, string>.Empty)
            .SetItem(PhysicalSchema.IdKey, (++next).ToString(CultureInfo.InvariantCulture)).SetItem(PhysicalSchema.NameKey, $"col-{Guid.NewGuid():D}");
        return column with { Type = Named(column.Type, ref next), Metadata = metadata };
    }

    private static DataType Named(DataType type, ref long next)
    {
        switch (type)
        {
            case DataType.Struct s:
                var fields = ImmutableArray.CreateBuilder<Column>();
                foreach (var field in s.Fields)
                    fields.Add(Named(field, ref next));
                return new DataType.Struct(fields.ToImmutable());
            case DataType.Array a:
                return a with { Element = Named(a.Element, ref next) };
            case DataType.Map m:
                var key = Named(m.Key, ref next);
                return m with { Key = key, Value = Named(m.Value, ref next) };
            default:
                return type;
        }
    }
}
