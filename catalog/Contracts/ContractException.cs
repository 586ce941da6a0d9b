using Plinth.Lakehouse;

namespace Plinth.Catalog;

/// <summary>A contract has faults; all are listed at once.</summary>
public sealed class ContractException(string file, IReadOnlyList<string> faults) : LakeException($"{file}: {string.Join("; ", faults)}")
{
    /// <summary>The contract's file or name.</summary>
    public string File { get; } = file;

    /// <summary>Each fault: where, what, what to do.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
