using System.Collections.Immutable;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>Sets and removes table properties, and brings in the features they need.</summary>
internal sealed class SetProperties(TableName table, IReadOnlyDictionary<string, string?> properties) : Operation
{
    public override string Name => properties.Values.All(value => value is null) ? "UNSET TBLPROPERTIES" : "SET TBLPROPERTIES";

    public override ImmutableSortedDictionary<string, string> Parameters => base.Parameters.Add("properties", JsonSerializer.Serialize(properties));

    public override ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        var (metadata, features) = (state.Metadata!, new List<string>());
        foreach (var (key, value) in properties)
        {
            if (key == MappedColumns.ModeKey && value == "name")
            {
                metadata = state.Mapping == ColumnMapping.None ? MappedColumns.Enable(metadata) : metadata;
                features.Add(Features.ColumnMapping);
                continue;
            }
            if (TableProperties.Feature(table, key, value) is { } feature)
                features.Add(feature);
            metadata = metadata with { Configuration = value is null ? metadata.Configuration.Remove(key) : metadata.Configuration.SetItem(key, value) };
        }
        return new(metadata == state.Metadata ? null : MetadataChange.Of(state, metadata, features));
    }
}
