using System.Collections.Immutable;

namespace Plinth.Sandbox.Isolation;

/// <summary>One thing to run in isolation.</summary>
internal sealed record IsolatedJob
{
    /// <summary>Program and arguments as seen inside, e.g. <c>/usr/bin/python3 -s -B /app/main.py</c>.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Files for /app: relative path inside, file on the host. Copied, never linked.</summary>
    public required IReadOnlyDictionary<string, string> App { get; init; }

    /// <summary>Writes the files of /in into a folder that is gone after the run.</summary>
    public Func<string, CancellationToken, ValueTask>? WriteInputs { get; init; }

    /// <summary>Plain names of the files that may come out of /out.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>Environment inside, beside the fixed few.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = NoEnvironment;

    internal static readonly ImmutableSortedDictionary<string, string> NoEnvironment = ImmutableSortedDictionary<string, string>.Empty;

    public RunLimits Limits { get; init; } = new();
}

/// <summary>How a run ended.</summary>
internal enum IsolatedOutcome
{
    /// <summary>Exit code 0.</summary>
    Completed,
    /// <summary>Another exit code or a signal of its own.</summary>
    Crashed,
    WallClock,
    Memory,
    Processor,
    /// <summary>Wrote too much to standard output or error.</summary>
    Text,
    /// <summary>Ended from outside.</summary>
    Killed,
}

/// <summary>What came out of a run.</summary>
/// <param name="StandardOutput">At most the limit's bytes. For reviewers only where real data went in.</param>
/// <param name="Files">In the order of <see cref="IsolatedJob.Outputs"/>; empty unless completed.</param>
internal sealed record IsolatedResult(IsolatedOutcome Outcome, int? ExitCode, TimeSpan Duration, byte[] StandardOutput, byte[] StandardError,
    ImmutableArray<CollectedFile> Files, ImmutableArray<string> SoftLimits, string ArgumentsSha256, long ProcessRefusals);
