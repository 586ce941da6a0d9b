using Plinth.Catalog.Audit;
using Plinth.Lakehouse;

namespace Plinth.Catalog;

/// <summary>Append-only record of what happened: each line carries the hash of the one before (<c>h_n = SHA-256(h_{n-1} ‖ canonical JSON)</c>).</summary>
/// <remarks>
/// Lies in <c>&lt;lake&gt;/control/audit.jsonl</c>; safe for several processes (file lock). The last hash also lies in <c>audit.head</c>, so that lines cut off at the end
/// are missed; who can write both files can forge both, so note the head elsewhere from time to time.
/// </remarks>
public sealed class AuditChain
{
    private readonly AuditFile _file;
    private readonly TimeProvider _time;
    private readonly Lock _oneThread = new();

    internal AuditChain(string folder, TimeProvider time) => (_file, _time) = (new(folder), time);

    /// <summary>Adds a line and returns its number, from 1.</summary>
    /// <param name="action">A dotted verb, e.g. <c>door.granted</c>, <c>sandbox.released</c>.</param>
    /// <param name="details">No secrets, no personal data.</param>
    /// <remarks>What a crash left unfinished at the end is moved to <c>audit.torn-…</c> and noted by a line <c>audit.healed</c> of its own.</remarks>
    /// <exception cref="AuditBrokenException">The chain's end is not the one that was written last: nothing is added to a broken chain.</exception>
    public long Append(string action, string principal, IReadOnlyDictionary<string, string> details)
    {
        lock (_oneThread)
        {
            using var held = _file.Lock();
            var head = _file.End();
            if (_file.SetTornAside(head.Number + 1) is { Count: > 0 } torn)
                head = Write(head, "audit.healed", Principal.Operator.Name, torn);
            return Write(head, action, principal, details).Number;
        }
    }

    /// <summary>All lines, oldest first.</summary>
    /// <exception cref="AuditBrokenException">A line cannot be read.</exception>
    public IEnumerable<AuditEntry> Read()
    {
        var number = 0L;
        foreach (var line in _file.Lines())
            yield return AuditLine.Parse(line) is { } entry && entry.Number == ++number ? entry : throw new AuditBrokenException(number + 1, "the line cannot be read");
    }

    /// <summary>Checks every hash; says where the chain breaks.</summary>
    public AuditVerdict Verify()
    {
        lock (_oneThread)
        {
            using var held = _file.Lock();
            return AuditCheck.Run(_file);
        }
    }

    private AuditHead Write(AuditHead head, string action, string principal, IReadOnlyDictionary<string, string> details)
    {
        var clean = details.ToDictionary(d => AuditLine.Clean(d.Key), d => AuditLine.Clean(d.Value), StringComparer.Ordinal);
        var entry = new AuditEntry(head.Number + 1, _time.GetUtcNow(), AuditLine.Clean(action), AuditLine.Clean(principal), clean, "");
        entry = entry with { Hash = AuditLine.Hash(head.Hash, entry) };
        return _file.Append(entry);
    }
}

/// <summary>One line of the chain.</summary>
public sealed record AuditEntry(long Number, DateTimeOffset At, string Action, string Principal, IReadOnlyDictionary<string, string> Details, string Hash);

/// <summary>The result of checking a chain.</summary>
/// <param name="Lines">Lines read.</param>
/// <param name="Head">Hash of the last line that fits.</param>
/// <param name="BrokenAt">The first line that does not fit, or null.</param>
/// <param name="Reason">Why it does not; with <paramref name="BrokenAt"/> null, what a crash left behind and the next line will mend.</param>
public sealed record AuditVerdict(long Lines, string Head, long? BrokenAt, string? Reason);

/// <summary>The audit chain does not fit together; nothing is added to it, so no door opens until somebody has looked.</summary>
public sealed class AuditBrokenException(long line, string reason)
    : LakeException($"The audit chain is broken at line {line}: {reason}. 'plinth audit verify' checks all of it; keep control/audit.* as evidence before mending anything.")
{
    /// <summary>The first line that does not fit, from 1.</summary>
    public long Line { get; } = line;
}
