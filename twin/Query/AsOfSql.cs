namespace Plinth.Twin.Query;

/// <summary>The as-of macros, the public face of the twin in SQL.</summary>
/// <remarks>
/// <c>valid</c>: an instant of the world, rows hold in [valid_from, valid_to). <c>known</c>: an instant of the system's knowledge, rows hold in
/// [recorded_from, recorded_to), where recorded_to is the next record of the same key (see docs/decisions/0005-bitemporal-append-only.md).
/// NULL asks for every time of the world, and for the newest knowledge.
/// </remarks>
internal static class AsOfSql
{
    /// <summary>Plain SQL, that any client of DuckDB runs.</summary>
    internal const string Known = """
        CREATE SCHEMA IF NOT EXISTS twin;

        CREATE OR REPLACE MACRO twin_known(recorded_from, known) AS known IS NULL OR recorded_from <= known::TIMESTAMPTZ;
        CREATE OR REPLACE MACRO twin_open(recorded_to, known) AS recorded_to IS NULL OR known::TIMESTAMPTZ < recorded_to;
        CREATE OR REPLACE MACRO twin_valid(valid_from, valid_to, valid) AS
            valid IS NULL OR ((valid_from IS NULL OR valid_from <= valid::TIMESTAMPTZ) AND (valid_to IS NULL OR valid::TIMESTAMPTZ < valid_to));

        -- The newest record of each key as far as known: all of its rows, unless it closes the key.
        CREATE OR REPLACE MACRO twin.entity_at(valid := NULL, known := NULL) AS TABLE
            SELECT * FROM (SELECT * FROM twin.entity e WHERE twin_known(e.recorded_from, known)
                           QUALIFY e.recorded_from = max(e.recorded_from) OVER (PARTITION BY e.entity_id))
            WHERE twin_open(recorded_to, known) AND twin_valid(valid_from, valid_to, valid);

        CREATE OR REPLACE MACRO twin.geometry_at(valid := NULL, known := NULL) AS TABLE
            SELECT * FROM (SELECT * FROM twin.entity_geometry g WHERE twin_known(g.recorded_from, known)
                           QUALIFY g.recorded_from = max(g.recorded_from) OVER (PARTITION BY g.entity_id, g.role, g.lod, g.source_id))
            WHERE twin_open(recorded_to, known) AND twin_valid(valid_from, valid_to, valid);

        CREATE OR REPLACE MACRO twin.claim_at(valid := NULL, known := NULL) AS TABLE
            SELECT * FROM (SELECT * FROM twin.claim c WHERE twin_known(c.recorded_from, known)
                           QUALIFY c.recorded_from = max(c.recorded_from) OVER (PARTITION BY c.entity_id, c.property, c.source_id, c.method))
            WHERE twin_open(recorded_to, known) AND twin_valid(valid_from, valid_to, valid);

        CREATE OR REPLACE MACRO twin.fact_at(valid := NULL, known := NULL) AS TABLE
            SELECT * FROM (SELECT * FROM twin.fact f WHERE twin_known(f.recorded_from, known)
                           QUALIFY f.recorded_from = max(f.recorded_from) OVER (PARTITION BY f.entity_id, f.property))
            WHERE twin_open(recorded_to, known) AND twin_valid(valid_from, valid_to, valid);

        CREATE OR REPLACE MACRO twin.relation_at(valid := NULL, known := NULL) AS TABLE
            SELECT * FROM (SELECT * FROM twin.relation r WHERE twin_known(r.recorded_from, known)
                           QUALIFY r.recorded_from = max(r.recorded_from) OVER (PARTITION BY r.subject_id, r.predicate, r.object_id, r.source_id))
            WHERE twin_open(recorded_to, known) AND twin_valid(valid_from, valid_to, valid)
        """;

    /// <summary>With the <c>ST_*</c> functions.</summary>
    internal const string Places = """
        -- What is at a place: geometry that contains the point, or lies within some metres of it. Views of photos and scenes count where they contain it.
        CREATE OR REPLACE MACRO twin.at_place(lon, lat, valid := NULL, known := NULL, metres := 25.0) AS TABLE
            WITH near AS (
                SELECT g.entity_id, g.role, ST_Distance(ST_Point(lon, lat), g.geom) AS distance_m
                FROM   twin.geometry_at(valid := valid, known := known) g
                WHERE  g.bbox.xmin <= lon + metres / (111000.0 * cos(radians(lat))) AND g.bbox.xmax >= lon - metres / (111000.0 * cos(radians(lat)))
                  AND  g.bbox.ymin <= lat + metres / 110500.0 AND g.bbox.ymax >= lat - metres / 110500.0
            ), place AS (
                SELECT entity_id, min(distance_m) AS distance_m
                FROM   near WHERE distance_m <= 0 OR (role = 'point' AND distance_m <= metres)
                GROUP BY entity_id
            )
            SELECT e.entity_id, e.type, e.name, p.distance_m, e.valid_from, e.valid_to
            FROM   twin.entity_at(valid := valid, known := known) e JOIN place p ON p.entity_id = e.entity_id;

        -- What was here on that day: all that was there for any part of the (UTC) day, nearest first.
        CREATE OR REPLACE MACRO what_was_here(lon, lat, on_day, known := NULL) AS TABLE
            SELECT h.* FROM twin.at_place(lon, lat, known := known) h
            WHERE  (h.valid_from IS NULL OR h.valid_from < (on_day::DATE + 1)::TIMESTAMPTZ)
              AND  (h.valid_to IS NULL OR on_day::DATE::TIMESTAMPTZ < h.valid_to)
            ORDER BY h.distance_m, h.type, h.entity_id
        """;
}
