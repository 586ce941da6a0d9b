using Plinth.Lakehouse;

namespace Plinth.Catalog;

/// <summary>What the city's datasets are, who may read them, and the record of who did. Safe to use from many threads and processes.</summary>
/// <remarks>Contracts come from the program's own files and from <c>&lt;lake&gt;/contracts/</c>; principals and grants lie in <c>&lt;lake&gt;/control/</c>.</remarks>
public sealed class CityCatalog : IDisposable
{
    /// <summary>Opens the catalog of a lake; makes its control store when absent.</summary>
    public static CityCatalog Open(Lake lake) => throw new NotImplementedException();

    /// <summary>The lake.</summary>
    public Lake Lake => throw new NotImplementedException();

    /// <summary>All contracts of datasets, by table.</summary>
    public IReadOnlyDictionary<TableName, DatasetContract> Datasets => throw new NotImplementedException();

    /// <summary>All layouts, by name.</summary>
    public IReadOnlyDictionary<string, SourceContract> Sources => throw new NotImplementedException();

    /// <summary>A layout by its name, or from a YAML file given by path.</summary>
    /// <exception cref="ContractException">There is none, or the file has faults: all are listed.</exception>
    public SourceContract Source(string nameOrFile) => throw new NotImplementedException();

    /// <summary>Principals and grants.</summary>
    public AccessRegister Access => throw new NotImplementedException();

    /// <summary>The audit chain.</summary>
    public AuditChain Audit => throw new NotImplementedException();

    /// <summary>The one governed door for reading. Each passage, granted or refused, is a line of the audit chain.</summary>
    /// <param name="datasets">Null asks for every dataset that the principal has a grant for (the operator: every table).</param>
    public ValueTask<Passage> EnterAsync(Principal principal, string purpose, IReadOnlyList<TableName>? datasets = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}

/// <summary>Principals with their API keys, and grants.</summary>
public sealed class AccessRegister
{
    internal AccessRegister() { }

    /// <summary>Adds a principal and returns its API key, which is shown this once; only a salted hash is kept. Null when the principal is there already.</summary>
    public string? AddPrincipal(Principal principal) => throw new NotImplementedException();

    /// <summary>The principal of an API key, or null.</summary>
    public Principal? Authenticate(string apiKey) => throw new NotImplementedException();

    /// <summary>A principal by name, or null.</summary>
    public Principal? Find(string name) => throw new NotImplementedException();

    /// <summary>All principals.</summary>
    public IReadOnlyList<Principal> Principals() => throw new NotImplementedException();

    /// <summary>Records a grant; an equal one that is still valid is returned instead of doubled.</summary>
    public Grant Give(Grant grant) => throw new NotImplementedException();

    /// <summary>Ends a grant now.</summary>
    public bool Revoke(string grantId) => throw new NotImplementedException();

    /// <summary>Grants, of one principal or all.</summary>
    public IReadOnlyList<Grant> Grants(string? principal = null) => throw new NotImplementedException();
}

/// <summary>Append-only record of what happened: each line carries the hash of the one before (<c>h_n = SHA-256(h_{n-1} ‖ canonical JSON)</c>).</summary>
/// <remarks>Lies in <c>&lt;lake&gt;/control/audit.jsonl</c>; safe for several processes (file lock).</remarks>
public sealed class AuditChain
{
    internal AuditChain() { }

    /// <summary>Adds a line and returns its number, from 1.</summary>
    /// <param name="action">A dotted verb, e.g. <c>door.granted</c>, <c>sandbox.released</c>.</param>
    /// <param name="details">No secrets, no personal data.</param>
    public long Append(string action, string principal, IReadOnlyDictionary<string, string> details) => throw new NotImplementedException();

    /// <summary>All lines, oldest first.</summary>
    public IEnumerable<AuditEntry> Read() => throw new NotImplementedException();

    /// <summary>Checks every hash; says where the chain breaks.</summary>
    public AuditVerdict Verify() => throw new NotImplementedException();
}

/// <summary>One line of the chain.</summary>
public sealed record AuditEntry(long Number, DateTimeOffset At, string Action, string Principal, IReadOnlyDictionary<string, string> Details, string Hash);

/// <summary>The result of checking a chain.</summary>
/// <param name="Lines">Lines read.</param>
/// <param name="BrokenAt">The first line that does not fit, or null.</param>
public sealed record AuditVerdict(long Lines, string Head, long? BrokenAt, string? Reason);

/// <summary>A contract has faults; all are listed at once.</summary>
public sealed class ContractException(string file, IReadOnlyList<string> faults) : LakeException($"{file}: {string.Join("; ", faults)}")
{
    /// <summary>The contract's file or name.</summary>
    public string File { get; } = file;

    /// <summary>Each fault: where, what, what to do.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
