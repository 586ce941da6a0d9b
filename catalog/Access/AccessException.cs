using Plinth.Lakehouse;

namespace Plinth.Catalog;

/// <summary>A principal or grant was asked for that cannot be; all faults are listed at once.</summary>
public sealed class AccessException(string what, IReadOnlyList<string> faults) : LakeException($"{what}: {string.Join("; ", faults)}")
{
    /// <summary>Each fault: what, and what to do.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
