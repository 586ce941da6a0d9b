namespace Plinth.Twin.Query;

/// <summary>The parts of an entity's card. Parameters: $1 entity, $2 valid at, $3 known at.</summary>
internal static class CardSql
{
    internal const string Entity = """
        SELECT entity_id, type, name, cim_class, valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
        FROM   twin.entity_at($2::TIMESTAMPTZ, $3::TIMESTAMPTZ)
        WHERE  entity_id = $1
        LIMIT  1
        """;

    internal const string Facts = """
        SELECT f.property, f.value_text, f.value_num, f.value_ts, f.unit, f.claim_id, f.rule_id, f.claims, f.conflict,
               f.valid_from, f.valid_to, f.recorded_from, f.recorded_to,
               c.source_id, c.source_table, c.source_version, c.source_row, c.method, c.confidence
        FROM   twin.fact_at($2::TIMESTAMPTZ, $3::TIMESTAMPTZ) f
        JOIN   twin.claim c ON c.claim_id = f.claim_id AND c.entity_id = $1 AND c.recorded_to IS NULL
        WHERE  f.entity_id = $1
        ORDER BY f.property, f.valid_from NULLS FIRST
        """;

    /// <summary>The candidates behind a fact. $4 the property, or NULL for all.</summary>
    internal const string Claims = """
        SELECT claim_id, property, value_text, value_num, value_ts, unit, phenomenon_time, valid_from, valid_to, recorded_from, recorded_to,
               source_id, source_table, source_version, source_row, method, confidence
        FROM   twin.claim_at($2::TIMESTAMPTZ, $3::TIMESTAMPTZ)
        WHERE  entity_id = $1 AND ($4::VARCHAR IS NULL OR property = $4)
        ORDER BY property, recorded_from, claim_id
        """;

    /// <summary>Both directions, with how many there are of each kind and the first 50 of them.</summary>
    internal const string Relations = """
        WITH related AS (
            SELECT predicate, true AS outgoing, object_id AS other_id, * EXCLUDE (predicate) FROM twin.relation_at($2::TIMESTAMPTZ, $3::TIMESTAMPTZ) WHERE subject_id = $1
            UNION ALL
            SELECT predicate, false, subject_id, * EXCLUDE (predicate) FROM twin.relation_at($2::TIMESTAMPTZ, $3::TIMESTAMPTZ) WHERE object_id = $1
        ), counted AS (
            SELECT *, count(*) OVER (PARTITION BY predicate, outgoing) AS kind_count, row_number() OVER (PARTITION BY predicate, outgoing ORDER BY other_id, source_id) AS place
            FROM   related
        ), first_ones AS (
            SELECT * FROM counted WHERE place <= 50
        ), other AS (
            SELECT entity_id, type, name FROM twin.entity WHERE entity_id IN (SELECT other_id FROM first_ones)
            QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY recorded_from DESC) = 1
        )
        SELECT r.predicate, r.outgoing, r.other_id, e.type, e.name, r.attributes, r.valid_from, r.valid_to, r.recorded_from, r.recorded_to,
               r.source_id, r.source_table, r.source_version, r.source_row, r.confidence, r.kind_count
        FROM   first_ones r LEFT JOIN other e ON e.entity_id = r.other_id
        ORDER BY r.outgoing DESC, r.predicate, r.other_id, r.source_id
        """;

    internal const string Geometry = """
        SELECT role, lod, geom, crs, horizontal_accuracy_m, valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
        FROM   twin.geometry_at($2::TIMESTAMPTZ, $3::TIMESTAMPTZ)
        WHERE  entity_id = $1
        ORDER BY role, lod, source_id
        """;

    /// <summary>$1 longitude, $2 latitude, $3 valid at, $4 known at.</summary>
    internal const string At = """
        SELECT entity_id, type, name, distance_m
        FROM   twin.at_place($1::DOUBLE, $2::DOUBLE, $3::TIMESTAMPTZ, $4::TIMESTAMPTZ)
        ORDER BY distance_m, type, entity_id
        """;

    /// <summary>$1 valid at, $2 known at.</summary>
    internal const string Counts = """
        SELECT type, count(*) FROM twin.entity_at($1::TIMESTAMPTZ, $2::TIMESTAMPTZ) GROUP BY type ORDER BY type
        """;
}
