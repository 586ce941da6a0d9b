namespace Plinth.Twin.Derivation;

/// <summary>Areas of responsibility: which department answers for a matter where, and since when.</summary>
internal static class ResponsibilityAreaSql
{
    internal const string Views = """
        CREATE OR REPLACE VIEW fresh.area AS
        SELECT a.*, 'urn:plinth:responsibility-area:' || a.source || ':' || a.area_id AS entity_id
        FROM   fresh.base_responsibility_area a
        QUALIFY row_number() OVER (PARTITION BY a.source, a.area_id, a.source_version ORDER BY a.source_row DESC) = 1;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, source AS source_id, source_version, recorded_at AS recorded_from FROM fresh.area
        """;

    internal const string Entities = """
        SELECT a.entity_id, 'ResponsibilityArea' AS type, a.name, '公共专题数据' AS cim_class, a.source AS source_id, 'base.responsibility_area' AS source_table, a.source_version, a.source_row,
               a.valid_from, a.valid_to, a.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.area a, fresh.run r
        """;

    internal const string Geometry = """
        SELECT a.entity_id, '0' AS lod, 'outline' AS role, a.geom, a.bbox, a.source_crs AS crs, NULL::DOUBLE AS horizontal_accuracy_m, a.source AS source_id,
               'base.responsibility_area' AS source_table, a.source_version, a.source_row,
               a.valid_from, a.valid_to, a.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.area a, fresh.run r
        WHERE  a.geom IS NOT NULL
        """;

    internal const string Claims = """
        WITH said AS (
            UNPIVOT (SELECT entity_id, source_version, department, matter, contact FROM fresh.area) ON department, matter, contact INTO NAME property VALUE value_text
        )
        SELECT twin_claim_id(a.entity_id, s.property, a.source, 'register', a.source_version) AS claim_id, a.entity_id, s.property,
               s.value_text, NULL::DOUBLE AS value_num, NULL::TIMESTAMPTZ AS value_ts, NULL::VARCHAR AS unit, NULL::TIMESTAMPTZ AS phenomenon_time, a.source AS source_id,
               'base.responsibility_area' AS source_table, a.source_version, a.source_row, 'register' AS method,
               a.valid_from, a.valid_to, a.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   said s JOIN fresh.area a ON a.entity_id = s.entity_id AND a.source_version = s.source_version, fresh.run r
        """;
}
