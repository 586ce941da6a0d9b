using System.Globalization;
using Plinth.Lakehouse;
using Plinth.Twin.Model;

namespace Plinth.Twin.Query;

/// <summary>
/// The twin's tables as they are served: each row with its entity's number (<c>seq</c>), in the order of the numbers. Numbers follow a curve over the map, so what lies
/// together is read together, and a look-up by number reads a few thousand values where one by identifier would read the whole column.
/// </summary>
/// <remarks><c>base</c> is a file for many rows, <c>late</c> what has come since, in memory; the views <c>held.*</c> are both.</remarks>
internal static class HeldSql
{
    /// <summary>Tables of <c>held</c>.</summary>
    internal static readonly string[] Tables = ["id", "entity", "geometry", "claim", "fact", "relation_out", "relation_in", "place"];

    internal const string Macros = """
        CREATE SCHEMA IF NOT EXISTS late;
        CREATE SCHEMA IF NOT EXISTS held;
        -- Bits of a number with a gap after each, and a place on the Z-order curve in steps of about 40 m.
        CREATE OR REPLACE MACRO twin_gap1(a) AS (a | (a << 16)) & 281470681808895;
        CREATE OR REPLACE MACRO twin_gap2(a) AS (a | (a << 8)) & 71777214294589695;
        CREATE OR REPLACE MACRO twin_gap3(a) AS (a | (a << 4)) & 1085102592571150095;
        CREATE OR REPLACE MACRO twin_gap4(a) AS (a | (a << 2)) & 3689348814741910323;
        CREATE OR REPLACE MACRO twin_gap5(a) AS (a | (a << 1)) & 6148914691236517205;
        CREATE OR REPLACE MACRO twin_curve(x, y) AS
            twin_gap5(twin_gap4(twin_gap3(twin_gap2(twin_gap1(greatest(0, least(1048575, floor((x + 180) * 2912.7)))::BIGINT)))))
            | (twin_gap5(twin_gap4(twin_gap3(twin_gap2(twin_gap1(greatest(0, least(1048575, floor((y + 90) * 5825.4)))::BIGINT))))) << 1);
        """;

    /// <summary>Statements that fill <paramref name="into"/> (<c>base</c> or <c>late</c>) with the rows of the snapshots.</summary>
    /// <param name="rows">A SELECT of each table's rows.</param>
    /// <param name="besides">Whether there is a <c>base</c> that has given numbers already.</param>
    internal static IEnumerable<string> Fill(string into, Func<TableName, string> rows, bool besides)
    {
        var (entity, geometry, claim, fact, relation) = (rows(TwinTables.Entity), rows(TwinTables.Geometry), rows(TwinTables.Claim), rows(TwinTables.Fact), rows(TwinTables.Relation));
        yield return $"""
            CREATE TABLE {into}.id AS
            WITH known AS (
                SELECT entity_id FROM {entity} UNION SELECT subject_id FROM {relation} UNION SELECT object_id FROM {relation}
            ), spot AS (
                SELECT entity_id, min(twin_curve((bbox.xmin + bbox.xmax) / 2, (bbox.ymin + bbox.ymax) / 2)) AS cell FROM {geometry} GROUP BY entity_id
            )
            SELECT hash(k.entity_id) AS key, k.entity_id, {(besides ? "(SELECT max(seq) FROM base.id)" : "0")} + row_number() OVER (ORDER BY s.cell NULLS LAST, k.entity_id) AS seq
            FROM   known k LEFT JOIN spot s ON s.entity_id = k.entity_id
            {(besides ? "ANTI JOIN base.id b ON b.key = hash(k.entity_id) AND b.entity_id = k.entity_id" : "")}
            ORDER BY key
            """;
        yield return View("id", into, besides);
        var id = besides ? "held.id" : into + ".id";
        foreach (var (name, source, order) in new[] { ("entity", entity, "recorded_from"), ("geometry", geometry, "role, recorded_from"), ("claim", claim, "property, recorded_from"), ("fact", fact, "property, recorded_from") })
        {
            yield return $"CREATE TABLE {into}.{name} AS SELECT i.seq, t.* EXCLUDE (run_id) FROM {source} t JOIN {id} i ON i.entity_id = t.entity_id ORDER BY i.seq, {order}";
            yield return View(name, into, besides);
        }
        yield return $"""
            CREATE TABLE {into}.relation_out AS
            SELECT s.seq, o.seq AS other_seq, t.* EXCLUDE (run_id) FROM {relation} t JOIN {id} s ON s.entity_id = t.subject_id JOIN {id} o ON o.entity_id = t.object_id
            ORDER BY s.seq, predicate, recorded_from
            """;
        yield return View("relation_out", into, besides);
        yield return $"CREATE TABLE {into}.relation_in AS SELECT * EXCLUDE (seq, other_seq), other_seq AS seq, seq AS other_seq FROM {into}.relation_out ORDER BY seq, predicate, recorded_from";
        yield return View("relation_in", into, besides);
        // Where anything of a type ever was: what a box of the map may concern. A geometry that came before its entity's type is among them.
        yield return $"""
            CREATE TABLE {into}.place AS
            SELECT DISTINCT g.seq, g.entity_id, e.type, g.role, g.bbox.xmin AS xmin, g.bbox.ymin AS ymin, g.bbox.xmax AS xmax, g.bbox.ymax AS ymax
            FROM   {into}.geometry g JOIN (SELECT DISTINCT seq, type FROM held.entity) e ON e.seq = g.seq
            WHERE  g.recorded_to IS NULL
            {(besides ? """
                UNION
                SELECT DISTINCT g.seq, g.entity_id, e.type, g.role, g.bbox.xmin, g.bbox.ymin, g.bbox.xmax, g.bbox.ymax
                FROM   base.geometry g JOIN (SELECT seq, type FROM late.entity EXCEPT SELECT seq, type FROM base.entity) e ON e.seq = g.seq
                WHERE  g.recorded_to IS NULL
                """ : "")}
            ORDER BY seq
            """;
        yield return View("place", into, besides);
    }

    internal static string View(string table, string into, bool both) =>
        $"CREATE OR REPLACE VIEW held.{table} AS SELECT * FROM {into}.{table}" + (both && into != "base" ? $" UNION ALL BY NAME SELECT * FROM base.{table}" : "");

    /// <summary>The twin's tables by their usual names, for the macros.</summary>
    internal const string Views = """
        CREATE SCHEMA IF NOT EXISTS twin;
        CREATE OR REPLACE VIEW twin.entity AS SELECT * EXCLUDE (seq) FROM held.entity;
        CREATE OR REPLACE VIEW twin.entity_geometry AS SELECT * EXCLUDE (seq) FROM held.geometry;
        CREATE OR REPLACE VIEW twin.claim AS SELECT * EXCLUDE (seq) FROM held.claim;
        CREATE OR REPLACE VIEW twin.fact AS SELECT * EXCLUDE (seq) FROM held.fact;
        CREATE OR REPLACE VIEW twin.relation AS SELECT * EXCLUDE (seq, other_seq) FROM held.relation_out
        """;

    /// <summary>
    /// Rows as of an instant, where <paramref name="filter"/> names all rows of the entities that are asked for: it works before the newest record of each key is found.
    /// A filter may only leave out whole keys. <paramref name="valid"/> and <paramref name="known"/> are parameters.
    /// </summary>
    internal static string AsOf(string table, string filter, string valid, string known)
    {
        var key = table switch
        {
            "entity" => "seq",
            "geometry" => "seq, role, lod, source_id",
            "claim" => "seq, property, source_id, method",
            "fact" => "seq, property",
            "relation_out" or "relation_in" => "seq, other_seq, predicate, source_id",
            _ => throw new ArgumentException($"'{table}' has no times.", nameof(table)),
        };
        return string.Create(CultureInfo.InvariantCulture, $"""
            (SELECT * FROM (SELECT * FROM held.{table} WHERE {filter} AND twin_known(recorded_from, {known}::TIMESTAMPTZ)
                            QUALIFY recorded_from = max(recorded_from) OVER (PARTITION BY {key}))
             WHERE twin_open(recorded_to, {known}::TIMESTAMPTZ) AND twin_valid(valid_from, valid_to, {valid}::TIMESTAMPTZ))
            """);
    }

    /// <summary>Numbers as the right side of IN.</summary>
    internal static string In(IEnumerable<long> numbers) => "seq IN (" + string.Join(',', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)).DefaultIfEmpty("-1")) + ")";

    internal static string Is(long number) => string.Create(CultureInfo.InvariantCulture, $"seq = {number}");
}
