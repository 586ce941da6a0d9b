using System.Globalization;

namespace Plinth.Twin.Query;

/// <summary>The parts of an entity's card, from <see cref="HeldSql"/>. Parameters: $1 valid at, $2 known at; the entity's number is part of the text.</summary>
internal static class CardSql
{
    /// <summary>$1 identifier.</summary>
    internal const string Number = "SELECT seq FROM held.id WHERE key = hash($1::VARCHAR) AND entity_id = $1";

    private const int MostOfAKind = 50;

    internal static string Entity(long seq) => $"""
        SELECT entity_id, type, name, cim_class, valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
        FROM   {Rows("entity", seq)}
        LIMIT  1
        """;

    internal static string Facts(long seq) => $"""
        SELECT f.property, f.value_text, f.value_num, f.value_ts, f.unit, f.claim_id, f.rule_id, f.claims, f.conflict,
               f.valid_from, f.valid_to, f.recorded_from, f.recorded_to,
               c.source_id, c.source_table, c.source_version, c.source_row, c.method, c.confidence
        FROM   {Rows("fact", seq)} f
        JOIN   (SELECT * FROM held.claim WHERE {HeldSql.Is(seq)} AND recorded_to IS NULL) c ON c.claim_id = f.claim_id
        ORDER BY f.property, f.valid_from NULLS FIRST
        """;

    /// <summary>The candidates behind a fact. $3 the property, or NULL for all.</summary>
    internal static string Claims(long seq) => $"""
        SELECT claim_id, property, value_text, value_num, value_ts, unit, phenomenon_time, valid_from, valid_to, recorded_from, recorded_to,
               source_id, source_table, source_version, source_row, method, confidence
        FROM   {Rows("claim", seq)}
        WHERE  $3::VARCHAR IS NULL OR property = $3
        ORDER BY property, recorded_from, claim_id
        """;

    /// <summary>How many relations of each kind there are, and the first of each, in both directions.</summary>
    internal static string Relations(long seq) => string.Create(CultureInfo.InvariantCulture, $"""
        WITH related AS (
            SELECT true AS outgoing, object_id AS other_id, * EXCLUDE (subject_id, object_id) FROM {Rows("relation_out", seq)}
            UNION ALL BY NAME
            SELECT false AS outgoing, subject_id AS other_id, * EXCLUDE (subject_id, object_id) FROM {Rows("relation_in", seq)}
        )
        SELECT predicate, outgoing, other_id, other_seq, attributes, valid_from, valid_to, recorded_from, recorded_to,
               source_id, source_table, source_version, source_row, confidence, count(*) OVER kind
        FROM   related
        WINDOW kind AS (PARTITION BY predicate, outgoing)
        QUALIFY row_number() OVER (PARTITION BY predicate, outgoing ORDER BY other_id, source_id) <= {MostOfAKind}
        ORDER BY outgoing DESC, predicate, other_id, source_id
        """);

    /// <summary>Types and names of the entities at the other ends, the newest of each.</summary>
    internal static string Others(IEnumerable<long> seqs) => $"""
        SELECT seq, type, name FROM held.entity WHERE {HeldSql.In(seqs)} QUALIFY row_number() OVER (PARTITION BY seq ORDER BY recorded_from DESC) = 1
        """;

    internal static string Geometry(long seq) => $"""
        SELECT role, lod, geom, crs, horizontal_accuracy_m, valid_from, valid_to, recorded_from, recorded_to, source_id, source_table, source_version, source_row
        FROM   {Rows("geometry", seq)}
        ORDER BY role, lod, source_id
        """;

    private static string Rows(string table, long seq) => HeldSql.AsOf(table, HeldSql.Is(seq), "$1", "$2");

    /// <summary>Entities with a geometry in the box $1..$4 (west, south, east, north).</summary>
    internal const string Near = "SELECT DISTINCT seq FROM held.place WHERE xmin <= $3::DOUBLE AND xmax >= $1::DOUBLE AND ymin <= $4::DOUBLE AND ymax >= $2::DOUBLE";

    /// <summary>What is at a place: geometry that contains it, or a point within some metres. $1 valid at, $2 known at, $3 longitude, $4 latitude, $5 metres.</summary>
    internal static string At(IReadOnlyCollection<long> seqs) => $"""
        WITH near AS (
            SELECT seq, role, ST_Distance(ST_Point($3::DOUBLE, $4::DOUBLE), geom) AS distance_m FROM {HeldSql.AsOf("geometry", HeldSql.In(seqs), "$1", "$2")}
        ), place AS (
            SELECT seq, min(distance_m) AS distance_m FROM near WHERE distance_m <= 0 OR (role = 'point' AND distance_m <= $5::DOUBLE) GROUP BY seq
        )
        SELECT e.entity_id, e.type, e.name, p.distance_m
        FROM   {HeldSql.AsOf("entity", HeldSql.In(seqs), "$1", "$2")} e JOIN place p ON p.seq = e.seq
        ORDER BY p.distance_m, e.type, e.entity_id
        """;

    /// <summary>$1 valid at, $2 known at.</summary>
    internal static readonly string Counts = $"""
        SELECT type, count(*) FROM {HeldSql.AsOf("entity", "true", "$1", "$2")} GROUP BY type ORDER BY type
        """;
}
