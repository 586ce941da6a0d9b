using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Operations;

/// <summary>One expression a column of the table.</summary>
internal static class Assignments
{
    /// <summary>The select list that gives all columns in order.</summary>
    /// <param name="otherwise">The expression of a column that is not set.</param>
    /// <exception cref="WriteRefusedException">No such column, set twice, or no expression.</exception>
    public static string Of(TableState state, IReadOnlyDictionary<string, string> set, SqlConnection connection, Func<Column, string> otherwise)
    {
        if (set.Keys.FirstOrDefault(name => state.Schema.IndexOf(name) < 0) is { } unknown)
            throw new WriteRefusedException(state.Table, $"it has no column {unknown}; its columns are {string.Join(", ", state.Schema.Columns.Select(c => c.Name))}.");
        if (set.Keys.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new WriteRefusedException(state.Table, $"the column {twice.Key} is set twice.");
        return string.Join(", ", state.Schema.Columns.Select(column =>
        {
            var name = set.Keys.FirstOrDefault(key => string.Equals(key, column.Name, StringComparison.OrdinalIgnoreCase));
            var value = name is null ? otherwise(column) : UserSql.Expression(state.Table, set[name], connection);
            return $"CAST({value} AS {SqlText.Type(column.Type)})";
        }));
    }
}
