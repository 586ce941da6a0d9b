using System.Collections.Immutable;

namespace Plinth.Sandbox.Isolation;

/// <summary>One way to keep a program in: what must be installed for it, how it is told, what it costs outside.</summary>
internal interface IBackend
{
    /// <summary><c>bubblewrap</c> or <c>gvisor</c>.</summary>
    string Id { get; }

    /// <summary>Why it cannot be used here and what to do; null when it can be tried.</summary>
    string? Missing { get; }

    /// <summary>Name and version, e.g. <c>bubblewrap 0.8.0</c>.</summary>
    Task<string> VersionAsync(CancellationToken cancellationToken);

    /// <summary>Of the system-call filter around it, or a word for what stands in its place.</summary>
    string FilterSha256 { get; }

    /// <summary>Processes and threads of its own, which the control group of a run counts too.</summary>
    int OwnProcesses { get; }

    /// <summary>Memory of its own, likewise.</summary>
    long OwnMemoryBytes { get; }

    /// <summary>The limit on processor time is one of all processes together, kept by the driver, since the back end keeps none.</summary>
    bool CountsProcessorOfAll { get; }

    /// <summary>Shell words that open what it needs and become it; see <see cref="Launcher"/>.</summary>
    string Script { get; }

    /// <summary>Writes its files into the run's folder and gives the command that <see cref="Script"/> ends in.</summary>
    IReadOnlyList<string> Prepare(RunFolder folder, IsolatedJob job, bool softMemory);

    /// <summary>The program's exit code as the back end noted it, where the run cannot write; null when the program was not started or the back end was killed.</summary>
    int? ExitCode(RunFolder folder);

    /// <summary>Over all it is told but the run folder: the same isolation has the same hash.</summary>
    string Hash(IsolatedJob job);

    /// <summary>Limits that hold only partly under it, and how.</summary>
    ImmutableArray<string> SoftLimits { get; }
}
