using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Operations;

/// <summary>Brings a table up to date with rows from outside.</summary>
/// <remarks>1. Find each target row's source row and the first clause that holds. 2. Refuse several source rows for one. 3. Collect what goes and what comes, clause by clause.</remarks>
internal sealed class Merge(MergeSpec spec) : Operation
{
    private const string Clause = "__plinth_clause";
    private readonly SourceRows _source = new();
    private HashSet<string> _names = [];

    public override string Name => "MERGE";

    public override RowSource? Source => spec.Source;

    public override ImmutableSortedDictionary<string, string> Parameters => base.Parameters.Add("predicate", JsonSerializer.Serialize(spec.On));

    public override async ValueTask PrepareAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        await _source.TakeAsync(bench, spec.Source, spec.SourceSchema ?? state.Schema, cancellationToken);
        _names = bench.Connection.Rows($"DESCRIBE {_source.Table}", null, cancellationToken).Select(row => (string)row[0]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    public override void Finish(Workbench bench) => _source.Drop(bench);

    public override async ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        var connection = bench.Connection;
        var files = state.Files.Values.ToList();
        using var rewrite = new RowRewrite(bench, state);
        var matched = $"matched_{Guid.CreateVersion7():n}";
        var target = $"({rewrite.Target.Sql(files)}) AS target";
        connection.Execute($"""
            CREATE TEMPORARY TABLE {matched} AS
            SELECT target.{TargetRows.File}, target.{TargetRows.Row}, source.{SourceRows.Number}, {First(spec.Matched, state, bench)} AS {Clause}
            FROM {target} JOIN {_source.Table} AS source ON {UserSql.Expression(state.Table, spec.On, connection)}
            """, null, cancellationToken); // 1
        try
        {
            CheckOne(state, bench, matched, cancellationToken); // 2
            for (var i = 0; i < spec.Matched.Length; i++) // 3
            {
                var kind = spec.Matched[i] is MergeAction.Delete ? "delete" : "update_preimage";
                connection.Execute($"INSERT INTO {rewrite.Gone} SELECT DISTINCT {TargetRows.File}, {TargetRows.Row}, '{kind}' FROM {matched} WHERE {Clause} = {Text(i)}", null, cancellationToken);
                if (spec.Matched[i] is not MergeAction.Update update)
                    continue;
                var values = Values(state, bench, update.Set, column => $"target.{SqlText.Name(column.Name)}");
                connection.Execute($"""
                    INSERT INTO {rewrite.Come} SELECT {values}, 'update_postimage' FROM {target}
                    JOIN {matched} AS matched ON target.{TargetRows.File} = matched.{TargetRows.File} AND target.{TargetRows.Row} = matched.{TargetRows.Row} AND matched.{Clause} = {Text(i)}
                    JOIN {_source.Table} AS source ON source.{SourceRows.Number} = matched.{SourceRows.Number}
                    """, null, cancellationToken);
            }
            for (var i = 0; i < spec.NotMatched.Length; i++)
            {
                var values = Values(state, bench, spec.NotMatched[i].Values, column => $"CAST(NULL AS {SqlText.Type(column.Type)})");
                connection.Execute($"""
                    INSERT INTO {rewrite.Come} SELECT {values}, 'insert' FROM {_source.Table} AS source
                    ANTI JOIN {matched} AS matched ON source.{SourceRows.Number} = matched.{SourceRows.Number} WHERE {First(spec.NotMatched, state, bench)} = {Text(i)}
                    """, null, cancellationToken);
            }
            return await rewrite.PlanAsync(PartitionFilter.Whole(state), files, cancellationToken);
        }
        finally
        {
            connection.Execute($"DROP TABLE {matched}", null, CancellationToken.None);
        }
    }

    /// <summary>The number of the first clause whose condition holds, or -1.</summary>
    private static string First(IReadOnlyList<MergeAction> clauses, TableState state, Workbench bench) => clauses.Count == 0 ? "-1"
        : $"CASE {string.Join(' ', clauses.Select((clause, i) => $"WHEN {(clause.When is null ? "true" : UserSql.Expression(state.Table, clause.When, bench.Connection))} THEN {Text(i)}"))} ELSE -1 END";

    /// <summary>Null sets all columns that the source has, by name.</summary>
    private string Values(TableState state, Workbench bench, IReadOnlyDictionary<string, string>? set, Func<Column, string> otherwise) =>
        Assignments.Of(state, set ?? ImmutableDictionary<string, string>.Empty, bench.Connection,
            column => set is null && _names.Contains(column.Name) ? $"source.{SqlText.Name(column.Name)}" : otherwise(column));

    private void CheckOne(TableState state, Workbench bench, string matched, CancellationToken cancellationToken)
    {
        // Deleting a row twice is deleting it: the protocol's engines allow it where no condition decides.
        if (spec.Matched is [MergeAction.Delete { When: null }])
            return;
        var twice = bench.Connection.Scalar<long>($"SELECT count(*) FROM (SELECT 1 FROM {matched} WHERE {Clause} >= 0 GROUP BY {TargetRows.File}, {TargetRows.Row} HAVING count(*) > 1)", null, cancellationToken);
        if (twice > 0)
            throw new WriteRefusedException(state.Table, string.Create(CultureInfo.InvariantCulture, $"{twice} of its rows match several rows of the source ({spec.On}), so what they should become is not certain; make the source unique."));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
