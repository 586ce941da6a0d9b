using Plinth.Lakehouse;

namespace Plinth.Catalog.Access;

/// <summary>Decides each passage and records it before anybody gets it.</summary>
internal sealed class Door(Lake lake, IReadOnlyDictionary<TableName, DatasetContract> datasets, AccessRegister access, AuditChain audit)
{
    private const int LongestPurpose = 200;

    public async ValueTask<Passage> EnterAsync(Principal principal, string purpose, IReadOnlyList<TableName>? asked, CancellationToken cancellationToken)
    {
        var passage = await DecideAsync(principal, purpose, asked, cancellationToken);
        Record(passage, asked);
        return passage;
    }

    private async ValueTask<Passage> DecideAsync(Principal principal, string purpose, IReadOnlyList<TableName>? asked, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(purpose) || purpose.Length > LongestPurpose)
            return new Passage.Refused(principal, purpose, $"a passage needs a purpose of at most {LongestPurpose} characters");
        // Roles count as they are recorded, not as the caller has them.
        if (access.Find(principal.Name) is not { } known)
            return new Passage.Refused(principal, purpose, "there is no such principal");
        if (known.Roles.Contains("operator"))
            return await OperatorAsync(known, purpose, asked ?? lake.Tables(), cancellationToken);

        var grants = access.All(known.Name);
        var decisions = (asked is null ? Granted(grants, purpose) : asked.Distinct()).Select(table => Decide(grants, table, purpose)).ToList();
        var refusals = decisions.Select(d => d.Refusal).OfType<string>().ToList();
        if (asked is null && decisions.Count == 0)
            refusals.Add($"no valid grant names the purpose '{purpose}'{Others(grants.Select(g => g.Grant))}");
        if (refusals.Count > 0)
            return new Passage.Refused(known, purpose, string.Join("; ", refusals));

        var tables = new List<GovernedTable>();
        foreach (var grant in decisions.Select(d => d.Grant!))
            try
            {
                tables.Add(await OpenAsync(grant, cancellationToken));
            }
            catch (TableNotFoundException e) when (e.Newest is not null)
            {
                return new Passage.Refused(known, purpose, $"grant {grant.Id} names version {grant.Version} of {grant.Dataset}, which is not there");
            }
            catch (TableNotFoundException)
            {
                if (asked is not null)
                    return new Passage.Refused(known, purpose, $"{grant.Dataset} holds nothing yet");
            }
        return new Passage.Granted(known, purpose, [.. tables]);
    }

    private async ValueTask<Passage> OperatorAsync(Principal principal, string purpose, IReadOnlyList<TableName> tables, CancellationToken cancellationToken)
    {
        var governed = new List<GovernedTable>();
        foreach (var table in tables.Distinct())
        {
            var snapshot = await lake.ReadAsync(table, cancellationToken: cancellationToken);
            governed.Add(new(table, snapshot.Version, null, new(snapshot.ToSql), [.. snapshot.Schema.Columns.Select(c => c.Name)], []));
        }
        return new Passage.Granted(principal, purpose, [.. governed]);
    }

    private async ValueTask<GovernedTable> OpenAsync(Grant grant, CancellationToken cancellationToken)
    {
        var at = grant.Version is { } version ? TableVersion.At(version) : TableVersion.Newest;
        var snapshot = await lake.ReadAsync(grant.Dataset, at, cancellationToken);
        return GovernedSql.Of(snapshot, datasets[grant.Dataset], grant);
    }

    private IEnumerable<TableName> Granted(List<GrantRecord> grants, string purpose) =>
        grants.Where(g => Valid(g) && g.Grant.Purpose == purpose).Select(g => g.Grant.Dataset).Distinct();

    /// <summary>Of several valid grants the one given last counts: it is the steward's newest word.</summary>
    private (Grant? Grant, string? Refusal) Decide(List<GrantRecord> all, TableName table, string purpose)
    {
        var grants = all.Where(g => g.Grant.Dataset == table).ToList();
        var fitting = grants.Where(g => g.Grant.Purpose == purpose).ToList();
        if (fitting.LastOrDefault(Valid) is { } valid)
            return datasets.ContainsKey(table) ? (valid.Grant, null) : (null, $"{table} has no contract any more, so only the operator may read it");
        if (fitting.LastOrDefault() is { RevokedAt: { } revoked } ended)
            return (null, $"grant {ended.Grant.Id} of {table} was revoked at {revoked:yyyy-MM-dd HH:mm:ss}Z");
        if (fitting.LastOrDefault() is { } expired)
            return (null, $"grant {expired.Grant.Id} of {table} expired at {expired.Grant.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
        return (null, grants.Count == 0 ? $"no grant names {table}" : $"no grant of {table} names the purpose '{purpose}'{Others(grants.Select(g => g.Grant))}");
    }

    private bool Valid(GrantRecord grant) => grant.RevokedAt is null && grant.Grant.ExpiresAt > lake.Time.GetUtcNow();

    private static string Others(IEnumerable<Grant> grants)
    {
        var purposes = string.Join(", ", grants.Select(g => $"'{g.Purpose}'").Distinct());
        return purposes.Length == 0 ? "" : $" (its grants are for {purposes})";
    }

    private void Record(Passage passage, IReadOnlyList<TableName>? asked)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["asked"] = asked is null ? "all" : string.Join(',', asked) };
        static string Cut(string text) => text.Length <= LongestPurpose ? text : text[..LongestPurpose] + "…";
        switch (passage)
        {
            case Passage.Granted granted:
                details["purpose"] = granted.Purpose;
                details["tables"] = string.Join(',', granted.Tables.Select(t => FormattableString.Invariant($"{t.Table}@{t.Version}")));
                details["grants"] = string.Join(',', granted.Tables.Select(t => t.GrantId).OfType<string>().Distinct());
                details["masked"] = string.Join(',', granted.Tables.SelectMany(t => t.Masked.Select(c => $"{t.Table}.{c}")));
                audit.Append("door.granted", granted.Principal.Name, details);
                break;
            case Passage.Refused refused:
                details["purpose"] = Cut(refused.Purpose);
                details["reason"] = refused.Reason;
                audit.Append("door.refused", Cut(refused.Principal.Name), details);
                break;
        }
    }
}
