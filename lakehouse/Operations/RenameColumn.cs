using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>Gives a column or a struct's field another name; files stay as they are (column mapping).</summary>
internal sealed class RenameColumn(TableName table, string path, string name) : Operation
{
    public override string Name => "RENAME COLUMN";

    public override ImmutableSortedDictionary<string, string> Parameters =>
        base.Parameters.Add("oldColumnPath", JsonSerializer.Serialize(path)).Add("newColumnPath", JsonSerializer.Serialize(path[..(path.LastIndexOf('.') + 1)] + name));

    public override ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        MetadataChange.CheckUnused(state, path);
        var metadata = MetadataChange.Mapped(state);
        var schema = JsonNode.Parse(metadata.SchemaString)!.AsObject();
        var (_, field) = MetadataChange.Find(state.Table, schema, path);
        var old = (string)field["name"]!;
        field["name"] = name;
        metadata = metadata with
        {
            SchemaString = schema.ToJsonString(SchemaJson.Options),
            PartitionColumns = path.Contains('.', StringComparison.Ordinal) ? metadata.PartitionColumns
                : [.. metadata.PartitionColumns.Select(column => string.Equals(column, old, StringComparison.OrdinalIgnoreCase) ? name : column)],
        };
        SchemaRules.Check(table, SchemaJson.Read(state.Table, metadata));
        return new(MetadataChange.Of(state, metadata, [Features.ColumnMapping]));
    }
}
