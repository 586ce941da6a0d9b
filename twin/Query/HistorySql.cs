namespace Plinth.Twin.Query;

/// <summary><c>twin.history(id)</c>: all that was ever recorded of one entity, closings included, in the order in which it became known.</summary>
internal static class HistorySql
{
    /// <summary>The macro, over the twin's tables.</summary>
    internal static readonly string Macros = "CREATE OR REPLACE MACRO twin.history(id) AS TABLE\n" + Query(table => $"(SELECT * FROM twin.{table} WHERE entity_id = id)", "(SELECT * FROM twin.relation WHERE subject_id = id OR object_id = id)", "id");

    /// <param name="rows">The entity's rows of a table.</param>
    /// <param name="relations">Those in which it stands at either end.</param>
    /// <param name="id">The entity.</param>
    private static string Query(Func<string, string> rows, string relations, string id) => $"""
            WITH recorded AS (
                SELECT 'entity' AS kind, type AS property, name AS value, NULL::VARCHAR AS unit, NULL::BLOB AS geom, entity_id AS row_key, NULL::VARCHAR AS claim_id, NULL::VARCHAR AS rule_id,
                       valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
                FROM   {rows("entity")}
                UNION ALL
                SELECT 'geometry', concat_ws(' ', role, lod), ST_GeometryType(geom), NULL, geom, concat_ws('|', role, lod, source_id), NULL, NULL,
                       valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
                FROM   {rows("entity_geometry")}
                UNION ALL
                SELECT 'claim', property, coalesce(value_text, value_num::VARCHAR, value_ts::VARCHAR), unit, NULL, concat_ws('|', property, source_id, method), claim_id, method,
                       valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
                FROM   {rows("claim")}
                UNION ALL
                SELECT 'fact', f.property, coalesce(f.value_text, f.value_num::VARCHAR, f.value_ts::VARCHAR), f.unit, NULL, f.property, f.claim_id, f.rule_id,
                       f.valid_from, f.valid_to, f.recorded_from, f.recorded_to, c.source_id, c.source_table, c.source_version, c.source_row
                FROM   {rows("fact")} f LEFT JOIN (SELECT * FROM {rows("claim")} WHERE recorded_to IS NULL) c ON c.claim_id = f.claim_id
                UNION ALL
                SELECT 'relation', CASE WHEN subject_id = {id} THEN predicate ELSE '← ' || predicate END, CASE WHEN subject_id = {id} THEN object_id ELSE subject_id END, NULL, NULL, relation_id, NULL, NULL,
                       valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
                FROM   {relations}
            )
            SELECT kind, property, value, unit, geom, claim_id, rule_id, recorded_to IS NOT NULL AND recorded_to <= recorded_from AS closed, valid_from, valid_to, recorded_from,
                   -- A record ends where the next of the same key begins.
                   coalesce(recorded_to, min(recorded_from) OVER (PARTITION BY kind, row_key ORDER BY recorded_from
                                                                   RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP)) AS recorded_to,
                   source_id, source_table, source_version, source_row
            FROM   recorded
            ORDER BY recorded_from, kind, property, value, valid_from NULLS FIRST
        """;

    /// <summary>$1 entity; its number is part of the text.</summary>
    internal static string Of(long seq) => $"""
        SELECT kind, property, value, unit, claim_id, rule_id, closed, valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
        FROM   ({Query(table => $"(SELECT * FROM held.{(table == "entity_geometry" ? "geometry" : table)} WHERE {HeldSql.Is(seq)})",
            $"(SELECT * EXCLUDE (seq, other_seq) FROM held.relation_out WHERE {HeldSql.Is(seq)} UNION ALL BY NAME SELECT * EXCLUDE (seq, other_seq) FROM held.relation_in WHERE {HeldSql.Is(seq)} AND other_seq <> seq)", "$1")})
        """;
}
