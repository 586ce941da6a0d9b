namespace Plinth.Twin.Query;

/// <summary>Statements of <see cref="ItemReader"/>.</summary>
internal static class ItemSql
{
    /// <summary>Entities of a layer that were ever in a box, in the order of their identifiers: $1 types, $2 role, $3 id to go on after, $4..$7 west, south, east, north or NULL, $8 how many.</summary>
    internal const string Candidates = """
        SELECT entity_id, any_value(seq) FROM held.place
        WHERE  role = $2 AND list_contains(string_split($1, ','), type) AND entity_id > $3
          AND  ($4::DOUBLE IS NULL OR (xmin <= $6 AND xmax >= $4 AND ymin <= $7 AND ymax >= $5))
        GROUP BY entity_id ORDER BY entity_id LIMIT $8
        """;

    /// <summary>Those of some candidates that are there at the time: $1 types, $2 role, $3 valid at, $4 known at, $5..$8 west, south, east, north or NULL, $9 rows; then what conditions add.</summary>
    internal static string Members(IReadOnlyCollection<long> candidates, string conditions) => $"""
        WITH shape AS (
            SELECT seq, geom, lod, source_id FROM {HeldSql.AsOf("geometry", HeldSql.In(candidates) + " AND role = $2", "$3", "$4")}
            WHERE  $5::DOUBLE IS NULL OR (bbox.xmin <= $7 AND bbox.xmax >= $5 AND bbox.ymin <= $8 AND bbox.ymax >= $6)
        )
        SELECT m.seq, m.entity_id, m.type, m.name, m.valid_from, m.valid_to, s.geom
        FROM   {HeldSql.AsOf("entity", HeldSql.In(candidates), "$3", "$4")} m
        JOIN   shape s ON s.seq = m.seq
        WHERE  list_contains(string_split($1, ','), m.type){conditions}
        QUALIFY row_number() OVER (PARTITION BY m.entity_id ORDER BY s.lod DESC NULLS LAST, s.source_id) = 1
        ORDER BY m.entity_id LIMIT $9
        """;

    /// <summary>Facts of some entities: $1 properties, $2 valid at, $3 known at.</summary>
    internal static string Facts(IEnumerable<long> seqs) => $"""
        SELECT seq, list(struct_pack(property := property, text := value_text, num := value_num, ts := value_ts) ORDER BY property) AS facts
        FROM   (SELECT * FROM {HeldSql.AsOf("fact", HeldSql.In(seqs) + " AND list_contains(string_split($1, ','), property)", "$2", "$3")}
                QUALIFY row_number() OVER (PARTITION BY seq, property ORDER BY valid_from DESC NULLS LAST) = 1)
        GROUP BY seq
        """;
}
