namespace Plinth.Twin.Derivation;

/// <summary>Flight areas: the ground that photos of one (solar) day within one cell of 0.05 degrees see together.</summary>
/// <remarks>
/// Day and cell make the identifier, so that a late photo widens its area and never renames it; a flight across a cell's border is two areas.
/// Reads all photos (<c>loaded.imagery_photo</c>), because an area is the hull of all that were known with a version.
/// </remarks>
internal static class FlightAreaSql
{
    internal const string Views = """
        CREATE OR REPLACE VIEW loaded.flight_member AS
        SELECT p.photo_id, p.source_version, p.recorded_at, p.source_row, p.taken_at, v.geom,
               strftime(p.taken_at + to_minutes(CAST(round(p.longitude * 4) AS BIGINT)), '%Y-%m-%d') AS day,
               'urn:plinth:flight-area:' || strftime(p.taken_at + to_minutes(CAST(round(p.longitude * 4) AS BIGINT)), '%Y%m%d')
                   || ':' || CAST(floor(p.longitude * 20) AS INTEGER) || ':' || CAST(floor(p.latitude * 20) AS INTEGER) AS entity_id
        FROM   loaded.imagery_photo p JOIN loaded.photo_view v ON v.photo_id = p.photo_id AND v.source_version = p.source_version
        WHERE  p.taken_at IS NOT NULL AND p.longitude IS NOT NULL AND p.latitude IS NOT NULL;

        CREATE OR REPLACE VIEW fresh.flight_area AS
        WITH touched AS (
            SELECT DISTINCT m.entity_id, m.source_version, m.recorded_at
            FROM   loaded.flight_member m SEMI JOIN fresh.imagery_photo f ON f.photo_id = m.photo_id AND f.source_version = m.source_version
        )
        SELECT t.entity_id, t.source_version, t.recorded_at, any_value(m.day) AS day, min(m.taken_at) AS taken_at, min(m.source_row) AS source_row, count(*) AS photos,
               twin_hull(string_agg(hex(m.geom), ',' ORDER BY m.photo_id)) AS geom
        FROM   touched t JOIN loaded.flight_member m ON m.entity_id = t.entity_id AND m.source_version <= t.source_version
        GROUP BY t.entity_id, t.source_version, t.recorded_at;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT photo_id AS owner, 'flight-area' AS source_id, source_version, recorded_at AS recorded_from FROM fresh.imagery_photo
        """;

    internal const string Entities = """
        SELECT a.entity_id, 'FlightArea' AS type, a.day AS name, '时空基础数据' AS cim_class, 'flight-area' AS source_id,
               'imagery.photo' AS source_table, a.source_version, a.source_row,
               a.taken_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, a.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 0.9 AS confidence
        FROM   fresh.flight_area a, fresh.run r
        """;

    internal const string Geometry = """
        SELECT a.entity_id, '0' AS lod, 'footprint' AS role, a.geom,
               {'xmin': twin_bound(a.geom, 0), 'ymin': twin_bound(a.geom, 1), 'xmax': twin_bound(a.geom, 2), 'ymax': twin_bound(a.geom, 3)} AS bbox,
               NULL::VARCHAR AS crs, NULL::DOUBLE AS horizontal_accuracy_m, 'flight-area' AS source_id,
               'imagery.photo' AS source_table, a.source_version, a.source_row,
               a.taken_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, a.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 0.9 AS confidence
        FROM   fresh.flight_area a, fresh.run r
        WHERE  a.geom IS NOT NULL
        """;

    internal const string Relations = """
        WITH predicates(predicate) AS (VALUES ('within'), ('depicts'))
        SELECT twin_relation_id(m.photo_id, p.predicate, m.entity_id, 'flight-area') AS relation_id,
               m.photo_id AS subject_id, p.predicate, m.entity_id AS object_id, NULL::VARCHAR AS attributes, 'flight-area' AS source_id,
               'imagery.photo' AS source_table, m.source_version, m.source_row,
               m.taken_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, m.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 0.9 AS confidence
        FROM   loaded.flight_member m SEMI JOIN fresh.imagery_photo f ON f.photo_id = m.photo_id AND f.source_version = m.source_version,
               predicates p, fresh.run r
        QUALIFY row_number() OVER (PARTITION BY m.photo_id, p.predicate, m.source_version ORDER BY m.source_row DESC) = 1
        """;
}
