namespace Plinth.Twin.Query;

/// <summary><c>twin.history(id)</c>: all that was ever recorded of one entity, closings included, in the order in which it became known.</summary>
internal static class HistorySql
{
    internal const string Macros = """
        CREATE OR REPLACE MACRO twin.history(id) AS TABLE
            WITH recorded AS (
                SELECT 'entity' AS kind, type AS property, name AS value, NULL::VARCHAR AS unit, NULL::BLOB AS geom, entity_id AS row_key, NULL::VARCHAR AS claim_id, NULL::VARCHAR AS rule_id,
                       valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
                FROM   twin.entity WHERE entity_id = id
                UNION ALL
                SELECT 'geometry', concat_ws(' ', role, lod), ST_GeometryType(geom), NULL, geom, concat_ws('|', role, lod, source_id), NULL, NULL,
                       valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
                FROM   twin.entity_geometry WHERE entity_id = id
                UNION ALL
                SELECT 'claim', property, coalesce(value_text, value_num::VARCHAR, value_ts::VARCHAR), unit, NULL, concat_ws('|', property, source_id, method), claim_id, method,
                       valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
                FROM   twin.claim WHERE entity_id = id
                UNION ALL
                SELECT 'fact', f.property, coalesce(f.value_text, f.value_num::VARCHAR, f.value_ts::VARCHAR), f.unit, NULL, f.property, f.claim_id, f.rule_id,
                       f.valid_from, f.valid_to, f.recorded_from, f.recorded_to, c.source_id, c.source_table, c.source_version, c.source_row
                FROM   twin.fact f LEFT JOIN (SELECT * FROM twin.claim WHERE entity_id = id AND recorded_to IS NULL) c ON c.claim_id = f.claim_id
                WHERE  f.entity_id = id
                UNION ALL
                SELECT 'relation', CASE WHEN subject_id = id THEN predicate ELSE '← ' || predicate END, CASE WHEN subject_id = id THEN object_id ELSE subject_id END, NULL, NULL, relation_id, NULL, NULL,
                       valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
                FROM   twin.relation WHERE subject_id = id OR object_id = id
            )
            SELECT kind, property, value, unit, geom, claim_id, rule_id, recorded_to IS NOT NULL AND recorded_to <= recorded_from AS closed, valid_from, valid_to, recorded_from,
                   -- A record ends where the next of the same key begins.
                   coalesce(recorded_to, min(recorded_from) OVER (PARTITION BY kind, row_key ORDER BY recorded_from
                                                                   RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP)) AS recorded_to,
                   source_id, source_table, source_version, source_row
            FROM   recorded
            ORDER BY recorded_from, kind, property, value, valid_from NULLS FIRST
        """;

    /// <summary>$1 entity.</summary>
    internal const string Of = """
        SELECT kind, property, value, unit, claim_id, rule_id, closed, valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
        FROM   twin.history($1)
        """;
}
