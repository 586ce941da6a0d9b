using System.Collections.Immutable;
using System.Text.Json;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Operations;

/// <summary>Takes out the rows for which a predicate is true.</summary>
internal sealed class Delete(string predicate) : Operation
{
    public override string Name => "DELETE";

    public override ImmutableSortedDictionary<string, string> Parameters => base.Parameters.Add("predicate", JsonSerializer.Serialize(new[] { predicate }));

    public override async ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        var condition = UserSql.Expression(state.Table, predicate, bench.Connection);
        var reads = PartitionFilter.Of(state, predicate);
        var candidates = reads.Matching(bench.Connection, [.. state.Files.Values]);
        using var rewrite = new RowRewrite(bench, state);
        bench.Connection.Execute($"INSERT INTO {rewrite.Gone} SELECT {TargetRows.File}, {TargetRows.Row}, 'delete' FROM ({rewrite.Target.Sql(candidates)}) WHERE {condition}", null, cancellationToken);
        return await rewrite.PlanAsync(reads, candidates, cancellationToken);
    }
}
