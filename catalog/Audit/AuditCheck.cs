namespace Plinth.Catalog.Audit;

/// <summary>Goes through the whole chain.</summary>
internal static class AuditCheck
{
    public static AuditVerdict Run(AuditFile file)
    {
        var head = file.Head();
        var (number, hash, hashOfHead) = (0L, AuditLine.Genesis, head?.Number == 0 ? AuditLine.Genesis : null);
        foreach (var line in file.Lines())
        {
            if (Fault(line, number, hash, out var entry) is { } fault)
                return new(number, hash, number + 1, fault);
            (number, hash) = (entry!.Number, entry.Hash);
            if (number == head?.Number)
                hashOfHead = hash;
        }
        if (End(head, number, hashOfHead) is { } reason)
            return new(number, hash, Math.Min(number, head?.Number ?? 0) + 1, reason);
        var torn = file.Torn().Length;
        return new(number, hash, null, torn > 0 ? $"{torn} bytes of an unfinished line stand at the end; the next line sets them aside" : null);
    }

    private static string? Fault(byte[] line, long number, string hash, out AuditEntry? entry)
    {
        entry = AuditLine.Parse(line);
        if (entry is null)
            return "the line is not as it was written";
        if (entry.Number != number + 1)
            return $"line {number + 1} was expected, but line {entry.Number} stands here: lines were removed, added or put in another order";
        return AuditLine.Hash(hash, entry) == entry.Hash ? null : "its hash does not fit: this line or one before was changed";
    }

    private static string? End(AuditHead? head, long number, string? hashOfHead) => head switch
    {
        null when number > 1 => "audit.head is missing, so that lines cut off at the end would not be seen",
        null => null,
        { Number: var last } when last > number => $"it ends at line {number}, but line {last} was written last: lines were cut off",
        { Number: var last } when last < number - 1 => $"it ends at line {number}, but line {last} was written last",
        { Hash: var expected } when expected != hashOfHead => "audit.head names another hash for that line",
        _ => null,
    };
}
