using System.Globalization;

namespace Plinth.Twin.Query;

/// <summary>One condition on a feature's properties. What the caller wrote becomes parameters; only these texts become SQL.</summary>
internal sealed record ItemCondition(string Property, string Operator, string Value)
{
    private static readonly string[] s_operators = ["!=", "<=", ">=", "=", "<", ">"];

    /// <exception cref="ArgumentException">It is no condition.</exception>
    public static ItemCondition Parse(string text)
    {
        var at = text.IndexOfAny(['!', '<', '>', '=']);
        var found = at > 0 ? Array.Find(s_operators, o => text.AsSpan(at).StartsWith(o, StringComparison.Ordinal)) : null;
        return found is not null
            ? new(text[..at].Trim(), found, text[(at + found.Length)..].Trim())
            : throw new ArgumentException($"'{text}' is no condition: write a property, one of = != < <= > >=, and a value, e.g. height>=50.");
    }

    public string Sql(List<object?> parameters)
    {
        var column = Property switch { "type" => "m.type", "name" => "m.name", "entity_id" => "m.entity_id", _ => null };
        parameters.Add(Value);
        var value = Parameter(parameters.Count);
        if (column is not null)
            return $"{column} {Operator} {value}";
        parameters.Add(Property);
        var property = Parameter(parameters.Count);
        // Each kind of value compares as itself; one that the asked value cannot be fails.
        return $"""
            m.entity_id IN (SELECT entity_id FROM twin.fact_at($4::TIMESTAMPTZ, $5::TIMESTAMPTZ) WHERE property = {property} AND CASE
                WHEN value_num IS NOT NULL THEN value_num {Operator} TRY_CAST({value} AS DOUBLE)
                WHEN value_ts IS NOT NULL THEN value_ts {Operator} TRY_CAST({value} AS TIMESTAMPTZ)
                ELSE value_text {Operator} {value} END)
            """;
    }

    private static string Parameter(int number) => "$" + number.ToString(CultureInfo.InvariantCulture) + "::VARCHAR";
}

/// <summary>$1 types, $2 role, $3 properties, $4 valid at, $5 known at, $6..$9 west, south, east, north or NULL, $10 id to go on after, $11 rows; then what conditions add.</summary>
internal static class ItemSql
{
    internal static string Page(string conditions) => $"""
        WITH shape AS (
            SELECT entity_id, geom, lod, source_id FROM twin.geometry_at($4::TIMESTAMPTZ, $5::TIMESTAMPTZ)
            WHERE  role = $2 AND entity_id > $10
              AND  ($6::DOUBLE IS NULL OR (bbox.xmin <= $8 AND bbox.xmax >= $6 AND bbox.ymin <= $9 AND bbox.ymax >= $7))
        ), member AS (
            SELECT m.entity_id, m.type, m.name, m.valid_from, m.valid_to, s.geom
            FROM   twin.entity_at($4::TIMESTAMPTZ, $5::TIMESTAMPTZ) m
            JOIN   shape s ON s.entity_id = m.entity_id
            WHERE  list_contains(string_split($1, ','), m.type) AND m.entity_id > $10{conditions}
            QUALIFY row_number() OVER (PARTITION BY m.entity_id ORDER BY s.lod DESC NULLS LAST, s.source_id) = 1
            ORDER BY m.entity_id LIMIT $11
        ), said AS (
            SELECT f.entity_id, list(struct_pack(property := f.property, text := f.value_text, num := f.value_num, ts := f.value_ts) ORDER BY f.property) AS facts
            FROM   (SELECT * FROM twin.fact_at($4::TIMESTAMPTZ, $5::TIMESTAMPTZ) WHERE list_contains(string_split($3, ','), property)
                    QUALIFY row_number() OVER (PARTITION BY entity_id, property ORDER BY valid_from DESC NULLS LAST) = 1) f
            SEMI JOIN member m ON m.entity_id = f.entity_id
            GROUP BY f.entity_id
        )
        SELECT m.entity_id, m.type, m.name, m.valid_from, m.valid_to, m.geom, s.facts
        FROM   member m LEFT JOIN said s ON s.entity_id = m.entity_id
        ORDER BY m.entity_id
        """;
}
