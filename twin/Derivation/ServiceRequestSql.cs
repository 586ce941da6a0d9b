namespace Plinth.Twin.Derivation;

/// <summary>Hotline orders. The address and the citizen's words stay where they are: the twin takes place, time and classification only.</summary>
internal static class ServiceRequestSql
{
    internal const string Views = """
        CREATE OR REPLACE VIEW fresh.request AS
        SELECT q.*, 'urn:plinth:service-request:' || q.source || ':' || q.service_request_id AS entity_id,
               q.requested_datetime AS valid_from,
               CASE WHEN q.closed_datetime > q.requested_datetime THEN q.closed_datetime END AS valid_to
        FROM   fresh.hotline_service_request q
        -- The newest word on an order wins where one version brings several.
        QUALIFY row_number() OVER (PARTITION BY q.source, q.service_request_id, q.source_version
                                   ORDER BY coalesce(q.updated_datetime, q.closed_datetime, q.requested_datetime) DESC, q.source_row DESC) = 1;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, source AS source_id, source_version, recorded_at AS recorded_from FROM fresh.request
        """;

    internal const string Entities = """
        SELECT q.entity_id, 'ServiceRequest' AS type, coalesce(q.service_name, q.category) AS name, '公共专题数据' AS cim_class, q.source AS source_id,
               'hotline.service_request' AS source_table, q.source_version, q.source_row,
               q.valid_from, q.valid_to, q.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.request q, fresh.run r
        """;

    internal const string Geometry = """
        SELECT q.entity_id, '0' AS lod, 'point' AS role, q.geom, q.bbox, NULL::VARCHAR AS crs, q.accuracy_m AS horizontal_accuracy_m, q.source AS source_id,
               'hotline.service_request' AS source_table, q.source_version, q.source_row,
               q.valid_from, q.valid_to, q.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.request q, fresh.run r
        WHERE  q.geom IS NOT NULL
        """;

    internal const string Claims = """
        WITH said AS (
            SELECT entity_id, source_version, property, value_text, NULL::TIMESTAMPTZ AS value_ts
            FROM   (UNPIVOT (SELECT entity_id, source_version, status, category, service_name, agency_responsible AS agency, geocode_method, location_type FROM fresh.request)
                    ON status, category, service_name, agency, geocode_method, location_type INTO NAME property VALUE value_text)
            UNION ALL
            SELECT entity_id, source_version, property, NULL, value_ts
            FROM   (UNPIVOT (SELECT entity_id, source_version, requested_datetime AS requested_at, closed_datetime AS closed_at FROM fresh.request)
                    ON requested_at, closed_at INTO NAME property VALUE value_ts)
        )
        SELECT twin_claim_id(q.entity_id, s.property, q.source, 'reported', q.source_version) AS claim_id, q.entity_id, s.property,
               s.value_text, NULL::DOUBLE AS value_num, s.value_ts, NULL::VARCHAR AS unit, coalesce(q.updated_datetime, q.requested_datetime) AS phenomenon_time, q.source AS source_id,
               'hotline.service_request' AS source_table, q.source_version, q.source_row, 'reported' AS method,
               q.valid_from, q.valid_to, q.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   said s JOIN fresh.request q ON q.entity_id = s.entity_id AND q.source_version = s.source_version, fresh.run r
        """;
}
