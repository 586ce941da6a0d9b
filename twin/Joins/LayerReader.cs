using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Joins;

/// <summary>Reads a layer from SQL.</summary>
internal static class LayerReader
{
    /// <exception cref="ArgumentException">The query has not two columns, or a row is not what a layer takes.</exception>
    public static SpatialLayer Read(SqlConnection connection, string name, string query)
    {
        using var result = connection.Query(query);
        if (result.Columns.Count != 2)
            throw new ArgumentException($"The query of layer '{name}' gives {result.Columns.Count} columns ({string.Join(", ", result.Columns.Select(c => c.Name))}); it needs two, the id and the geometry.");
        return SpatialLayer.Of(name, Rows(result, name));
    }

    /// <summary>The twin's newest entities of a type, by their footprints, lines or points; null where there is no such type or no twin.</summary>
    public static SpatialLayer? OfTwin(SqlConnection connection, string type)
    {
        if (connection.Scalar<long>("SELECT count(*) FROM duckdb_functions() WHERE schema_name = 'twin' AND function_name = 'geometry_at'") == 0)
            return null;
        using var result = connection.Query("""
            SELECT e.entity_id, ST_AsWKB(g.geom)
            FROM   twin.entity_at() e JOIN twin.geometry_at() g ON g.entity_id = e.entity_id
            WHERE  lower(e.type) = lower($1) AND e.valid_to IS NULL AND g.valid_to IS NULL AND g.role NOT IN ('solid', 'view')
            ORDER  BY e.entity_id, g.role
            """, [type]);
        var layer = SpatialLayer.Of(type, Rows(result, type));
        return layer.Count == 0 ? null : layer;
    }

    private static IEnumerable<(object? Id, byte[]? Wkb)> Rows(SqlResult result, string name)
    {
        foreach (var row in result.Rows())
            yield return (row[0], row[1] switch
            {
                null => null,
                byte[] wkb => wkb,
                string text => Wkb.Write(Wkb.FromText(text)),
                var other => throw new ArgumentException($"The second column of layer '{name}' is a {other.GetType().Name}, not a geometry, WKB or WKT."),
            });
    }
}
