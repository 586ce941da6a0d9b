using Plinth.Catalog;

namespace Plinth.Jobs;

/// <summary>A list of steps, run in order. Running it again does only what is new.</summary>
/// <param name="Name">What <c>plinth job run</c> names.</param>
public sealed record Pipeline(string Name, string Title, IReadOnlyList<PipelineStep> Steps);

/// <summary>One step: what it reads, what it writes, how it is done. Every step may be repeated without harm.</summary>
/// <param name="Reads">Tables, <c>files:FOLDER</c>, or <c>day</c>, which changes at midnight UTC. When none of them changed since the step's last success, the step is passed over.</param>
/// <param name="Writes">Tables.</param>
public sealed record PipelineStep(string Name, string Title, IReadOnlyList<string> Reads, IReadOnlyList<string> Writes, Func<StepContext, CancellationToken, Task<string>> Run)
{
    internal const string Day = "day";
}

/// <summary>What a step works with.</summary>
/// <param name="RunId">The run's identifier; goes into every commit's lineage.</param>
/// <param name="Progress">Lines for whoever watches.</param>
public sealed record StepContext(CityCatalog Catalog, IEngine Engine, string RunId, string CodeVersion, IProgress<string> Progress);

/// <summary>How a step ended.</summary>
public enum StepStatus
{
    /// <summary>Did its work.</summary>
    Done,
    /// <summary>Nothing it reads had changed.</summary>
    Unchanged,
    /// <summary>Ended with an error; what it had committed stays, and a rerun goes on from there.</summary>
    Failed,
    /// <summary>Cannot be done on this machine as it is; tried again the next time. The steps after it go on.</summary>
    Postponed,
    /// <summary>Not reached, since a step before it failed.</summary>
    NotRun,
    /// <summary>Under way, or its process was killed.</summary>
    Running,
}

/// <summary>One step of one run.</summary>
/// <param name="Message">What came of it, or the error with the input at fault.</param>
public sealed record StepRecord(string RunId, string Step, StepStatus Status, string? Message, DateTimeOffset StartedAt, TimeSpan Took);

/// <summary>One run of a pipeline.</summary>
public sealed record RunRecord(string RunId, string Pipeline, StepStatus Status, DateTimeOffset StartedAt, TimeSpan Took, IReadOnlyList<StepRecord> Steps);

/// <summary>A step cannot be done on this machine as it is, e.g. for want of a program; the pipeline goes on without it.</summary>
public sealed class StepPostponedException(string reason) : Plinth.Lakehouse.LakeException(reason);
