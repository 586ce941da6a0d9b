using System.Collections.Immutable;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>A condition that every row must keep from now on; the rows that are there are looked at first.</summary>
internal sealed class AddConstraint(string name, string expression) : Operation
{
    public override string Name => "ADD CONSTRAINT";

    public override ImmutableSortedDictionary<string, string> Parameters => base.Parameters.Add("name", JsonSerializer.Serialize(name)).Add("expr", JsonSerializer.Serialize(expression));

    public override ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        var key = RowChecks.Prefix + name;
        if (name.Length == 0 || state.Metadata!.Configuration.Keys.Any(there => string.Equals(there, key, StringComparison.OrdinalIgnoreCase)))
            throw new WriteRefusedException(state.Table, name.Length == 0 ? "a constraint needs a name." : $"it has a constraint {name} already; drop that one first.");
        try
        {
            SqlExpression.Parse(expression, state.Schema, state.Schema, strict: true);
        }
        catch (FormatException e)
        {
            throw new WriteRefusedException(state.Table, $"the condition '{expression}' is not one that every engine understands alike: {e.Message}.");
        }
        var metadata = state.Metadata with { Configuration = state.Metadata.Configuration.Add(key, expression) };
        RowChecks.Of(state.Table, state.Schema, metadata.Configuration, state.Mapping).Verify(bench.Connection, $"({bench.Scan.ToSql(state)})", physical: false, all: true, cancellationToken);
        return new(MetadataChange.Of(state, metadata, [Features.CheckConstraints], PartitionFilter.Whole(state)));
    }
}
