namespace Plinth.Catalog.Access;

/// <summary>Statements on grants. Columns are read in the order of <see cref="All"/>.</summary>
internal static class GrantSql
{
    /// <summary>$1 principal, or null for all.</summary>
    public const string All = """
        SELECT   id, principal, dataset, purpose, columns, max_level, row_filter, version, expires_at, revoked_at
        FROM     access_grant
        WHERE    $1 IS NULL OR principal = $1
        ORDER BY sequence
        """;

    /// <summary>Not revoked, alike in everything, the end included, and with none given since that counts instead. $1 … $8 as in <see cref="Insert"/>, $9 now.</summary>
    public const string Equal = """
        SELECT   id, principal, dataset, purpose, columns, max_level, row_filter, version, expires_at, revoked_at
        FROM     access_grant AS g
        WHERE    principal = $1 AND dataset = $2 AND purpose = $3 AND columns = $4 AND max_level = $5
                 AND row_filter IS $6 AND version IS $7 AND expires_at = $8 AND revoked_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM access_grant AS later
                                 WHERE later.principal = $1 AND later.dataset = $2 AND later.purpose = $3 AND later.sequence > g.sequence
                                       AND later.revoked_at IS NULL AND later.expires_at > $9)
        """;

    /// <summary>$1 principal, $2 dataset, $3 purpose, $4 columns, $5 level, $6 filter, $7 version, $8 end, $9 id, $10 now.</summary>
    public const string Insert = """
        INSERT INTO access_grant (principal, dataset, purpose, columns, max_level, row_filter, version, expires_at, id, given_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;
}
