namespace Plinth.Twin.Derivation;

/// <summary>Administrative units. One entity per division code, however many sources name it.</summary>
internal static class AdminUnitSql
{
    internal const string Views = """
        CREATE OR REPLACE VIEW fresh.unit AS
        SELECT u.*, 'urn:plinth:admin-unit:' || u.code AS entity_id
        FROM   fresh.base_admin_unit u
        QUALIFY row_number() OVER (PARTITION BY u.code, u.source, u.source_version ORDER BY u.source_row DESC) = 1;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, source AS source_id, source_version, recorded_at AS recorded_from FROM fresh.unit
        """;

    internal const string Entities = """
        SELECT u.entity_id, 'AdministrativeUnit' AS type, u.name, '公共专题数据' AS cim_class, u.source AS source_id,
               'base.admin_unit' AS source_table, u.source_version, u.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, u.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.unit u, fresh.run r
        QUALIFY row_number() OVER (PARTITION BY u.code, u.source_version ORDER BY u.source) = 1
        """;

    internal const string Geometry = """
        SELECT u.entity_id, '0' AS lod, 'outline' AS role, u.geom, u.bbox, u.source_crs AS crs, NULL::DOUBLE AS horizontal_accuracy_m, u.source AS source_id,
               'base.admin_unit' AS source_table, u.source_version, u.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, u.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.unit u, fresh.run r
        WHERE  u.geom IS NOT NULL
        """;

    internal const string Claims = """
        WITH said AS (
            UNPIVOT (SELECT code AS unit_code, source, source_version, code, name, level FROM fresh.unit)
            ON code, name, level INTO NAME property VALUE value_text
        )
        SELECT twin_claim_id(u.entity_id, s.property, u.source, 'register', u.source_version) AS claim_id, u.entity_id, s.property,
               s.value_text, NULL::DOUBLE AS value_num, NULL::TIMESTAMPTZ AS value_ts, NULL::VARCHAR AS unit, NULL::TIMESTAMPTZ AS phenomenon_time, u.source AS source_id,
               'base.admin_unit' AS source_table, u.source_version, u.source_row, 'register' AS method,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, u.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   said s
        JOIN   fresh.unit u ON u.code = s.unit_code AND u.source = s.source AND u.source_version = s.source_version, fresh.run r
        """;

    /// <summary>A unit lies within the one that its parent code names; the relation by outline is made from geometry.</summary>
    internal const string Within = """
        SELECT twin_relation_id(u.entity_id, 'within', 'urn:plinth:admin-unit:' || u.parent_code, u.source) AS relation_id,
               u.entity_id AS subject_id, 'within' AS predicate, 'urn:plinth:admin-unit:' || u.parent_code AS object_id,
               '{"by":"parent code"}' AS attributes, u.source AS source_id,
               'base.admin_unit' AS source_table, u.source_version, u.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, u.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.unit u, fresh.run r
        WHERE  u.parent_code IS NOT NULL AND u.parent_code <> u.code
        """;
}
