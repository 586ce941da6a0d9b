namespace Plinth.Twin.Derivation;

/// <summary>Relations that follow from where things are: <c>within</c> a unit, <c>depicts</c>, <c>reportedAt</c>, <c>sameAs</c>.</summary>
/// <remarks>
/// A relation holds while both geometries are recorded and both hold in the world. So that every order of arrival gives the same rows,
/// the pairs of a changed entity are made anew over all its geometries ever recorded, and rows that are there already are left out.
/// </remarks>
internal static class PlaceSql
{
    internal const string Views = """
        -- All geometries with the end of their recorded interval: the next record of the same key.
        CREATE OR REPLACE TABLE fresh.place AS
        WITH recorded AS (
            SELECT *, lead(recorded_from) OVER (PARTITION BY entity_id, role, lod, source_id ORDER BY recorded_from) AS recorded_until
            FROM   (SELECT DISTINCT entity_id, role, coalesce(lod, '') AS lod, source_id, recorded_from FROM twin.entity_geometry)
        ), typed AS (
            SELECT entity_id, any_value(type) AS type FROM twin.entity GROUP BY entity_id
        )
        SELECT row_number() OVER () AS place_id, g.* EXCLUDE (recorded_to), t.type, r.recorded_until,
               g.entity_id IN (SELECT entity_id FROM fresh.twin_entity_geometry) AS changed,
               -- How far beyond its box a geometry concerns others, degrees: what rises into a photo's view; the 15 m of reportedAt.
               CASE WHEN g.role = 'view_footprint' THEN 0.001 WHEN t.type = 'ServiceRequest' THEN 0.0004 ELSE 0.0 END AS margin
        FROM   twin.entity_geometry g
        JOIN   recorded r ON r.entity_id = g.entity_id AND r.role = g.role AND r.lod = coalesce(g.lod, '') AND r.source_id = g.source_id AND r.recorded_from = g.recorded_from
        JOIN   typed t ON t.entity_id = g.entity_id
        WHERE  g.recorded_to IS NULL AND g.bbox.xmin IS NOT NULL;

        -- What a photo or an order may concern, and buildings that two sources may both know. Pairs that meet share a cell of 0.005 degrees; each pair comes once.
        CREATE OR REPLACE TABLE fresh.near AS
        WITH rows_of_cells AS (
            SELECT *, unnest(range(CAST(floor((bbox.ymin - margin) / 0.005) AS BIGINT), CAST(floor((bbox.ymax + margin) / 0.005) AS BIGINT) + 1)) AS cell_y
            FROM   fresh.place
            WHERE  type NOT IN ('AdministrativeUnit', 'RasterScene', 'FlightArea') AND (type <> 'Photo' OR role = 'view_footprint')
        ), cells AS (
            SELECT place_id, role, type, source_id, changed, bbox, margin, cell_y,
                   unnest(range(CAST(floor((bbox.xmin - margin) / 0.005) AS BIGINT), CAST(floor((bbox.xmax + margin) / 0.005) AS BIGINT) + 1)) AS cell_x
            FROM   rows_of_cells
        )
        SELECT DISTINCT a.place_id AS a_id, b.place_id AS b_id, a.type AS a_type
        FROM   cells a
        JOIN   cells b ON a.cell_x = b.cell_x AND a.cell_y = b.cell_y
        WHERE  (a.type IN ('Photo', 'ServiceRequest') AND b.type NOT IN ('Photo', 'ServiceRequest') OR a.type = 'Building' AND b.type = 'Building' AND a.source_id < b.source_id) AND (a.changed OR b.changed)
          AND  a.bbox.xmin - a.margin <= b.bbox.xmax AND a.bbox.xmax + a.margin >= b.bbox.xmin
          AND  a.bbox.ymin - a.margin <= b.bbox.ymax AND a.bbox.ymax + a.margin >= b.bbox.ymin
        """;

    internal const string Relations = """
        WITH unit AS (
            SELECT *, ST_Area(geom) AS area FROM fresh.place WHERE type = 'AdministrativeUnit' AND role = 'outline'
        ), within_pair AS (
            -- 1. A thing lies within a unit if a point inside it does; a unit lies within larger ones only.
            SELECT a.place_id AS a_id, b.place_id AS b_id, 'within' AS predicate, '{"by":"geometry"}' AS attributes
            FROM   fresh.place a
            JOIN   unit b ON a.bbox.xmin <= b.bbox.xmax AND a.bbox.xmax >= b.bbox.xmin AND a.bbox.ymin <= b.bbox.ymax AND a.bbox.ymax >= b.bbox.ymin
            WHERE  (a.changed OR b.changed) AND a.entity_id <> b.entity_id AND a.role <> 'view_footprint' AND a.type <> 'RasterScene'
              AND  (a.type <> 'AdministrativeUnit' OR ST_Area(a.geom) < b.area)
              AND  ST_Contains(b.geom, ST_PointOnSurface(a.geom))
        ), height AS (
            SELECT entity_id, max(value_num) AS height_m FROM twin.claim WHERE property = 'height' AND recorded_to IS NULL GROUP BY entity_id
        ), photo AS (
            SELECT DISTINCT ON (photo_id, source_row) * FROM imagery.photo
        ), seen AS (
            SELECT n.a_id, n.b_id, a.geom AS view, b.geom AS shape,
                   twin_pixel_box(p.longitude, p.latitude, p.relative_altitude_m, p.yaw_deg, p.pitch_deg, coalesce(p.roll_deg, 0), p.focal_px, p.width, p.height,
                                  b.geom, coalesce(h.height_m, 0)) AS box
            FROM   fresh.near n
            JOIN   fresh.place a ON a.place_id = n.a_id AND n.a_type = 'Photo'
            JOIN   fresh.place b ON b.place_id = n.b_id
            JOIN   photo p ON p.photo_id = a.entity_id AND p.source_row = a.source_row
            LEFT JOIN height h ON h.entity_id = b.entity_id
            WHERE  p.taken_at IS NULL OR (coalesce(b.valid_from <= p.taken_at, true) AND coalesce(p.taken_at < b.valid_to, true))
        ), depicts_pair AS (
            -- 2. A photo depicts what was there when it was taken and meets the ground that it sees, or rises into its view.
            SELECT a_id, b_id, 'depicts' AS predicate, to_json({'by': 'geometry', pixels: box})::VARCHAR AS attributes
            FROM   seen
            WHERE  box IS NOT NULL OR ST_Intersects(view, shape)
        ), reported_pair AS (
            -- 3. An order is reported at the buildings within 15 m of its point.
            SELECT a_id, b_id, 'reportedAt' AS predicate, to_json({'by': 'geometry', distance_m: round(metres, 2)})::VARCHAR AS attributes
            FROM  (SELECT n.a_id, n.b_id, ST_Distance(a.geom, b.geom) AS metres
                   FROM   fresh.near n
                   JOIN   fresh.place a ON a.place_id = n.a_id AND n.a_type = 'ServiceRequest'
                   JOIN   fresh.place b ON b.place_id = n.b_id AND b.type = 'Building')
            WHERE  metres <= 15
        ), same_pair AS (
            -- 4. Buildings of two sources are one where their outlines have most in common: their common area is at least half of what both cover.
            SELECT a_id, b_id, 'sameAs' AS predicate, to_json({'by': 'geometry', overlap: round(common / (area_a + area_b - common), 3)})::VARCHAR AS attributes
            FROM  (SELECT n.a_id, n.b_id, ST_Area(ST_Intersection(a.geom, b.geom)) AS common, ST_Area(a.geom) AS area_a, ST_Area(b.geom) AS area_b
                   FROM   fresh.near n
                   JOIN   fresh.place a ON a.place_id = n.a_id AND n.a_type = 'Building' AND a.role = 'footprint'
                   JOIN   fresh.place b ON b.place_id = n.b_id AND b.role = 'footprint'
                   WHERE  a.entity_id <> b.entity_id)
            WHERE  common > 0 AND common >= 0.5 * (area_a + area_b - common)
        ), pair AS (
            SELECT * FROM within_pair UNION ALL SELECT * FROM depicts_pair UNION ALL SELECT * FROM reported_pair UNION ALL SELECT * FROM same_pair
        ), hold AS (
            -- 5. A pair holds while both geometries are recorded, for the time in which both hold in the world.
            SELECT twin_relation_id(a.entity_id, p.predicate, b.entity_id, 'geometry') AS relation_id,
                   a.entity_id AS subject_id, p.predicate, b.entity_id AS object_id, p.attributes, a.source_table, a.source_version, a.source_row,
                   greatest(a.valid_from, b.valid_from) AS valid_from, least(a.valid_to, b.valid_to) AS valid_to,
                   greatest(a.recorded_from, b.recorded_from) AS recorded_from, least(a.recorded_until, b.recorded_until) AS recorded_until,
                   least(a.confidence, b.confidence) AS confidence
            FROM   pair p
            JOIN   fresh.place a ON a.place_id = p.a_id
            JOIN   fresh.place b ON b.place_id = p.b_id
            WHERE  coalesce(greatest(a.recorded_from, b.recorded_from) < least(a.recorded_until, b.recorded_until), true)
              AND  coalesce(greatest(a.valid_from, b.valid_from) < least(a.valid_to, b.valid_to), true)
        ), event AS (
            SELECT * EXCLUDE (recorded_until), NULL::TIMESTAMPTZ AS recorded_to FROM hold
            UNION ALL
            -- 6. Where it holds no longer, an empty interval closes it.
            SELECT h.* EXCLUDE (recorded_until) REPLACE (h.recorded_until AS recorded_from), h.recorded_until
            FROM   hold h
            WHERE  h.recorded_until IS NOT NULL
              AND  NOT EXISTS (SELECT 1 FROM hold k
                               WHERE k.relation_id = h.relation_id AND k.recorded_from <= h.recorded_until AND coalesce(h.recorded_until < k.recorded_until, true))
        )
        SELECT e.relation_id, e.subject_id, e.predicate, e.object_id, e.attributes, 'geometry' AS source_id, e.source_table, e.source_version, e.source_row,
               e.valid_from, e.valid_to, e.recorded_from, e.recorded_to, r.run_id, e.confidence
        FROM   event e, fresh.run r
        WHERE  NOT EXISTS (SELECT 1 FROM twin.relation x WHERE x.relation_id = e.relation_id AND x.recorded_from = e.recorded_from)
        QUALIFY row_number() OVER (PARTITION BY e.relation_id, e.recorded_from ORDER BY e.recorded_to NULLS FIRST, e.source_row) = 1
        """;
}
