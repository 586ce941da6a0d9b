namespace Plinth.Twin.Derivation;

/// <summary>Devices, the junctions that signal controllers stand for, and what observes what.</summary>
/// <remarks>
/// A device observes its datastreams (<c>urn:plinth:datastream:…</c>, a row of <c>sensor.datastream</c>, not an entity). A detector that only a controller's
/// configuration knows is a device of its own: part of the controller, observing the controller's junction. No source names the junction:
/// its existence is inferred from the controller, which the relation's confidence says.
/// </remarks>
internal static class SensorSql
{
    internal const string Views = """
        CREATE OR REPLACE VIEW fresh.device AS
        SELECT t.*, 'urn:plinth:device' || substr(t.thing_id, length('urn:plinth:thing') + 1) AS entity_id,
               'urn:plinth:intersection' || substr(t.thing_id, length('urn:plinth:thing') + 1) AS intersection_id
        FROM   fresh.sensor_thing t
        QUALIFY row_number() OVER (PARTITION BY t.thing_id, t.source_version ORDER BY t.source_row DESC) = 1;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, source AS source_id, source_version, recorded_at AS recorded_from FROM fresh.device
        UNION ALL
        SELECT intersection_id, source, source_version, recorded_at FROM fresh.device
        """;

    internal const string DetectorViews = """
        CREATE OR REPLACE VIEW fresh.detector AS
        SELECT c.*, 'urn:plinth:device' || substr(c.thing_id, length('urn:plinth:thing') + 1) AS controller_id,
               'urn:plinth:device' || substr(c.thing_id, length('urn:plinth:thing') + 1) || ':detector:' || c.channel AS entity_id,
               'urn:plinth:intersection' || substr(c.thing_id, length('urn:plinth:thing') + 1) AS intersection_id,
               regexp_extract(c.thing_id, '^urn:plinth:thing:([^:]+)', 1) AS source
        FROM   fresh.sensor_detector_config c
        QUALIFY row_number() OVER (PARTITION BY c.thing_id, c.channel, c.source_version ORDER BY c.source_row) = 1;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, source AS source_id, source_version, recorded_at AS recorded_from FROM fresh.detector
        """;

    internal const string Devices = """
        WITH known AS (
            SELECT entity_id, 'Device' AS type, coalesce(name, local_id) AS name, '物联感知数据' AS cim_class, source, source_version, source_row, recorded_at, 1.0 AS confidence
            FROM   fresh.device
            UNION ALL
            SELECT intersection_id, 'Intersection', coalesce(name, local_id), '时空基础数据', source, source_version, source_row, recorded_at, 0.9
            FROM   fresh.device WHERE kind = 'signal_controller'
        )
        SELECT k.entity_id, k.type, k.name, k.cim_class, k.source AS source_id, 'sensor.thing' AS source_table, k.source_version, k.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, k.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, k.confidence
        FROM   known k, fresh.run r
        """;

    internal const string DeviceGeometry = """
        WITH placed AS (
            SELECT entity_id, geom, bbox, source, source_version, source_row, recorded_at, 1.0 AS confidence FROM fresh.device
            UNION ALL
            SELECT intersection_id, geom, bbox, source, source_version, source_row, recorded_at, 0.9 FROM fresh.device WHERE kind = 'signal_controller'
        )
        SELECT p.entity_id, '0' AS lod, 'point' AS role, p.geom, p.bbox, NULL::VARCHAR AS crs, NULL::DOUBLE AS horizontal_accuracy_m, p.source AS source_id,
               'sensor.thing' AS source_table, p.source_version, p.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, p.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, p.confidence
        FROM   placed p, fresh.run r
        WHERE  p.geom IS NOT NULL
        """;

    internal const string DeviceClaims = """
        WITH said AS (
            UNPIVOT (SELECT entity_id, source_version, kind, local_id, name FROM fresh.device) ON kind, local_id, name INTO NAME property VALUE value_text
        )
        SELECT twin_claim_id(d.entity_id, s.property, d.source, 'register', d.source_version) AS claim_id, d.entity_id, s.property,
               s.value_text, NULL::DOUBLE AS value_num, NULL::TIMESTAMPTZ AS value_ts, NULL::VARCHAR AS unit, NULL::TIMESTAMPTZ AS phenomenon_time, d.source AS source_id,
               'sensor.thing' AS source_table, d.source_version, d.source_row, 'register' AS method,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, d.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   said s JOIN fresh.device d ON d.entity_id = s.entity_id AND d.source_version = s.source_version, fresh.run r
        """;

    internal const string Controls = """
        SELECT twin_relation_id(d.entity_id, 'controls', d.intersection_id, d.source) AS relation_id,
               d.entity_id AS subject_id, 'controls' AS predicate, d.intersection_id AS object_id, NULL::VARCHAR AS attributes, d.source AS source_id,
               'sensor.thing' AS source_table, d.source_version, d.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, d.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 0.9 AS confidence
        FROM   fresh.device d, fresh.run r
        WHERE  d.kind = 'signal_controller'
        """;

    internal const string Observes = """
        SELECT twin_relation_id('urn:plinth:device' || substr(s.thing_id, length('urn:plinth:thing') + 1), 'observes', s.datastream_id, s.source) AS relation_id,
               'urn:plinth:device' || substr(s.thing_id, length('urn:plinth:thing') + 1) AS subject_id, 'observes' AS predicate, s.datastream_id AS object_id,
               to_json({observed_property: s.observed_property, unit: s.unit})::VARCHAR AS attributes, s.source AS source_id,
               'sensor.datastream' AS source_table, s.source_version, s.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, s.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.sensor_datastream s, fresh.run r
        QUALIFY row_number() OVER (PARTITION BY s.datastream_id, s.source_version ORDER BY s.source_row DESC) = 1
        """;

    internal const string Detectors = """
        WITH known AS (
            SELECT entity_id, 'Device' AS type, 'detector ' || channel AS name, '物联感知数据' AS cim_class, source, source_version, source_row, recorded_at, 1.0 AS confidence
            FROM   fresh.detector
        )
        SELECT k.entity_id, k.type, k.name, k.cim_class, k.source AS source_id, 'sensor.detector_config' AS source_table, k.source_version, k.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, k.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, k.confidence
        FROM   known k, fresh.run r
        """;

    internal const string DetectorClaims = """
        WITH said AS (
            SELECT entity_id, source_version, 'channel' AS property, channel::DOUBLE AS value_num, NULL AS value_text FROM fresh.detector
            UNION ALL SELECT entity_id, source_version, 'phase', phase::DOUBLE, NULL FROM fresh.detector WHERE phase IS NOT NULL
            UNION ALL SELECT entity_id, source_version, 'function', NULL, "function" FROM fresh.detector WHERE "function" IS NOT NULL
            UNION ALL SELECT entity_id, source_version, 'kind', NULL, 'detector' FROM fresh.detector
        )
        SELECT twin_claim_id(d.entity_id, s.property, d.source, 'configuration', d.source_version) AS claim_id, d.entity_id, s.property,
               s.value_text, s.value_num, NULL::TIMESTAMPTZ AS value_ts, NULL::VARCHAR AS unit, NULL::TIMESTAMPTZ AS phenomenon_time, d.source AS source_id,
               'sensor.detector_config' AS source_table, d.source_version, d.source_row, 'configuration' AS method,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, d.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   said s JOIN fresh.detector d ON d.entity_id = s.entity_id AND d.source_version = s.source_version, fresh.run r
        """;

    internal const string DetectorRelations = """
        WITH related AS (
            SELECT entity_id, 'partOf' AS predicate, controller_id AS object_id, 1.0 AS confidence, * EXCLUDE (entity_id) FROM fresh.detector
            UNION ALL
            SELECT entity_id, 'observes', intersection_id, 0.9, * EXCLUDE (entity_id) FROM fresh.detector
        )
        SELECT twin_relation_id(d.entity_id, d.predicate, d.object_id, d.source) AS relation_id,
               d.entity_id AS subject_id, d.predicate, d.object_id,
               to_json({channel: d.channel, phase: d.phase, "function": d."function"})::VARCHAR AS attributes, d.source AS source_id,
               'sensor.detector_config' AS source_table, d.source_version, d.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, d.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, d.confidence
        FROM   related d, fresh.run r
        """;
}
