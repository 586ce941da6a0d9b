using Plinth.Lakehouse;
using Plinth.Twin.Model;

namespace Plinth.Twin.Derivation;

/// <summary>Closes what a source says no longer: a row with an empty recorded interval follows the row that it ends.</summary>
/// <remarks>See docs/decisions/0005-bitemporal-append-only.md. A key's rows end where its next record begins; an empty interval is never visible itself.</remarks>
internal static class ClosingSql
{
    /// <summary>Rows there are, rows of this run, and those of this step, with the key that a later record of the same thing shares, and the owner whose rows come together.</summary>
    internal static string Rows(TableName target) =>
        target == TwinTables.Entity ? Entity
        : target == TwinTables.Geometry ? Geometry
        : target == TwinTables.Claim ? Claim
        : target == TwinTables.Relation ? Relation
        : throw new ArgumentException($"{target} is not closed by its sources.");

    private const string Entity = """
        CREATE OR REPLACE VIEW fresh.keyed AS
        SELECT true AS is_new, entity_id AS owner, entity_id AS row_key, * FROM fresh.derived
        UNION ALL BY NAME
        SELECT false AS is_new, entity_id AS owner, entity_id AS row_key, * FROM fresh.pending
        UNION ALL BY NAME
        SELECT false AS is_new, entity_id AS owner, entity_id AS row_key, * FROM twin.entity
        """;

    private const string Geometry = """
        CREATE OR REPLACE VIEW fresh.keyed AS
        SELECT true AS is_new, entity_id AS owner, concat_ws('|', entity_id, role, lod, source_id) AS row_key, * FROM fresh.derived
        UNION ALL BY NAME
        SELECT false AS is_new, entity_id AS owner, concat_ws('|', entity_id, role, lod, source_id) AS row_key, * FROM fresh.pending
        UNION ALL BY NAME
        SELECT false AS is_new, entity_id AS owner, concat_ws('|', entity_id, role, lod, source_id) AS row_key, * FROM twin.entity_geometry
        """;

    private const string Claim = """
        CREATE OR REPLACE VIEW fresh.keyed AS
        SELECT true AS is_new, entity_id AS owner, concat_ws('|', entity_id, property, source_id, method) AS row_key, * FROM fresh.derived
        UNION ALL BY NAME
        SELECT false AS is_new, entity_id AS owner, concat_ws('|', entity_id, property, source_id, method) AS row_key, * FROM fresh.pending
        UNION ALL BY NAME
        SELECT false AS is_new, entity_id AS owner, concat_ws('|', entity_id, property, source_id, method) AS row_key, * FROM twin.claim
        """;

    private const string Relation = """
        CREATE OR REPLACE VIEW fresh.keyed AS
        SELECT true AS is_new, subject_id AS owner, relation_id AS row_key, * FROM fresh.derived
        UNION ALL BY NAME
        SELECT false AS is_new, subject_id AS owner, relation_id AS row_key, * FROM fresh.pending
        UNION ALL BY NAME
        SELECT false AS is_new, subject_id AS owner, relation_id AS row_key, * FROM twin.relation
        """;

    internal const string NoTurns = "CREATE OR REPLACE TABLE fresh.turn (owner VARCHAR, source_table VARCHAR, source_id VARCHAR, source_version BIGINT, recorded_from TIMESTAMPTZ)";

    /// <summary>
    /// Each owner's new record stands for all that its source said of it before. $1 is the source table, $2 a version that <see cref="TurnsOfTable"/> took in
    /// already, or -1; <c>fresh.owner</c> is the step's.
    /// </summary>
    internal const string TurnsOfOwners = """
        INSERT INTO fresh.turn BY NAME
        SELECT DISTINCT owner, $1::VARCHAR AS source_table, source_id, source_version, recorded_from FROM fresh.owner WHERE source_version > $2
        """;

    /// <summary>The source was written anew: all that it said before is in question. Parameters: $1 source table, $2 source id of the step or NULL, $3 version, $4 its time.</summary>
    internal const string TurnsOfTable = """
        INSERT INTO fresh.turn BY NAME
        SELECT DISTINCT owner, source_table, source_id, $3::BIGINT AS source_version, $4::TIMESTAMPTZ AS recorded_from
        FROM   fresh.keyed
        WHERE  source_table = $1 AND CASE WHEN $2::VARCHAR IS NULL THEN source_id NOT IN ('geometry', 'flight-area') ELSE source_id = $2 END
        """;

    internal const string Close = """
        CREATE OR REPLACE TABLE fresh.closing AS
        WITH before AS (
            -- The newest row of each key before the turn, unless it is a closing itself.
            SELECT t.source_version AS turn_version, t.recorded_from AS turn_time, k.*
            FROM   fresh.turn t
            JOIN   fresh.keyed k ON k.owner = t.owner AND k.source_table = t.source_table AND k.source_id = t.source_id AND k.source_version < t.source_version
            QUALIFY row_number() OVER (PARTITION BY k.row_key, t.source_version ORDER BY k.source_version DESC, k.recorded_to NULLS LAST) = 1
        )
        SELECT b.* EXCLUDE (turn_version, turn_time, is_new, owner, row_key)
               REPLACE (b.turn_version AS source_version, b.turn_time AS recorded_from, b.turn_time AS recorded_to, r.run_id AS run_id)
        FROM   before b, fresh.run r
        WHERE  b.recorded_to IS NULL
          AND  NOT EXISTS (SELECT 1 FROM fresh.keyed n WHERE n.is_new AND n.row_key = b.row_key AND n.source_version = b.turn_version);

        INSERT INTO fresh.derived BY NAME SELECT * FROM fresh.closing
        """;
}
