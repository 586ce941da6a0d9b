using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;
using Plinth.Twin.Model;
using Plinth.Twin.Query;

namespace Plinth.Twin.Export;

/// <summary>A DuckDB database with views over one release: SQL that any client of DuckDB runs without us.</summary>
internal static class DuckDbFile
{
    public static async Task<IReadOnlyList<string>> WriteAsync(CityCatalog catalog, string file, long? number, CancellationToken ct)
    {
        var release = await MapSnapshot.ReleaseAsync(catalog, number, ct);
        if (File.Exists(file))
            throw new ArgumentException($"'{file}' is there already: name a file that is not.", nameof(file));
        var snapshots = new List<Snapshot>();
        foreach (var (table, version) in release.Versions)
            snapshots.Add(await catalog.Lake.ReadAsync(table, TableVersion.At(version), ct));
        using var database = SqlDatabase.Open(new() { File = file });
        using var connection = database.Connect();
        await catalog.Lake.CreateViewsAsync(connection, snapshots, ct);
        connection.Execute("CREATE TABLE plinth_release AS SELECT $1::BIGINT AS release, $2::TIMESTAMPTZ AS released_at", [release.Number, release.At.UtcDateTime], ct);
        connection.Execute("CREATE TABLE plinth_release_table AS SELECT ''::VARCHAR AS table_name, 0::BIGINT AS version WHERE false", cancellationToken: ct);
        foreach (var (table, version) in release.Versions)
            connection.Execute("INSERT INTO plinth_release_table VALUES ($1, $2)", [table.ToString(), version], ct);
        // The macros that need none of our functions; the map's layers are of what stands at the release.
        if (TwinTables.All.All(release.Versions.ContainsKey))
        {
            connection.Execute(AsOfSql.Known, cancellationToken: ct);
            connection.Execute("CREATE SCHEMA IF NOT EXISTS map", cancellationToken: ct);
            var kinds = connection.Rows("SELECT property, count(value_text), count(value_num), count(value_ts) FROM twin.fact GROUP BY property", cancellationToken: ct).ToDictionary(r => (string)r[0]!, Column);
            foreach (var layer in Layer.All)
                connection.Execute(LayerView(layer, kinds), cancellationToken: ct);
        }
        return [.. connection.Rows("SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_type = 'VIEW' ORDER BY 1", cancellationToken: ct).Select(r => (string)r[0]!)];
    }

    /// <summary>The column in which all values of a property stand, or their text.</summary>
    private static string Column(object?[] counts) => counts switch
    {
        [_, 0L, > 0L, 0L] => "value_num",
        [_, 0L, 0L, > 0L] => "value_ts",
        _ => Mixed,
    };

    private const string Mixed = "coalesce(value_text, value_num::VARCHAR, value_ts::VARCHAR)";

    /// <summary>A feature an entity, its facts as columns.</summary>
    private static string LayerView(Layer layer, Dictionary<string, string> kinds)
    {
        var properties = layer.Properties.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var facts = properties.Length == 0 ? "" : ", " + string.Join(", ", properties.Select(p => $"f.{SqlText.Name(p)}"));
        var values = properties.Length == 0 ? "" : string.Join(", ", properties.Select(p =>
            $"any_value({kinds.GetValueOrDefault(p, Mixed)}) FILTER (property = {SqlText.Literal(p)}) AS {SqlText.Name(p)}"));
        var types = string.Join(", ", layer.Types.Split(',').Select(SqlText.Literal));
        var said = properties.Length == 0 ? "" : $"LEFT JOIN (SELECT entity_id, {values} FROM twin.fact_at() GROUP BY entity_id) f ON f.entity_id = e.entity_id";
        return $"""
            CREATE VIEW map.{SqlText.Name(layer.Name)} AS
            SELECT e.entity_id, e.type, e.name, e.valid_from, e.valid_to, g.geom, g.bbox{facts}
            FROM   twin.entity_at() e
            JOIN   twin.geometry_at() g ON g.entity_id = e.entity_id AND g.role = {SqlText.Literal(layer.Role)}
            {said}
            WHERE  e.type IN ({types})
            QUALIFY row_number() OVER (PARTITION BY e.entity_id ORDER BY g.lod DESC NULLS LAST, g.source_id) = 1
            """;
    }
}
