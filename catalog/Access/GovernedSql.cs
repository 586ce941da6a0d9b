using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Catalog.Access;

/// <summary>Makes the SELECT that shows one snapshot as one grant allows.</summary>
internal static class GovernedSql
{
    public static GovernedTable Of(Snapshot snapshot, DatasetContract contract, Grant grant)
    {
        var columns = snapshot.Schema.Columns;
        var masked = columns.Where(c => !Visible(c, contract, grant)).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var projection = columns.Select(c => masked.Contains(c.Name) ? $"CAST(NULL AS {SqlText.Type(c.Type)}) AS {SqlText.Name(c.Name)}" : SqlText.Name(c.Name));
        // Rows are chosen inside, by their real values; only then are columns masked.
        var rows = grant.RowFilter is { } filter ? $"SELECT * FROM ({snapshot.ToSql()}) AS t WHERE ({filter})" : snapshot.ToSql();
        var sql = $"SELECT {string.Join(", ", projection)} FROM ({rows})";
        return new(grant.Dataset, snapshot.Version, grant.Id, new(sql), [.. columns.Select(c => c.Name)], [.. columns.Where(c => masked.Contains(c.Name)).Select(c => c.Name)]);
    }

    private static bool Visible(Column column, DatasetContract contract, Grant grant) =>
        Level(column, contract) <= grant.MaxLevel
        && (grant.Columns.IsDefaultOrEmpty || grant.Columns.Contains(column.Name, StringComparer.OrdinalIgnoreCase));

    /// <summary>The higher of what the contract says now and what the table was written under; a column that the contract does not know is core.</summary>
    private static Level Level(Column column, DatasetContract contract)
    {
        var promised = contract.Columns.FirstOrDefault(c => string.Equals(c.Name, column.Name, StringComparison.OrdinalIgnoreCase))?.Level ?? Catalog.Level.L4;
        return column.Metadata?.GetValueOrDefault("plinth.level") is { } text && Enum.TryParse<Level>(text, out var written) && written > promised ? written : promised;
    }
}
