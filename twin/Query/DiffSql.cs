namespace Plinth.Twin.Query;

/// <summary><c>twin.diff(before, after, known_before, known_after)</c>: what became different in the world between two instants, or in what was known of it.</summary>
/// <remarks>An entity that is there at one of them only gives one row; one that is there at both gives a row for each property and geometry that differs.</remarks>
internal static class DiffSql
{
    /// <summary>A footprint whose middle stays within so many metres has changed its shape; beyond, it has moved.</summary>
    internal const string LeastMove = "0.1";

    internal const string Macros = $$"""
        CREATE OR REPLACE MACRO twin.diff(before, after, known_before := NULL, known_after := NULL) AS TABLE
            -- Without an instant of the world, each row stands for the newest stretch of its key.
            WITH entity_a AS (
                SELECT entity_id, type, name FROM twin.entity_at(valid := before, known := known_before)
                QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY valid_from DESC NULLS LAST) = 1
            ), entity_b AS (
                SELECT entity_id, type, name FROM twin.entity_at(valid := after, known := known_after)
                QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY valid_from DESC NULLS LAST) = 1
            ), shape_a AS (
                SELECT entity_id, role, lod, source_id, geom, bbox FROM twin.geometry_at(valid := before, known := known_before)
                QUALIFY row_number() OVER (PARTITION BY entity_id, role, lod, source_id ORDER BY valid_from DESC NULLS LAST) = 1
            ), shape_b AS (
                SELECT entity_id, role, lod, source_id, geom, bbox FROM twin.geometry_at(valid := after, known := known_after)
                QUALIFY row_number() OVER (PARTITION BY entity_id, role, lod, source_id ORDER BY valid_from DESC NULLS LAST) = 1
            ), fact_a AS (
                SELECT entity_id, property, coalesce(value_text, value_num::VARCHAR, value_ts::VARCHAR) AS value, unit, claim_id FROM twin.fact_at(valid := before, known := known_before)
                QUALIFY row_number() OVER (PARTITION BY entity_id, property ORDER BY valid_from DESC NULLS LAST) = 1
            ), fact_b AS (
                SELECT entity_id, property, coalesce(value_text, value_num::VARCHAR, value_ts::VARCHAR) AS value, unit, claim_id FROM twin.fact_at(valid := after, known := known_after)
                QUALIFY row_number() OVER (PARTITION BY entity_id, property ORDER BY valid_from DESC NULLS LAST) = 1
            ), both_ends AS (
                SELECT coalesce(a.entity_id, b.entity_id) AS entity_id, coalesce(b.type, a.type) AS type, coalesce(b.name, a.name) AS name,
                       CASE WHEN a.entity_id IS NULL THEN 'appeared' WHEN b.entity_id IS NULL THEN 'vanished' END AS change, a.name AS old_name, b.name AS new_name
                FROM   entity_a a FULL JOIN entity_b b ON a.entity_id = b.entity_id
            ), main_shape AS (
                -- Where an entity that appeared or vanished is: its most detailed geometry.
                SELECT entity_id, geom, bbox FROM (SELECT * FROM shape_b UNION ALL SELECT * FROM shape_a)
                QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY role = 'view_footprint', lod DESC NULLS LAST, source_id) = 1
            ), shape_pair AS (
                SELECT coalesce(a.entity_id, b.entity_id) AS entity_id, coalesce(a.role, b.role) AS role, a.geom AS old_geom, b.geom AS new_geom, coalesce(b.bbox, a.bbox) AS bbox
                FROM   shape_a a FULL JOIN shape_b b ON a.entity_id = b.entity_id AND a.role = b.role AND a.lod IS NOT DISTINCT FROM b.lod AND a.source_id = b.source_id
                WHERE  a.geom IS DISTINCT FROM b.geom
            ), shape_change AS (
                SELECT *, ST_Distance(ST_Centroid(old_geom), ST_Centroid(new_geom)) AS distance_m FROM shape_pair
            ), fact_change AS (
                SELECT coalesce(a.entity_id, b.entity_id) AS entity_id, coalesce(a.property, b.property) AS property, a.value AS old_value, b.value AS new_value,
                       coalesce(b.unit, a.unit) AS unit, a.claim_id AS old_claim_id, b.claim_id AS new_claim_id
                FROM   fact_a a FULL JOIN fact_b b ON a.entity_id = b.entity_id AND a.property = b.property
                WHERE  a.value IS DISTINCT FROM b.value OR a.unit IS DISTINCT FROM b.unit
            ), change_row AS (
                SELECT e.entity_id, e.type, e.name, e.change, NULL::VARCHAR AS property, e.old_name AS old_value, e.new_name AS new_value, NULL::VARCHAR AS unit,
                       CASE WHEN e.change = 'vanished' THEN s.geom END AS old_geom, CASE WHEN e.change = 'appeared' THEN s.geom END AS new_geom, NULL::DOUBLE AS distance_m, s.bbox,
                       NULL::VARCHAR AS old_claim_id, NULL::VARCHAR AS new_claim_id
                FROM   both_ends e LEFT JOIN main_shape s ON s.entity_id = e.entity_id
                WHERE  e.change IS NOT NULL
                UNION ALL
                SELECT e.entity_id, e.type, e.name, CASE WHEN s.distance_m >= {{LeastMove}} THEN 'moved' ELSE 'changed' END, 'geometry:' || s.role, NULL, NULL, NULL,
                       s.old_geom, s.new_geom, s.distance_m, s.bbox, NULL, NULL
                FROM   shape_change s JOIN both_ends e ON e.entity_id = s.entity_id AND e.change IS NULL
                UNION ALL
                SELECT e.entity_id, e.type, e.name, 'changed', f.property, f.old_value, f.new_value, f.unit, NULL, NULL, NULL, s.bbox, f.old_claim_id, f.new_claim_id
                FROM   fact_change f JOIN both_ends e ON e.entity_id = f.entity_id AND e.change IS NULL LEFT JOIN main_shape s ON s.entity_id = f.entity_id
                UNION ALL
                SELECT e.entity_id, e.type, e.name, 'changed', 'name', e.old_name, e.new_name, NULL, NULL, NULL, NULL, s.bbox, NULL, NULL
                FROM   both_ends e LEFT JOIN main_shape s ON s.entity_id = e.entity_id
                WHERE  e.change IS NULL AND e.old_name IS DISTINCT FROM e.new_name
                  AND  NOT EXISTS (SELECT 1 FROM fact_change f WHERE f.entity_id = e.entity_id AND f.property = 'name')
            )
            SELECT * EXCLUDE (bbox), (bbox.xmin + bbox.xmax) / 2 AS lon, (bbox.ymin + bbox.ymax) / 2 AS lat
            FROM   change_row
            ORDER BY entity_id, property NULLS FIRST, old_geom, new_geom
        """;

    /// <summary>$1 valid before, $2 valid after, $3 known before, $4 known after, $5 type or NULL, $6..$9 west, south, east, north or NULL.</summary>
    internal const string Changes = """
        SELECT entity_id, type, name, change, property, old_value, new_value, unit, old_geom, new_geom, distance_m, old_claim_id, new_claim_id
        FROM   twin.diff($1::TIMESTAMPTZ, $2::TIMESTAMPTZ, known_before := $3::TIMESTAMPTZ, known_after := $4::TIMESTAMPTZ)
        WHERE  ($5::VARCHAR IS NULL OR type = $5) AND ($6::DOUBLE IS NULL OR (lon BETWEEN $6 AND $8 AND lat BETWEEN $7 AND $9))
        """;
}
