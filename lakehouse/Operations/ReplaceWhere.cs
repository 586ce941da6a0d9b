using System.Collections.Immutable;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Operations;

/// <summary>Puts given rows in the place of those for which a predicate is true.</summary>
internal sealed class ReplaceWhere(string predicate, RowSource rows) : Operation
{
    private readonly SourceRows _source = new();

    public override string Name => "WRITE";

    public override RowSource? Source => rows;

    public override ImmutableSortedDictionary<string, string> Parameters =>
        base.Parameters.Add("mode", "Overwrite").Add("predicate", JsonSerializer.Serialize(predicate));

    public override ValueTask PrepareAsync(Workbench bench, TableState state, CancellationToken cancellationToken) => _source.TakeAsync(bench, rows, state.Schema, cancellationToken);

    public override void Finish(Workbench bench) => _source.Drop(bench);

    public override async ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        var condition = UserSql.Expression(state.Table, predicate, bench.Connection);
        var reads = PartitionFilter.Of(state, predicate);
        var candidates = reads.Matching(bench.Connection, [.. state.Files.Values]);
        using var rewrite = new RowRewrite(bench, state);
        bench.Connection.Execute($"INSERT INTO {rewrite.Gone} SELECT {TargetRows.File}, {TargetRows.Row}, 'delete' FROM ({rewrite.Target.Sql(candidates)}) WHERE {condition}", null, cancellationToken);
        var values = Assignments.Of(state, ImmutableDictionary<string, string>.Empty, bench.Connection, column => SqlText.Name(column.Name));
        bench.Connection.Execute($"INSERT INTO {rewrite.Come} SELECT {values}, 'insert' FROM {_source.Table}", null, cancellationToken);
        if (bench.Connection.Rows($"SELECT CAST(come AS VARCHAR) FROM {rewrite.Come} AS come WHERE NOT coalesce({condition}, false) LIMIT 1", null, cancellationToken) is [[var stray]])
            throw new WriteRefusedException(state.Table, $"the rows that come must be such as are replaced ({predicate}); this one is not: {stray}.");
        return await rewrite.PlanAsync(reads, candidates, cancellationToken);
    }
}
