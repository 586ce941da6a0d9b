using System.Collections.Immutable;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>Adds columns at the end; rows that are there have no value in them.</summary>
internal sealed class AddColumns(TableName table, IReadOnlyList<Column> columns) : Operation
{
    public override string Name => "ADD COLUMNS";

    public override ImmutableSortedDictionary<string, string> Parameters => base.Parameters.Add("columns", JsonSerializer.Serialize(columns.Select(c => $"{c.Name} {c.Type}")));

    public override ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        if (columns.Count == 0)
            return new((Change?)null);
        if (columns.FirstOrDefault(column => state.Schema.IndexOf(column.Name) >= 0) is { } there)
            throw new SchemaMismatchException(table, $"it has a column {there.Name} already.");
        var wider = state.Schema with { Columns = state.Schema.Columns.AddRange(columns) };
        SchemaRules.Check(table, wider);
        SchemaRules.Follow(table, state.Schema, wider); // refuses required columns
        string[] features = columns.Any(c => SchemaRules.Uses(c.Type, "timestamp_ntz")) ? [Features.TimestampNtz] : [];
        return new(MetadataChange.Of(state, MappedColumns.Append(state, columns), features));
    }
}
