using System.Collections.Immutable;

namespace Plinth.Sandbox;

/// <summary>What came of a submission on a vendor's own machine.</summary>
/// <param name="ContentSha256">The hash that the submission will have, and that the audit names.</param>
/// <param name="Outcome">How the program ended: <c>Completed, Crashed, WallClock, Memory, Processor, Text, Killed</c></param>
/// <param name="Backend">The isolation it ran in.</param>
/// <param name="Runtime">Hash of the runtime image, or <c>host</c>.</param>
/// <param name="Rows">Predictions that passed the check.</param>
/// <param name="Fault">What is wrong with the output; null when it is sound or the program failed.</param>
/// <param name="Output">The output as it was written; null when there is none.</param>
public sealed record TrialResult(string ContentSha256, string Outcome, int? ExitCode, TimeSpan Duration, string Backend, string Runtime, string ArgumentsSha256, ImmutableArray<string> LimitsReached, ImmutableArray<string> SoftLimits,
    string StandardOutput, string StandardError, int Rows, string? Fault, byte[]? Output)
{
    /// <summary>It ended well and its output is sound.</summary>
    public bool Sound => Outcome == "Completed" && Fault is null;
}
