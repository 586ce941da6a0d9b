using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Maintenance;

namespace Plinth.Lakehouse.Operations;

/// <summary>Takes out the rows that are past their time, except in files on legal hold; in a table that is on hold as a whole, none.</summary>
internal sealed class Retain(RetentionOptions options, string predicate, TableName table) : Operation
{
    public override string Name => "RETENTION";

    public override ImmutableSortedDictionary<string, string> Parameters => base.Parameters
        .Add("column", JsonSerializer.Serialize(options.Column))
        .Add("before", JsonSerializer.Serialize(options.Before.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture)))
        .Add("reason", JsonSerializer.Serialize(options.Reason, SchemaJson.Options));

    public override async ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        // A hold that came while another writer was faster counts too, so it is looked for in each plan.
        if (LegalHolds.In(table, state).Any(hold => hold.Versions.Count == 0))
            return null;
        var reads = PartitionFilter.Of(state, predicate);
        var candidates = reads.Matching(bench.Connection, [.. state.Files.Values.Where(file => !LegalHolds.IsHeld(file))]);
        using var rewrite = new RowRewrite(bench, state);
        bench.Connection.Execute($"INSERT INTO {rewrite.Gone} SELECT {TargetRows.File}, {TargetRows.Row}, 'delete' FROM ({rewrite.Target.Sql(candidates)}) WHERE {predicate}", null, cancellationToken);
        return await rewrite.PlanAsync(reads, candidates, cancellationToken);
    }
}
