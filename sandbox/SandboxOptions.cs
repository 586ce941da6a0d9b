namespace Plinth.Sandbox;

/// <summary>How to open the sandbox.</summary>
public sealed record SandboxOptions
{
    /// <summary>The run that asks, kept with every score and release.</summary>
    public required string RunId { get; init; }

    /// <summary>Version of the program, kept in each commit's lineage.</summary>
    public required string CodeVersion { get; init; }

    /// <summary>The bubblewrap program.</summary>
    /// <value><c>/usr/bin/bwrap</c></value>
    public string Bubblewrap { get; init; } = "/usr/bin/bwrap";

    /// <summary>Names of the back ends: <c>bubblewrap</c> shares the host's kernel behind a filter, <c>gvisor</c> has a kernel of its own.</summary>
    internal const string BubblewrapBackend = "bubblewrap", GVisorBackend = "gvisor";

    /// <summary>What runs are isolated by: <c>bubblewrap</c>, or <c>gvisor</c> for vendors that are not known and rows that are not masked.</summary>
    /// <value>The environment variable <c>PLINTH_SANDBOX_BACKEND</c>, else <c>bubblewrap</c>.</value>
    public string Backend { get; init; } = Environment.GetEnvironmentVariable("PLINTH_SANDBOX_BACKEND") is { Length: > 0 } named ? named : BubblewrapBackend;

    /// <summary>gVisor's program.</summary>
    /// <value><c>/usr/bin/runsc</c></value>
    public string GVisor { get; init; } = "/usr/bin/runsc";

    /// <summary>The Python that submissions run on: the system's own, since only system folders are visible inside.</summary>
    /// <value><c>/usr/bin/python3</c></value>
    public string Python { get; init; } = "/usr/bin/python3";

    /// <summary>The key that submissions are sealed with; made when absent. Best on another disk than the lake.</summary>
    /// <value>The environment variable <c>PLINTH_SANDBOX_KEY_FILE</c>, else <c>&lt;lake&gt;/control/sandbox.key</c>.</value>
    public string? KeyFile { get; init; } = Environment.GetEnvironmentVariable("PLINTH_SANDBOX_KEY_FILE") is { Length: > 0 } named ? named : null;

    /// <summary>Where run folders are made; they hold inputs for as long as a run lasts.</summary>
    /// <value>The system's temporary folder.</value>
    public string ScratchFolder { get; init; } = Path.GetTempPath();

    /// <summary>Called with the name of each step just after it took effect and before the next is noted: where a crash hurts most.</summary>
    internal Action<string>? Checkpoint { get; init; }
}

/// <summary>One step of a submission's way.</summary>
/// <param name="State">The state just reached, or being worked towards.</param>
public sealed record SandboxProgress(string SubmissionId, SubmissionState State, string Message);
