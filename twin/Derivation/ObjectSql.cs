namespace Plinth.Twin.Derivation;

/// <summary>City objects of 3D models: entities with footprint, claims from attributes and from geometry, parts.</summary>
/// <remarks>Reads <c>fresh.model_object</c>; see <see cref="FreshRows"/> for the two columns each source has besides its own.</remarks>
internal static class ObjectSql
{
    /// <summary>Views that the statements below share: scalar attributes with the property they are known as, and objects with entity id and validity.</summary>
    internal const string Views = """
        CREATE OR REPLACE VIEW fresh.object_attribute AS
        WITH listed AS (
            SELECT o.object_id, o.source_version, a.key AS attribute, a.type AS json_type, a.value ->> '$' AS value
            FROM   fresh.model_object o,
                   json_each(CASE WHEN json_valid(o.attributes) THEN o.attributes ELSE '{}' END) a
            WHERE  a.type NOT IN ('NULL', 'OBJECT', 'ARRAY') AND coalesce(a.value ->> '$', '') <> ''
        )
        SELECT l.object_id, l.source_version, l.attribute, l.value,
               coalesce(k.property, l.attribute) AS property,
               k.property IS NOT NULL AS known,
               coalesce(k.kind, CASE WHEN l.json_type IN ('DOUBLE', 'BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT') THEN 'number' ELSE 'text' END) AS kind,
               k.unit
        FROM   listed l
        LEFT JOIN rule.attribute k ON lower(k.attribute) = lower(l.attribute);

        CREATE OR REPLACE VIEW fresh.object_entity AS
        WITH years AS (
            -- A year of construction says since when the object is there; a year of demolition says that it was still there in that year.
            SELECT object_id, source_version,
                   min(TRY_CAST(value AS INTEGER)) FILTER (property = 'year_of_construction') AS built,
                   max(TRY_CAST(value AS INTEGER)) FILTER (property = 'year_of_demolition') AS demolished,
                   min(value) FILTER (property = 'name') AS name
            FROM   fresh.object_attribute
            WHERE  property IN ('year_of_construction', 'year_of_demolition', 'name')
            GROUP BY ALL
        )
        SELECT o.*,
               'urn:plinth:' || coalesce(t.slug, lower(ltrim(o.type, '+'))) || substr(o.object_id, length('urn:plinth:object') + 1) AS entity_id,
               coalesce(t.type, o.type) AS class, t.cim_class, y.name,
               CASE WHEN y.built BETWEEN 1 AND 2200 THEN make_timestamptz(y.built, 1, 1, 0, 0, 0.0) END AS valid_from,
               CASE WHEN y.demolished BETWEEN 1 AND 2200 AND y.demolished >= coalesce(y.built, 1) THEN make_timestamptz(y.demolished + 1, 1, 1, 0, 0, 0.0) END AS valid_to
        FROM   fresh.model_object o
        LEFT JOIN rule.type t ON t.source_type = o.type
        LEFT JOIN years y ON y.object_id = o.object_id AND y.source_version = o.source_version
        QUALIFY row_number() OVER (PARTITION BY o.object_id, o.source_version ORDER BY o.source_row) = 1;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, asset_id AS source_id, source_version, recorded_at AS recorded_from FROM fresh.object_entity
        UNION ALL
        SELECT entity_id, 'model.object', source_version, recorded_at FROM fresh.object_entity
        """;

    internal const string Entities = """
        SELECT o.entity_id, o.class AS type, o.name, o.cim_class, o.asset_id AS source_id,
               'model.object' AS source_table, o.source_version, o.source_row,
               o.valid_from, o.valid_to, o.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.object_entity o, fresh.run r
        """;

    internal const string Geometry = """
        SELECT o.entity_id, o.lod, 'footprint' AS role, o.geom, o.bbox, o.source_crs AS crs, NULL::DOUBLE AS horizontal_accuracy_m, o.asset_id AS source_id,
               'model.object' AS source_table, o.source_version, o.source_row,
               o.valid_from, o.valid_to, o.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.object_entity o, fresh.run r
        WHERE  o.geom IS NOT NULL
        """;

    /// <summary>Known attributes under their property's name, at most 40 others under their own, and what the geometry itself says.</summary>
    internal const string Claims = """
        WITH attributes AS (
            SELECT a.object_id, a.source_version, a.property, 'attribute:' || a.attribute AS method, a.unit,
                   CASE WHEN a.kind = 'number' THEN TRY_CAST(a.value AS DOUBLE) END AS value_num, a.value
            FROM   fresh.object_attribute a
            QUALIFY a.known OR row_number() OVER (PARTITION BY a.object_id, a.source_version, a.known ORDER BY a.attribute) <= 40
        ), geometric AS (
            UNPIVOT (SELECT object_id, source_version, height_m AS height, ground_m AS ground_height, roof_m AS roof_height FROM fresh.model_object)
            ON height, ground_height, roof_height INTO NAME property VALUE value_num
        ), said AS (
            SELECT object_id, source_version, property, method, unit, value_num, CASE WHEN value_num IS NULL THEN value END AS value_text FROM attributes
            UNION ALL
            SELECT object_id, source_version, property, 'geometry', 'm', value_num, NULL FROM geometric
        )
        SELECT twin_claim_id(o.entity_id, s.property, o.asset_id, s.method, o.source_version) AS claim_id, o.entity_id, s.property,
               s.value_text, s.value_num, NULL::TIMESTAMPTZ AS value_ts, s.unit, NULL::TIMESTAMPTZ AS phenomenon_time, o.asset_id AS source_id,
               'model.object' AS source_table, o.source_version, o.source_row, s.method,
               o.valid_from, o.valid_to, o.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   said s
        JOIN   fresh.object_entity o ON o.object_id = s.object_id AND o.source_version = s.source_version, fresh.run r
        """;

    /// <summary>A part belongs to its parent; the two come from one file, so in one version. A parent is named by object id or by its id in the file.</summary>
    internal const string Parts = """
        SELECT twin_relation_id(o.entity_id, 'partOf', p.entity_id, 'model.object') AS relation_id,
               o.entity_id AS subject_id, 'partOf' AS predicate, p.entity_id AS object_id, NULL::VARCHAR AS attributes, 'model.object' AS source_id,
               'model.object' AS source_table, o.source_version, o.source_row,
               o.valid_from, o.valid_to, o.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.object_entity o
        JOIN   fresh.object_entity p ON p.asset_id = o.asset_id AND p.source_version = o.source_version AND o.parent_id IN (p.object_id, p.local_id),
               fresh.run r
        """;
}
