using System.Collections.Immutable;

namespace Plinth.Sandbox;

/// <summary>Result of the conformance job for one back end: each attack must reach its goal on the bare host (or it proves nothing) and must not inside.</summary>
/// <param name="Available">Submissions can run.</param>
/// <param name="Backend">E.g. <c>bubblewrap 0.8.0</c>.</param>
/// <param name="Hash">Over filter, arguments, versions and results; kept with each run.</param>
/// <param name="Reason">When not available: what is missing or failed, and what to do.</param>
/// <param name="SoftLimits">Limits that hold only partly here, and how.</param>
public sealed record IsolationVerdict(bool Available, string Backend, string Hash, ImmutableArray<IsolationProbe> Probes, string? Reason, ImmutableArray<string> SoftLimits);

/// <summary>One attack of the conformance job.</summary>
/// <param name="Host">What it did on the bare host: <c>reached</c>, else it proves nothing.</param>
/// <param name="Inside">What it did inside: <c>blocked: …</c>, else the isolation leaks.</param>
public sealed record IsolationProbe(string Attack, string Host, string Inside)
{
    /// <summary>Not every host has what it is after (a device, root): where it fails on the bare host it need only be blocked inside.</summary>
    public bool MayBeUnproved { get; init; }

    /// <summary>It reached its goal on the bare host, so that a failure inside means something.</summary>
    public bool Proved => Host == "reached";

    /// <summary>It failed inside, and worked outside unless it may not.</summary>
    public bool Passed => (Proved || MayBeUnproved) && Inside.StartsWith("blocked", StringComparison.Ordinal);
}
