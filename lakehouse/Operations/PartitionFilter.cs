using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>The part of a predicate that files' partition values decide; what cannot be told from them counts as the whole table.</summary>
internal sealed class PartitionFilter
{
    private readonly TableState _state;
    private readonly ImmutableArray<Column> _columns;
    private readonly string? _condition;

    private PartitionFilter(TableState state, ImmutableArray<Column> columns, string? condition) => (_state, _columns, _condition) = (state, columns, condition);

    public static PartitionFilter Whole(TableState state) => new(state, [], null);

    public static PartitionFilter Of(TableState state, string predicate)
    {
        var partitions = state.Schema.PartitionColumns;
        if (partitions.IsEmpty)
            return Whole(state);
        try
        {
            var decided = SqlExpression.Parse(predicate, state.Schema, state.Schema, strict: false).Parts
                .Where(part => part.Columns.All(name => partitions.Contains(name, StringComparer.OrdinalIgnoreCase))).Select(part => part.Sql).ToList();
            return decided.Count == 0 ? Whole(state) : new(state, [.. partitions.Select(name => state.Schema.Columns[state.Schema.IndexOf(name)])], string.Join(" AND ", decided));
        }
        catch (FormatException)
        {
            return Whole(state);
        }
    }

    /// <summary>The files that can hold rows for which the predicate is true.</summary>
    public IReadOnlyList<AddFile> Matching(SqlConnection connection, IReadOnlyList<AddFile> files)
    {
        if (_condition is null || files.Count == 0)
            return files;
        var groups = files.GroupBy(file => JsonSerializer.Serialize(_columns.Select(column => Scan.Partition(file, column, _state.Mapping)))).ToList();
        var values = groups.Select((group, i) => $"SELECT {i.ToString(CultureInfo.InvariantCulture)} AS __group, {string.Join(", ", _columns.Select(column =>
            $"{PartitionValue.ToSql(Scan.Partition(group.First(), column, _state.Mapping), column.Type)} AS {SqlText.Name(column.Name)}"))}");
        var kept = connection.Rows($"SELECT __group FROM ({string.Join(" UNION ALL ", values)}) WHERE {_condition}").Select(row => Convert.ToInt32(row[0], CultureInfo.InvariantCulture));
        return [.. kept.SelectMany(i => groups[i])];
    }
}
