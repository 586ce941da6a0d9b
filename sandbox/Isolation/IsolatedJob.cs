using System.Collections.Immutable;
using Plinth.Sandbox.Runtime;

namespace Plinth.Sandbox.Isolation;

/// <summary>One thing to run in isolation.</summary>
internal sealed record IsolatedJob
{
    /// <summary>Program and arguments as seen inside, e.g. <c>/usr/bin/python3 -s -B /app/main.py</c>.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Files for /app: relative path inside, file on the host. Copied, never linked.</summary>
    public IReadOnlyDictionary<string, string> App { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Writes more files of /app into a folder that is memory of the run alone and gone with it.</summary>
    public Func<string, CancellationToken, ValueTask>? WriteApp { get; init; }

    /// <summary>Programs and libraries that it sees.</summary>
    public required RuntimeView Runtime { get; init; }

    /// <summary>Files and folders of ours that it sees beside them.</summary>
    public ImmutableArray<RuntimeTool> Tools { get; init; } = [];

    /// <summary>Writes the files of /in into a folder that is gone after the run.</summary>
    public Func<string, CancellationToken, ValueTask>? WriteInputs { get; init; }

    /// <summary>Plain names of the files that may come out of /out.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>Environment inside, beside the fixed few.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = NoEnvironment;

    internal static readonly ImmutableSortedDictionary<string, string> NoEnvironment = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>All of the environment inside.</summary>
    public ImmutableSortedDictionary<string, string> AllEnvironment => Environment.SetItems(FixedEnvironment);

    private static readonly ImmutableSortedDictionary<string, string> FixedEnvironment = new Dictionary<string, string>
    {
        ["PATH"] = "/usr/bin",
        ["HOME"] = "/tmp",
        ["TMPDIR"] = "/tmp",
        ["LANG"] = "C.UTF-8",
        ["TZ"] = "UTC",
    }.ToImmutableSortedDictionary();

    public RunLimits Limits { get; init; } = new();

    /// <summary>Called with the launcher's process when the program is about to start.</summary>
    public Action<int>? Started { get; init; }
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
/// <param name="LimitsReached">Which limits the run ran into, and how often; a run may go on after some.</param>
/// <param name="Files">In the order of <see cref="IsolatedJob.Outputs"/>; empty unless completed.</param>
internal sealed record IsolatedResult(IsolatedOutcome Outcome, int? ExitCode, TimeSpan Duration, byte[] StandardOutput, byte[] StandardError,
    ImmutableArray<CollectedFile> Files, ImmutableArray<string> SoftLimits, string ArgumentsSha256, ImmutableArray<string> LimitsReached);
