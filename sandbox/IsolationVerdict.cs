using System.Collections.Immutable;

namespace Plinth.Sandbox;

/// <summary>Result of the self test: each attack must reach its goal on the bare host (or the test proves nothing) and must not inside.</summary>
/// <param name="Available">Submissions can run.</param>
/// <param name="Backend">E.g. <c>bubblewrap 0.8.0</c>.</param>
/// <param name="Hash">Over filter, arguments, versions and results; kept with each run.</param>
/// <param name="Reason">When not available: what is missing or failed, and what to do.</param>
/// <param name="SoftLimits">Limits that hold only partly here, and how.</param>
public sealed record IsolationVerdict(bool Available, string Backend, string Hash, ImmutableArray<IsolationProbe> Probes, string? Reason, ImmutableArray<string> SoftLimits);

/// <summary>One attack of the self test.</summary>
/// <param name="Host">What it did on the bare host: <c>reached</c>, else the test proves nothing.</param>
/// <param name="Inside">What it did inside: <c>blocked: …</c>, else the isolation leaks.</param>
public sealed record IsolationProbe(string Attack, string Host, string Inside)
{
    /// <summary>It worked outside and failed inside.</summary>
    public bool Passed => Host == "reached" && Inside.StartsWith("blocked", StringComparison.Ordinal);
}
