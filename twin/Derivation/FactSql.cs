namespace Plinth.Twin.Derivation;

/// <summary>Facts: of all claims about a property, the one that the rules prefer, for each stretch of the world's time and at each moment of knowledge.</summary>
/// <remarks>Rules are rows of <c>rules.csv</c>: the lowest rank whose property, method and source fit; among equals the surest claim
/// where the rule prefers it, then the newest observation, then the newest record. <see cref="Query.WhyReader"/> tells it again to people.</remarks>
internal static class FactSql
{
    internal const string Views = """
        CREATE OR REPLACE TABLE fresh.candidate AS
        WITH claim AS (
            SELECT c.*, concat_ws('|', c.source_id, c.method) AS source_key
            FROM   twin.claim c
            SEMI JOIN fresh.twin_claim f ON f.entity_id = c.entity_id AND f.property = c.property
        ), recorded AS (
            SELECT *, lead(recorded_from) OVER (PARTITION BY entity_id, property, source_key ORDER BY recorded_from) AS recorded_until
            FROM   (SELECT DISTINCT entity_id, property, source_key, recorded_from FROM claim)
        )
        SELECT c.*, r.recorded_until, count(*) OVER (PARTITION BY c.entity_id, c.property) = 1 AS alone
        FROM   claim c
        JOIN   recorded r ON r.entity_id = c.entity_id AND r.property = c.property AND r.source_key = c.source_key AND r.recorded_from = c.recorded_from
        """;

    internal const string Facts = """
        WITH kind AS (
            -- 1. Each claim with the rule that fits it best: one for all claims of a kind.
            SELECT k.property, k.method, k.source_id, u.rule_id, u.rank, u.prefer
            FROM   (SELECT DISTINCT property, method, source_id FROM fresh.candidate) k
            JOIN   rule.fact u ON u.property IN ('*', k.property) AND u.method IN ('*', split_part(k.method, ':', 1)) AND k.source_id GLOB u.source
            QUALIFY row_number() OVER (PARTITION BY k.property, k.method, k.source_id ORDER BY u.rank, u.rule_id) = 1
        ), ruled AS (
            SELECT c.*, k.rule_id, k.rank, k.prefer
            FROM   fresh.candidate c
            JOIN   kind k ON k.property = c.property AND k.method = c.method AND k.source_id = c.source_id
            WHERE  c.recorded_to IS NULL
        ), ranked AS (
            SELECT * FROM ruled WHERE NOT alone
        ), moment AS (
            -- 2. Knowledge changes where a claim is recorded or closed.
            SELECT DISTINCT entity_id, property, recorded_from AS known FROM fresh.candidate WHERE NOT alone
        ), held AS (
            SELECT m.known, c.*, coalesce(c.valid_from, '-infinity'::TIMESTAMPTZ) AS starts, coalesce(c.valid_to, 'infinity'::TIMESTAMPTZ) AS ends
            FROM   moment m
            JOIN   ranked c ON c.entity_id = m.entity_id AND c.property = m.property AND c.recorded_from <= m.known AND coalesce(m.known < c.recorded_until, true)
        ), bound AS (
            SELECT entity_id, property, known, starts AS bound FROM held UNION SELECT entity_id, property, known, ends FROM held
        ), stretch AS (
            -- 3. The world's time falls into stretches in which the same claims hold.
            SELECT entity_id, property, known, bound AS starts, lead(bound) OVER (PARTITION BY entity_id, property, known ORDER BY bound) AS ends FROM bound
        ), chosen AS (
            SELECT s.starts, s.ends, h.* EXCLUDE (starts, ends),
                   count(*) OVER stretch_of AS claims,
                   min(coalesce(h.value_text, h.value_num::VARCHAR, h.value_ts::VARCHAR)) OVER stretch_of IS DISTINCT FROM max(coalesce(h.value_text, h.value_num::VARCHAR, h.value_ts::VARCHAR)) OVER stretch_of AS conflict
            FROM   stretch s
            JOIN   held h ON h.entity_id = s.entity_id AND h.property = s.property AND h.known = s.known AND h.starts <= s.starts AND s.ends <= h.ends
            WHERE  s.ends IS NOT NULL
            WINDOW stretch_of AS (PARTITION BY s.entity_id, s.property, s.known, s.starts)
            QUALIFY row_number() OVER (PARTITION BY s.entity_id, s.property, s.known, s.starts
                                       ORDER BY h.rank, CASE WHEN h.prefer = 'surest' THEN h.confidence END DESC NULLS LAST, h.phenomenon_time DESC NULLS LAST, h.recorded_from DESC, h.claim_id) = 1
        ), event AS (
            SELECT entity_id, property, value_text, value_num, value_ts, unit, claim_id, rule_id, claims, conflict,
                   CASE WHEN isfinite(starts) THEN starts END AS valid_from, CASE WHEN isfinite(ends) THEN ends END AS valid_to,
                   known AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, confidence
            FROM   chosen
            UNION ALL
            -- Most properties have one claim ever: nothing to choose.
            SELECT entity_id, property, value_text, value_num, value_ts, unit, claim_id, rule_id, 1, false, valid_from, valid_to, recorded_from, NULL, confidence
            FROM   ruled WHERE alone
            UNION ALL
            -- 4. A moment at which nothing is claimed any more closes the fact with an empty interval.
            SELECT c.entity_id, c.property, c.value_text, c.value_num, c.value_ts, c.unit, c.claim_id, 'closed', 0, false,
                   c.valid_from, c.valid_to, c.recorded_from, c.recorded_from, c.confidence
            FROM   fresh.candidate c
            WHERE  c.recorded_to IS NOT NULL
              AND  NOT EXISTS (SELECT 1 FROM held h WHERE h.entity_id = c.entity_id AND h.property = c.property AND h.known = c.recorded_from)
        )
        SELECT e.*, r.run_id
        FROM   event e, fresh.run r
        WHERE  NOT EXISTS (SELECT 1 FROM twin.fact x WHERE x.entity_id = e.entity_id AND x.property = e.property AND x.recorded_from = e.recorded_from)
        """;
}
