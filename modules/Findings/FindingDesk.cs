using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Modules;

/// <summary>
/// Where results of algorithms reach the city's modules and people's decisions come back: findings, proposals, feedback,
/// each an append-only table. Everything here may be repeated: what is there already is not added again.
/// </summary>
public sealed class FindingDesk(CityCatalog catalog)
{
    private readonly Lake _lake = catalog.Lake;

    /// <summary>An identifier made from its parts: equal parts, equal identifier.</summary>
    public static string Identify(string type, params ReadOnlySpan<string?> parts) =>
        $"urn:plinth:{type}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', parts!))))[..20]}";

    /// <summary>Adds the findings that are not there yet.</summary>
    /// <param name="batch">Names the batch for exactly-once; equal batches are added once.</param>
    /// <returns>How many were new.</returns>
    public async ValueTask<int> AddFindingsAsync(IReadOnlyList<Finding> findings, AppTransaction batch, Lineage lineage, CancellationToken cancellationToken = default)
    {
        var known = await KnownAsync(Finding.Table, "finding_id", cancellationToken);
        var fresh = findings.Where(f => known.Add(f.FindingId)).ToList();
        return await AppendAsync(Finding.Table, fresh, f => f.ToRow(), batch, lineage, cancellationToken);
    }

    /// <summary>Turns the module's findings that have no proposal yet into proposals.</summary>
    /// <returns>How many were new.</returns>
    public async ValueTask<int> ProposeAsync(IModule module, string runId, string codeVersion, CancellationToken cancellationToken = default)
    {
        if (!_lake.Exists(Finding.Table))
            return 0;
        var findings = await _lake.ReadAsync(Finding.Table, cancellationToken: cancellationToken);
        var known = await KnownAsync(Proposal.Table, "finding_id", cancellationToken);
        List<Proposal> proposals = [];
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        foreach (var row in connection.Rows($"SELECT * FROM ({findings.ToSql()}) WHERE module = $1 ORDER BY finding_id", [module.Name], cancellationToken))
        {
            var finding = Finding.FromRow(row);
            if (known.Contains(finding.FindingId) || module.Propose(finding) is not var (action, value, details))
                continue;
            proposals.Add(new(Identify("proposal", finding.FindingId, action), finding.FindingId, module.Name, action, finding.SubjectId, value, details,
                _lake.Time.GetUtcNow().UtcDateTime, runId));
        }

        Lineage lineage = new([$"table:{Finding.Table}@{findings.Version}"], runId, codeVersion, $"module:{module.Name}", "propose");
        return await AppendAsync(Proposal.Table, proposals, p => p.ToRow(), new($"propose:{module.Name}", findings.Version), lineage, cancellationToken);
    }

    /// <summary>The module's proposals and how each stands, newest first.</summary>
    /// <param name="state">open, accepted, rejected, corrected, or null for all.</param>
    public async ValueTask<IReadOnlyList<ProposalState>> ListAsync(string module, string? state = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        if (!_lake.Exists(Proposal.Table))
            return [];
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        await ViewsAsync(connection, cancellationToken);
        return [.. connection.Rows(FindingSql.Proposals, [module, state, (long)limit], cancellationToken).Select(FindingSql.ToState)];
    }

    /// <summary>How many of the module's proposals are in each state.</summary>
    public async ValueTask<IReadOnlyDictionary<string, long>> CountAsync(string module, CancellationToken cancellationToken = default)
    {
        if (!_lake.Exists(Proposal.Table))
            return ImmutableDictionary<string, long>.Empty;
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        await ViewsAsync(connection, cancellationToken);
        return connection.Rows(FindingSql.Counts, [module], cancellationToken).ToDictionary(r => (string)r[0]!, r => (long)r[1]!);
    }

    /// <summary>Records decisions. The decision that a proposal has already is not recorded again; another one is added and counts from then on.</summary>
    /// <returns>How many were recorded.</returns>
    /// <exception cref="ProposalException">A proposal is not there, is another module's, or a correction says nothing. Nothing is recorded then.</exception>
    public async ValueTask<int> DecideAsync(string module, IReadOnlyList<Verdict> verdicts, string runId, string codeVersion, CancellationToken cancellationToken = default)
    {
        var states = (await ListAsync(module, limit: int.MaxValue, cancellationToken: cancellationToken)).ToDictionary(p => p.ProposalId);
        var faults = verdicts.Where(v => !states.ContainsKey(v.ProposalId))
            .Select(v => $"the {module} module has no proposal '{v.ProposalId}'; 'plinth {module} list' shows those it has")
            .Concat(verdicts.Where(v => v.Decision == Decision.Corrected && string.IsNullOrWhiteSpace(v.CorrectedValue))
                .Select(v => $"a correction of '{v.ProposalId}' must say the right value"))
            .ToList();
        if (faults.Count > 0)
            throw new ProposalException(string.Join("; ", faults));

        var now = _lake.Time.GetUtcNow().UtcDateTime;
        var fresh = verdicts
            .Where(v => states[v.ProposalId] is var s && (s.State != Name(v.Decision) || s.CorrectedValue != Corrected(v)))
            .Select(v => (object?[])
            [
                Identify("feedback", v.ProposalId, Name(v.Decision), Corrected(v), states[v.ProposalId].DecidedAt?.Ticks.ToString()),
                v.ProposalId, states[v.ProposalId].FindingId, module, Name(v.Decision), Corrected(v), v.DecidedBy, now, v.Note,
            ])
            .ToList();
        if (fresh.Count == 0)
            return 0;
        // The batch is named after its feedback: repeated after a crash it is the same batch.
        AppTransaction batch = new(Identify("feedback-batch", [.. fresh.Select(r => (string)r[0]!)]), 1);
        return await AppendAsync(Verdict.Table, fresh, r => r, batch, new([$"table:{Proposal.Table}"], runId, codeVersion, verdicts[0].DecidedBy, "decide"), cancellationToken);
    }

    private static string Name(Decision decision) => decision.ToString().ToLowerInvariant();

    private static string? Corrected(Verdict verdict) => verdict.Decision == Decision.Corrected ? verdict.CorrectedValue : null;

    private async ValueTask ViewsAsync(Plinth.Lakehouse.Engine.SqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var table in new[] { Finding.Table, Proposal.Table, Verdict.Table })
            await EnsureAsync(table, cancellationToken);
        var snapshots = new List<Snapshot>();
        foreach (var table in new[] { Finding.Table, Proposal.Table, Verdict.Table })
            snapshots.Add(await _lake.ReadAsync(table, cancellationToken: cancellationToken));
        await _lake.CreateViewsAsync(connection, snapshots, cancellationToken);
    }

    private async ValueTask EnsureAsync(TableName table, CancellationToken cancellationToken)
    {
        if (!_lake.Exists(table))
            (await _lake.CommitAsync(new() { Table = table, Schema = catalog.Datasets[table].ToSchema() }, cancellationToken)).RequireVersion(table);
    }

    private async ValueTask<HashSet<string>> KnownAsync(TableName table, string column, CancellationToken cancellationToken)
    {
        if (!_lake.Exists(table))
            return [];
        var snapshot = await _lake.ReadAsync(table, cancellationToken: cancellationToken);
        using var database = _lake.OpenSql();
        using var connection = database.Connect();
        return [.. connection.Rows($"SELECT DISTINCT {column} FROM ({snapshot.ToSql()})", cancellationToken: cancellationToken).Select(r => (string)r[0]!)];
    }

    private async ValueTask<int> AppendAsync<T>(TableName table, List<T> rows, Func<T, object?[]> toRow, AppTransaction batch, Lineage lineage, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return 0;
        var outcome = await _lake.CommitAsync(new()
        {
            Table = table,
            Schema = catalog.Datasets[table].ToSchema(),
            Rows = new RowSource.Values(rows.Select(toRow)),
            Transaction = batch,
            Lineage = lineage,
        }, cancellationToken);
        outcome.RequireVersion(table);
        return outcome is CommitOutcome.Committed ? rows.Count : 0;
    }
}
