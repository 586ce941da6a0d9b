using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Plinth.Catalog.Access;
using Plinth.Catalog.Audit;
using Plinth.Catalog.Control;
using Plinth.Lakehouse;

namespace Plinth.Catalog;

/// <summary>Principals with their API keys, and grants. What changes here is a line of the audit chain.</summary>
public sealed partial class AccessRegister
{
    private static readonly string[] Roles = ["operator", "steward", "planner", "vendor", "module", "reviewer", "ingest"];
    private readonly ControlStore _store;
    private readonly IReadOnlyDictionary<TableName, DatasetContract> _datasets;
    private readonly AuditChain _audit;
    private readonly TimeProvider _time;

    internal AccessRegister(ControlStore store, IReadOnlyDictionary<TableName, DatasetContract> datasets, AuditChain audit, TimeProvider time) =>
        (_store, _datasets, _audit, _time) = (store, datasets, audit, time);

    /// <summary>Adds a principal and returns its API key, which is shown this once; only a salted hash is kept. Null when the principal is there already.</summary>
    /// <exception cref="AccessException">The name or a role cannot be.</exception>
    public string? AddPrincipal(Principal principal)
    {
        Check(principal);
        var key = ApiKey.New();
        var (salt, hash) = ApiKey.Seal(key);
        var added = _store.Write(t =>
        {
            if (t.Query("SELECT 1 FROM principal WHERE name = $1", _ => 1, principal.Name).Count > 0)
                return false;
            t.Execute("INSERT INTO principal VALUES ($1, $2, $3, $4)", principal.Name, principal.Organisation, string.Join(',', principal.Roles), Now());
            t.Execute("INSERT INTO api_key (principal, salt, hash, created_at) VALUES ($1, $2, $3, $4)", principal.Name, salt, hash, Now());
            Record("access.principal_added", new() { ["name"] = principal.Name, ["organisation"] = principal.Organisation, ["roles"] = string.Join(',', principal.Roles) });
            return true;
        });
        return added ? key : null;
    }

    /// <summary>The principal of an API key, or null.</summary>
    public Principal? Authenticate(string apiKey)
    {
        if (!apiKey.StartsWith(ApiKey.Prefix, StringComparison.Ordinal) || apiKey.Length > 100)
            return null;
        string? found = null;
        foreach (var (name, salt, hash) in _store.Query("SELECT principal, salt, hash FROM api_key", r => (r.GetString(0), (byte[])r[1], (byte[])r[2])))
            if (ApiKey.Matches(apiKey, salt, hash)) // no early end: the time tells nothing
                found = name;
        return found is null ? null : Find(found);
    }

    /// <summary>A principal by name, or null.</summary>
    public Principal? Find(string name) =>
        name == Principal.Operator.Name ? Principal.Operator : _store.Query("SELECT name, organisation, roles FROM principal WHERE name = $1", ReadPrincipal, name).SingleOrDefault();

    /// <summary>All principals, by name; <see cref="Principal.Operator"/> is not among them.</summary>
    public IReadOnlyList<Principal> Principals() => _store.Query("SELECT name, organisation, roles FROM principal ORDER BY name", ReadPrincipal);

    /// <summary>Records a grant; an equal one that is still the one that counts is returned instead of doubled. Of several for one purpose the one given last counts. The id given is replaced by one of the catalog's.</summary>
    /// <exception cref="AccessException">The principal, the dataset or a column is not there, the row filter is not one condition on its columns, or it is over already.</exception>
    public Grant Give(Grant grant)
    {
        Check(grant);
        var id = "grt_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var columns = string.Join(',', grant.Columns.IsDefault ? [] : grant.Columns);
        return _store.Write(t =>
        {
            object?[] values = [grant.Principal, grant.Dataset.ToString(), grant.Purpose, columns, (int)grant.MaxLevel, grant.RowFilter, grant.Version, Text(grant.ExpiresAt)];
            if (t.Query(GrantSql.Equal, ReadGrant, [.. values, Now()]) is [var equal, ..])
                return equal.Grant;
            t.Execute(GrantSql.Insert, [.. values, id, Now()]);
            Record("access.granted", new()
            {
                ["grant"] = id, ["to"] = grant.Principal, ["dataset"] = grant.Dataset.ToString(), ["purpose"] = grant.Purpose, ["columns"] = columns, ["level"] = grant.MaxLevel.ToString(),
                ["filter"] = grant.RowFilter ?? "", ["version"] = grant.Version?.ToString(CultureInfo.InvariantCulture) ?? "newest", ["until"] = Text(grant.ExpiresAt),
            });
            return grant with { Id = id };
        });
    }

    /// <summary>Ends a grant now; false when there is none of that id, or it was ended before.</summary>
    public bool Revoke(string grantId)
    {
        return _store.Write(t =>
        {
            if (t.Execute("UPDATE access_grant SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", grantId, Now()) == 0)
                return false;
            Record("access.revoked", new() { ["grant"] = grantId });
            return true;
        });
    }

    /// <summary>Grants that were not revoked, of one principal or all, in the order of giving; expired ones too.</summary>
    public IReadOnlyList<Grant> Grants(string? principal = null) =>
        [.. All(principal).Where(g => g.RevokedAt is null).Select(g => g.Grant)];

    internal List<GrantRecord> All(string? principal) => _store.Query(GrantSql.All, ReadGrant, principal);

    private static Principal ReadPrincipal(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), [.. row.GetString(2).Split(',', StringSplitOptions.RemoveEmptyEntries)]);

    private static GrantRecord ReadGrant(SqliteDataReader row) => new(
        new()
        {
            Id = row.GetString(0), Principal = row.GetString(1), Dataset = TableName.Parse(row.GetString(2)), Purpose = row.GetString(3),
            Columns = [.. row.GetString(4).Split(',', StringSplitOptions.RemoveEmptyEntries)], MaxLevel = (Level)row.GetInt32(5),
            RowFilter = row.IsDBNull(6) ? null : row.GetString(6), Version = row.IsDBNull(7) ? null : row.GetInt64(7), ExpiresAt = Time(row.GetString(8)),
        },
        row.IsDBNull(9) ? null : Time(row.GetString(9)));

    private static void Check(Principal principal)
    {
        var faults = new List<string>();
        if (!PrincipalName().IsMatch(principal.Name) || principal.Name == Principal.Operator.Name)
            faults.Add($"'{principal.Name}' is not a name for a principal; write kind:name, e.g. vendor:acme or person:li");
        if (principal.Roles.IsDefaultOrEmpty)
            faults.Add($"it has no role; give any of {string.Join(", ", Roles)}");
        else
            faults.AddRange(principal.Roles.Except(Roles).Select(role => $"role '{role}' is not known; known are {string.Join(", ", Roles)}"));
        if (faults.Count > 0)
            throw new AccessException($"principal '{principal.Name}'", faults);
    }

    private void Check(Grant grant)
    {
        var faults = new List<string>();
        if (grant.Principal == Principal.Operator.Name)
            faults.Add("the operator reads everything and needs no grant");
        else if (Find(grant.Principal) is null)
            faults.Add($"there is no principal '{grant.Principal}'; add it first");
        if (grant.Purpose.Length is 0 or > 200 || grant.Purpose.Any(char.IsControl) || grant.Purpose.Trim() != grant.Purpose)
            faults.Add("a purpose is a short text on one line");
        if (!Enum.IsDefined(grant.MaxLevel))
            faults.Add("the level is one of L1 to L4");
        if (grant.ExpiresAt <= _time.GetUtcNow())
            faults.Add($"it expired at {Text(grant.ExpiresAt)}; name a time to come");
        if (!_datasets.TryGetValue(grant.Dataset, out var dataset))
            faults.Add($"dataset '{grant.Dataset}' has no contract, so only the operator may read it");
        else
        {
            var unknown = (grant.Columns.IsDefault ? [] : grant.Columns).Except(dataset.Columns.Select(c => c.Name));
            faults.AddRange(unknown.Select(column => $"'{grant.Dataset}' has no column '{column}'"));
            if (grant.RowFilter is { } filter && RowFilter.Fault(filter, dataset) is { } fault)
                faults.Add(fault);
        }
        if (faults.Count > 0)
            throw new AccessException($"grant of '{grant.Dataset}' to '{grant.Principal}'", faults);
    }

    /// <summary>Called before the store commits: after a crash the chain may tell of a change that did not come about, never miss one that did.</summary>
    private void Record(string action, Dictionary<string, string> details) => _audit.Append(action, Principal.Operator.Name, details);

    private string Now() => Text(_time.GetUtcNow());

    private static string Text(DateTimeOffset time) => CanonicalJson.Time(time);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    [GeneratedRegex(@"^[a-z]+:[\p{L}\p{Nd}._-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex PrincipalName();
}

/// <summary>A grant with what became of it.</summary>
internal sealed record GrantRecord(Grant Grant, DateTimeOffset? RevokedAt);
