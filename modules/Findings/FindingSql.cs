namespace Plinth.Modules;

/// <summary>How proposals stand: each with its finding and the newest decision about it.</summary>
internal static class FindingSql
{
    private const string States = """
        WITH newest AS (          -- the decision that counts: the last one
            SELECT   proposal_id, decision, corrected_value, decided_by, decided_at
            FROM     module.feedback
            QUALIFY  row_number() OVER (PARTITION BY proposal_id ORDER BY decided_at DESC, feedback_id) = 1
        ),
        state AS (
            SELECT   p.proposal_id, p.finding_id, p.module, p.action, f.kind, p.subject_id, p.value, f.confidence, f.algorithm, p.created_at,
                     coalesce(n.decision, 'open') AS state, n.corrected_value, n.decided_by, n.decided_at, p.details, f.evidence
            FROM     module.proposal p
            JOIN     module.finding  f USING (finding_id)
            LEFT JOIN newest         n USING (proposal_id)
        )

        """;

    /// <summary>Parameters: module, state or NULL for all, limit.</summary>
    internal const string Proposals = States + """
        SELECT   *
        FROM     state
        WHERE    module = $1 AND ($2::VARCHAR IS NULL OR state = $2)
        ORDER BY created_at DESC, proposal_id
        LIMIT    $3
        """;

    /// <summary>Parameter: module.</summary>
    internal const string Counts = States + """
        SELECT   state, count(*)
        FROM     state
        WHERE    module = $1
        GROUP BY state
        ORDER BY state
        """;

    internal static ProposalState ToState(object?[] row) => new((string)row[0]!, (string)row[1]!, (string)row[2]!, (string)row[3]!, (string)row[4]!, (string)row[5]!,
        (string?)row[6], (double?)row[7], (string)row[8]!, (DateTime)row[9]!, (string)row[10]!, (string?)row[11], (string?)row[12], (DateTime?)row[13], (string?)row[14], (string?)row[15]);
}
