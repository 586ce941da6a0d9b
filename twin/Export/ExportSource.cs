using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Export;

/// <summary>The query of an export, and which of its columns are geometry.</summary>
internal sealed class ExportSource
{
    public ExportSource(SqlConnection connection, string query, CancellationToken cancellationToken)
    {
        (Connection, Query, CancellationToken) = (connection, query, cancellationToken);
        using var shape = connection.Query($"SELECT * FROM ({query}) LIMIT 0", cancellationToken: cancellationToken);
        Columns = [.. shape.Columns];
        Geometry = [.. Columns.Where(IsGeometry).Select(c => c.Name)];
    }

    public SqlConnection Connection { get; }

    public string Query { get; }

    public CancellationToken CancellationToken { get; }

    public IReadOnlyList<SqlColumn> Columns { get; }

    /// <summary>Geometry columns, the main one first.</summary>
    public IReadOnlyList<string> Geometry { get; }

    /// <summary>The query with each geometry as <paramref name="form"/> makes it out of a column's quoted name.</summary>
    public string With(Func<string, string> form) =>
        Geometry.Count == 0 ? $"SELECT * FROM ({Query})" : $"SELECT * REPLACE ({string.Join(", ", Geometry.Select(g => $"{form(SqlText.Name(g))} AS {SqlText.Name(g)}"))}) FROM ({Query})";

    /// <exception cref="ArgumentException">The query has no geometry.</exception>
    public string MainGeometry(string format) => Geometry.Count > 0 ? Geometry[0]
        : throw new ArgumentException($"The query has no geometry, which {format} needs: select one of type GEOMETRY, or a BLOB of WKB named geom.");

    private static bool IsGeometry(SqlColumn column) => column.Kind == SqlType.Geometry
        || (column.Kind == SqlType.Blob && (column.Name.Equals("geom", StringComparison.OrdinalIgnoreCase) || column.Name.EndsWith("_geom", StringComparison.OrdinalIgnoreCase)));
}
