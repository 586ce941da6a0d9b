using System.Collections.Immutable;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>Gives up a constraint; nothing happens where there is none of that name.</summary>
internal sealed class DropConstraint(string name) : Operation
{
    public override string Name => "DROP CONSTRAINT";

    public override ImmutableSortedDictionary<string, string> Parameters => base.Parameters.Add("name", JsonSerializer.Serialize(name));

    public override ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        var key = state.Metadata!.Configuration.Keys.FirstOrDefault(there => string.Equals(there, RowChecks.Prefix + name, StringComparison.OrdinalIgnoreCase));
        return new(key is null ? null : MetadataChange.Of(state, state.Metadata with { Configuration = state.Metadata.Configuration.Remove(key) }, []));
    }
}
