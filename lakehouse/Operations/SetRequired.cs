using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>Makes a column or a struct's field required (NOT NULL), after a look at the rows that are there, or no longer so.</summary>
internal sealed class SetRequired(string path, bool required) : Operation
{
    public override string Name => "CHANGE COLUMN";

    public override ImmutableSortedDictionary<string, string> Parameters =>
        base.Parameters.Add("column", JsonSerializer.Serialize(path)).Add("nullable", JsonSerializer.Serialize(!required));

    public override ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        var schema = JsonNode.Parse(state.Metadata!.SchemaString)!.AsObject();
        var (_, field) = MetadataChange.Find(state.Table, schema, path);
        if (((bool?)field["nullable"] ?? true) == !required)
            return new((Change?)null);
        field["nullable"] = !required;
        var metadata = state.Metadata with { SchemaString = schema.ToJsonString(SchemaJson.Options) };
        if (!required)
            return new(MetadataChange.Of(state, metadata, []));
        RowChecks.Of(state.Table, SchemaJson.Read(state.Table, metadata), metadata.Configuration, state.Mapping).Verify(bench.Connection, $"({bench.Scan.ToSql(state)})", physical: false, all: true, cancellationToken);
        return new(MetadataChange.Of(state, metadata, [], PartitionFilter.Whole(state)));
    }
}
