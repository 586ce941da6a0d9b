using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>Takes a column or a struct's field out of the schema; its values stay in files that are there (column mapping). A later column of the same name is another one.</summary>
internal sealed class DropColumn(TableName table, string path) : Operation
{
    public override string Name => "DROP COLUMNS";

    public override ImmutableSortedDictionary<string, string> Parameters => base.Parameters.Add("columns", JsonSerializer.Serialize(new[] { path }));

    public override ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        MetadataChange.CheckUnused(state, path);
        var metadata = MetadataChange.Mapped(state);
        var schema = JsonNode.Parse(metadata.SchemaString)!.AsObject();
        var (fields, field) = MetadataChange.Find(state.Table, schema, path);
        if (state.Schema.PartitionColumns.Contains(path, StringComparer.OrdinalIgnoreCase))
            throw new WriteRefusedException(state.Table, $"it is partitioned by {path}, which cannot be dropped.");
        if (fields.Count == 1)
            throw new WriteRefusedException(state.Table, $"{path} is the last of its columns or of its struct's fields, which cannot be dropped.");
        fields.Remove(field);
        metadata = metadata with { SchemaString = schema.ToJsonString(SchemaJson.Options) };
        SchemaRules.Check(table, SchemaJson.Read(state.Table, metadata));
        return new(MetadataChange.Of(state, metadata, [Features.ColumnMapping]));
    }
}
