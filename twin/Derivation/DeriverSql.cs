using Plinth.Lakehouse;
using Plinth.Twin.Model;

namespace Plinth.Twin.Derivation;

/// <summary>What the steps' statements stand on.</summary>
internal static class DeriverSql
{
    internal const string Prepare = """
        CREATE SCHEMA loaded;
        CREATE SCHEMA fresh;
        CREATE SCHEMA rule;
        CREATE TABLE fresh.run (run_id VARCHAR);
        CREATE TABLE fresh.batch (after BIGINT, upto BIGINT);
        CREATE TABLE rule.type (source_type VARCHAR, type VARCHAR, slug VARCHAR, cim_class VARCHAR);
        CREATE TABLE rule.attribute (attribute VARCHAR, property VARCHAR, kind VARCHAR, unit VARCHAR);
        CREATE TABLE rule.fact (rule_id VARCHAR, property VARCHAR, method VARCHAR, source VARCHAR, rank INTEGER, prefer VARCHAR, says VARCHAR);
        -- Equal statements get equal ids, so a rerun names the same rows.
        CREATE MACRO twin_claim_id(entity, property, source, method, version) AS
            'urn:plinth:claim:' || left(sha256(concat_ws('|', entity, property, source, method, version)), 24);
        CREATE MACRO twin_relation_id(subject, predicate, object, source) AS
            'urn:plinth:relation:' || left(sha256(concat_ws('|', subject, predicate, object, source)), 24)
        """;

    /// <summary>What each photo sees of flat ground, with its box. The camera's height over its take-off point stands for its height over ground.</summary>
    internal const string PhotoViews = """
        CREATE VIEW loaded.photo_view AS
        WITH view AS (
            SELECT photo_id, source_version, greatest(0.1 * relative_altitude_m, position_accuracy_m) AS accuracy_m,
                   twin_view_footprint(longitude, latitude, relative_altitude_m, yaw_deg, pitch_deg, coalesce(roll_deg, 0), focal_px, width, height) AS geom
            FROM   loaded.imagery_photo
            QUALIFY row_number() OVER (PARTITION BY photo_id, source_version ORDER BY source_row DESC) = 1
        )
        SELECT *, {'xmin': twin_bound(geom, 0), 'ymin': twin_bound(geom, 1), 'xmax': twin_bound(geom, 2), 'ymax': twin_bound(geom, 3)} AS bbox
        FROM   view WHERE geom IS NOT NULL
        """;

    /// <summary>An empty table for what a run derives for a target.</summary>
    internal static string NoPending(TableName target) =>
        target == TwinTables.Entity ? "CREATE OR REPLACE TABLE fresh.pending AS SELECT * FROM twin.entity WHERE false"
        : target == TwinTables.Geometry ? "CREATE OR REPLACE TABLE fresh.pending AS SELECT * FROM twin.entity_geometry WHERE false"
        : target == TwinTables.Claim ? "CREATE OR REPLACE TABLE fresh.pending AS SELECT * FROM twin.claim WHERE false"
        : target == TwinTables.Fact ? "CREATE OR REPLACE TABLE fresh.pending AS SELECT * FROM twin.fact WHERE false"
        : "CREATE OR REPLACE TABLE fresh.pending AS SELECT * FROM twin.relation WHERE false";

    /// <summary>Rows of one entity lie together, so that a card reads little.</summary>
    internal static string InOrder(TableName target) => target == TwinTables.Relation
        ? "SELECT * FROM fresh.pending ORDER BY subject_id, predicate, object_id, recorded_from"
        : target == TwinTables.Claim || target == TwinTables.Fact
            ? "SELECT * FROM fresh.pending ORDER BY entity_id, property, recorded_from"
            : "SELECT * FROM fresh.pending ORDER BY entity_id, recorded_from";
}
