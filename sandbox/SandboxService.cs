using Plinth.Catalog;

namespace Plinth.Sandbox;

/// <summary>
/// Scenarios that vendors answer with code, run in isolation on governed data, scored by code of ours, released by a reviewer.
/// Safe to use from many threads and processes; every step may be repeated and ends in the state already reached.
/// </summary>
public sealed partial class SandboxService : IDisposable
{
    /// <summary>Opens the sandbox of a lake: <c>&lt;lake&gt;/control/sandbox.db</c> and <c>&lt;lake&gt;/sandbox/</c>, made when absent. Starts nothing.</summary>
    public static SandboxService Open(CityCatalog catalog, SandboxOptions options) => throw new NotImplementedException();

    /// <summary>Whether submissions can run here: tries a few attacks, each with a positive control on the bare host. Tried once a process.</summary>
    public Task<IsolationVerdict> IsolationAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The scenario files that come with the program, by id.</summary>
    public static IReadOnlyDictionary<string, string> ShippedScenarios => throw new NotImplementedException();

    /// <summary>Published scenarios, in order of id.</summary>
    public IReadOnlyList<Scenario> Scenarios() => throw new NotImplementedException();

    /// <summary>Publishes a scenario: pins the dataset's newest version for its labelled splits. The same content again changes nothing.</summary>
    /// <param name="file">A YAML file, or the id of a shipped scenario.</param>
    /// <param name="publisher">A steward or the operator.</param>
    /// <exception cref="ScenarioException">The file has faults, all listed; or another content was published under this id and version.</exception>
    public Task<Scenario> PublishAsync(string file, Principal publisher, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Writes what a vendor develops on: labelled training rows and the public split's rows, read through the door with the vendor's own grant.</summary>
    /// <returns>The files written: <c>train.csv</c>, <c>test.csv</c>, <c>scenario.json</c>.</returns>
    public Task<IReadOnlyList<string>> WriteSampleAsync(string scenario, string organisation, string folder, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Takes in a folder or .zip that holds <c>sandbox.json</c>. Runs nothing. The same content for the same scenario and organisation again gives the submission that is there.</summary>
    /// <param name="organisation">Lower-case letters, digits and hyphens, e.g. <c>acme</c>.</param>
    /// <exception cref="SubmissionRefusedException">Archive or manifest have faults, all listed; nothing was stored.</exception>
    public Task<Submission> SubmitAsync(string scenario, string organisation, string path, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Drives a submission as far as it goes without a person: screening, public run and score, hidden run and score. Resumes where a crash left it.</summary>
    /// <exception cref="IsolationUnavailableException">No isolation here: nothing was run, the submission stays where it is.</exception>
    public Task<Submission> ProcessAsync(string submissionId, IProgress<SandboxProgress>? progress = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>A submission as it stands.</summary>
    /// <exception cref="SubmissionNotFoundException">There is none of that id.</exception>
    public Submission Status(string submissionId) => throw new NotImplementedException();

    /// <summary>Submissions, oldest first.</summary>
    public IReadOnlyList<Submission> Submissions(string? scenario = null) => throw new NotImplementedException();

    /// <summary>The best hidden score of each organisation, and the trivial baseline as a line of its own.</summary>
    public Task<IReadOnlyList<LeaderboardLine>> LeaderboardAsync(string scenario, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Releases a scored submission for a purpose: a row of <c>sandbox.release</c> and a line of the audit chain. Released already for the same purpose: returned as it is.</summary>
    /// <param name="reviewer">Has the role reviewer, steward or operator and belongs to another organisation than the submission.</param>
    /// <param name="purpose">What the algorithm may be run for, e.g. <c>advice:service</c>.</param>
    /// <param name="expiresAt">Not runnable from then on; null for one year.</param>
    /// <exception cref="ReleaseRefusedException">The reviewer may not, or the submission is not scored.</exception>
    public Task<Submission> ReleaseAsync(string submissionId, Principal reviewer, string purpose, DateTimeOffset? expiresAt = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Runs a released algorithm on the dataset's newest version, in the same isolation. The same rows again give the stored result without a run.</summary>
    /// <param name="purpose">Must be the release's.</param>
    /// <param name="slice">Which rows by the scenario's time column; null for the scenario's production slice.</param>
    /// <exception cref="ReleaseRefusedException">Not released for this purpose, or no longer.</exception>
    /// <exception cref="RunFailedException">The algorithm failed on these rows.</exception>
    public Task<ReleasedRun> RunReleasedAsync(string submissionId, string purpose, TimeSlice? slice = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
