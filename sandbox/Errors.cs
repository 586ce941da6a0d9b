using Plinth.Lakehouse;

namespace Plinth.Sandbox;

/// <summary>Submissions cannot be run here, so none is.</summary>
public sealed class IsolationUnavailableException(string reason) : LakeException($"No submission is run: {reason}")
{
    /// <summary>What is missing or failed, and what to do.</summary>
    public string Reason { get; } = reason;
}

/// <summary>A scenario has faults; all are listed at once.</summary>
public sealed class ScenarioException(string scenario, IReadOnlyList<string> faults) : LakeException($"Scenario '{scenario}': {string.Join("; ", faults)}")
{
    /// <summary>Each fault: where, what, what to do.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

/// <summary>A submission was not taken in; nothing was stored.</summary>
public sealed class SubmissionRefusedException(string path, IReadOnlyList<string> faults) : LakeException($"Submission '{path}' is refused: {string.Join("; ", faults)}")
{
    /// <summary>Each fault: where, what, what to do.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

/// <summary>There is no such submission.</summary>
public sealed class SubmissionNotFoundException(string id) : LakeException($"There is no submission '{id}'; 'plinth sandbox status' lists those that are there.");

/// <summary>A release was not given, or does not cover what was asked.</summary>
public sealed class ReleaseRefusedException(string id, string reason) : LakeException($"Submission '{id}': {reason}")
{
    /// <summary>Why.</summary>
    public string Reason { get; } = reason;
}

/// <summary>A released algorithm failed on current data.</summary>
public sealed class RunFailedException(string id, SubmissionFailure failure) : LakeException($"Submission '{id}' failed ({failure.Kind}): {failure.Message}")
{
    /// <summary>What happened.</summary>
    public SubmissionFailure Failure { get; } = failure;
}
