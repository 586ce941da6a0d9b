namespace Plinth.Catalog;

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
