using System.Collections.Immutable;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Operations;

/// <summary>Gives columns new values in the rows for which a predicate is true; expressions see the row as it was.</summary>
internal sealed class Update(IReadOnlyDictionary<string, string> set, string? predicate) : Operation
{
    public override string Name => "UPDATE";

    public override ImmutableSortedDictionary<string, string> Parameters =>
        predicate is null ? base.Parameters : base.Parameters.Add("predicate", JsonSerializer.Serialize(predicate));

    public override async ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        var condition = predicate is null ? "true" : UserSql.Expression(state.Table, predicate, bench.Connection);
        var values = Assignments.Of(state, set, bench.Connection, column => SqlText.Name(column.Name));
        var reads = predicate is null ? PartitionFilter.Whole(state) : PartitionFilter.Of(state, predicate);
        var candidates = reads.Matching(bench.Connection, [.. state.Files.Values]);
        using var rewrite = new RowRewrite(bench, state);
        var rows = rewrite.Target.Sql(candidates);
        bench.Connection.Execute($"INSERT INTO {rewrite.Gone} SELECT {TargetRows.File}, {TargetRows.Row}, 'update_preimage' FROM ({rows}) WHERE {condition}", null, cancellationToken);
        // Joined to what was found, so that a predicate that looks at the time or at chance is asked once.
        bench.Connection.Execute($"INSERT INTO {rewrite.Come} SELECT {values}, 'update_postimage' FROM ({rows}) SEMI JOIN {rewrite.Gone} USING ({TargetRows.File}, {TargetRows.Row})", null, cancellationToken);
        return await rewrite.PlanAsync(reads, candidates, cancellationToken);
    }
}
