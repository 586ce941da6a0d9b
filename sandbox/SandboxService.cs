using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Plinth.Catalog;
using Plinth.Sandbox.Intake;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Lifecycle;
using Plinth.Sandbox.Scenarios;
using Plinth.Sandbox.Scoring;

namespace Plinth.Sandbox;

/// <summary>
/// Scenarios that vendors answer with code, run in isolation on governed data, scored by code of ours, released by a reviewer.
/// Safe to use from many threads and processes; every step may be repeated and ends in the state already reached.
/// </summary>
public sealed partial class SandboxService : IDisposable
{
    private readonly CityCatalog _catalog;
    private readonly SandboxOptions _options;
    private readonly SandboxStore _store;
    private readonly SubmissionFolder _folders;
    private readonly ScenarioDoor _door;
    private readonly ScenarioRegister _scenarios;
    private readonly SubmissionRunner _runner;
    private readonly SubmissionProcess _process;
    private readonly Desk _desk;
    private readonly IsolationGate _isolation;

    private SandboxService(CityCatalog catalog, SandboxOptions options)
    {
        (_catalog, _options) = (catalog, options);
        _store = new(Path.Combine(catalog.Lake.Root, "control"));
        _folders = new(Path.Combine(catalog.Lake.Root, "sandbox"), options.KeyFile ?? Path.Combine(catalog.Lake.Root, "control", "sandbox.key"));
        _door = new(catalog);
        var scorer = new IsolatedScorer(options, IsolationAsync);
        _scenarios = new(catalog, _store, _door, options, scorer);
        _isolation = new((fresh, cancel) => ConformanceCache.VerdictAsync(options, fresh, cancel), catalog.Lake.Time);
        _runner = new(options, _folders, _isolation);
        _desk = new(_store);
        _process = new(catalog, options, _store, _folders, _door, new(catalog, options), _runner, scorer, _desk);
    }

    /// <summary>Opens the sandbox of a lake: <c>&lt;lake&gt;/control/sandbox.db</c> and <c>&lt;lake&gt;/sandbox/</c>, made when absent. Removes what runs of a killed service left behind; starts nothing.</summary>
    public static SandboxService Open(CityCatalog catalog, SandboxOptions options)
    {
        if (OperatingSystem.IsLinux())
        {
            Descriptors.CloseOnStart();
            RunFolder.Sweep(options.ScratchFolder);
        }
        var service = new SandboxService(catalog, options);
        service._folders.Sweep();
        return service;
    }

    /// <summary>Whether submissions can run here: the verdict of the conformance job for the back end in use, at most a day and 500 runs old; it runs when there is none. One that is not good is asked for again by itself, after 5 s and then ever later, up to 5 minutes.</summary>
    public Task<IsolationVerdict> IsolationAsync(CancellationToken cancellationToken = default) => _isolation.VerdictAsync(cancellationToken);

    /// <summary>The scenario files that come with the program: id and YAML.</summary>
    public static IReadOnlyDictionary<string, string> ShippedScenarios => ScenarioRegister.Shipped;

    /// <summary>Published scenarios, in order of id.</summary>
    public IReadOnlyList<Scenario> Scenarios() => _scenarios.All();

    /// <summary>Publishes a scenario: pins the dataset's newest version for its labelled splits. The same content again changes nothing.</summary>
    /// <param name="file">A YAML file, or the id of a shipped scenario.</param>
    /// <param name="publisher">A steward or the operator.</param>
    /// <exception cref="ScenarioException">The file has faults, all listed; or another content was published under this id and version.</exception>
    public Task<Scenario> PublishAsync(string file, Principal publisher, CancellationToken cancellationToken = default) => _scenarios.PublishAsync(file, publisher, cancellationToken);

    /// <summary>Writes what a vendor develops on: labelled training rows and the public split's rows, read through the door with the vendor's own grant.</summary>
    /// <returns>The files written: <c>train.csv</c>, <c>test.csv</c>.</returns>
    public async Task<IReadOnlyList<string>> WriteSampleAsync(string scenario, string organisation, string folder, CancellationToken cancellationToken = default)
    {
        var (published, _) = _scenarios.Newest(scenario);
        CheckOrganisation(organisation, folder);
        Directory.CreateDirectory(folder);
        await _door.WriteSampleAsync(published, organisation, folder, cancellationToken);
        return [Path.Combine(folder, "train.csv"), Path.Combine(folder, "test.csv")];
    }

    /// <summary>Takes in a folder, .zip, .tar or .tar.gz that holds <c>sandbox.json</c>. Runs nothing. The same content for the same scenario and organisation again gives the submission that is there.</summary>
    /// <param name="organisation">Lower-case letters, digits and hyphens, e.g. <c>acme</c>.</param>
    /// <exception cref="SubmissionRefusedException">Archive or manifest have faults, all listed; nothing was stored.</exception>
    public async Task<Submission> SubmitAsync(string scenario, string organisation, string path, CancellationToken cancellationToken = default)
    {
        var (published, _) = _scenarios.Newest(scenario);
        CheckOrganisation(organisation, path);
        if (published.Opens > _catalog.Lake.Time.GetUtcNow() || published.Closes <= _catalog.Lake.Time.GetUtcNow())
            throw new SubmissionRefusedException(path, [$"'{scenario}' takes submissions{Text(" from", published.Opens)}{Text(" until", published.Closes)}"]);
        var staging = _folders.OpenStaging();
        try
        {
            var faults = await SubmissionIntake.CopyAsync(path, staging, cancellationToken);
            if (faults.Count > 0)
                throw new SubmissionRefusedException(path, faults);
            var files = await SubmissionIntake.FilesAsync(staging, cancellationToken);
            Manifest.Read(await File.ReadAllBytesAsync(Path.Combine(staging, Manifest.FileName), cancellationToken), published, files.Keys, faults);
            if (faults.Count > 0)
                throw new SubmissionRefusedException(path, faults);
            var content = SubmissionIntake.ContentHash(files);
            _folders.Vault.Seal(content, staging);
            _options.Checkpoint?.Invoke("Submitted:stored");
            var id = "sub_" + Hash($"{content}\n{published.Id}@{published.Version}\n{organisation}")[..16];
            var now = SandboxStore.Text(_catalog.Lake.Time.GetUtcNow());
            if (_store.Find(id) is null && _desk.FailedSince(organisation, _catalog.Lake.Time.GetUtcNow().AddDays(-1)) >= Desk.FailuresADay)
                throw new SubmissionRefusedException(path, [$"{Desk.FailuresADay} submissions of {organisation} failed within a day; try them on the sample first and hand in again tomorrow"]);
            if (_store.Find(id) is null)
                _catalog.Audit.Append("sandbox.submitted", $"vendor:{organisation}", new Dictionary<string, string> { ["submission"] = id, ["scenario"] = published.Id, ["content"] = content });
            var added = _store.AddSubmission(new(id, published.Id, published.Version, organisation, content, nameof(SubmissionState.Submitted), now, now));
            return Status(id) with { Unchanged = !added };
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>Drives a submission as far as it goes without a person: screening, public run and score, hidden run and score. Resumes where a crash left it.</summary>
    /// <exception cref="IsolationUnavailableException">No isolation here: nothing was run, the submission stays where it is.</exception>
    public async Task<Submission> ProcessAsync(string submissionId, IProgress<SandboxProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        _ = Status(submissionId);
        using var mine = await LockAsync(submissionId, cancellationToken);
        await DriveAsync(submissionId, progress, cancellationToken);
        return Status(submissionId);
    }

    /// <summary>A submission as it stands.</summary>
    /// <exception cref="SubmissionNotFoundException">There is none of that id.</exception>
    public Submission Status(string submissionId) => Describe(_store.Find(submissionId) ?? throw new SubmissionNotFoundException(submissionId));

    /// <summary>Submissions, oldest first.</summary>
    public IReadOnlyList<Submission> Submissions(string? scenario = null) => [.. _store.Submissions(scenario).Select(Describe)];

    /// <summary>The best hidden score of each organisation, and the trivial baseline as a line of its own.</summary>
    public Task<IReadOnlyList<LeaderboardLine>> LeaderboardAsync(string scenario, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (published, facts) = _scenarios.Newest(scenario);
        return Task.FromResult(Leaderboard.Of(published, _store.Submissions(scenario).Where(s => s.ScenarioVersion == published.Version).Select(Describe), facts.Baseline));
    }

    /// <summary>Runs a released algorithm on the dataset's newest version, in the same isolation. The same rows again give the stored result without a run.</summary>
    /// <param name="purpose">Must be the release's.</param>
    /// <param name="slice">Which rows by the scenario's time column; null for the scenario's production slice.</param>
    /// <exception cref="ReleaseRefusedException">Not released for this purpose, or no longer.</exception>
    /// <exception cref="RunFailedException">The algorithm failed on these rows.</exception>
    public async Task<ReleasedRun> RunReleasedAsync(string submissionId, string purpose, TimeSlice? slice = null, CancellationToken cancellationToken = default)
    {
        ReleaseRules.CheckRun(Status(submissionId), purpose, _catalog.Lake.Time.GetUtcNow());
        using var mine = await LockAsync(submissionId, cancellationToken);
        var record = _store.Find(submissionId)!;
        var (scenario, facts) = _scenarios.Of(record);
        using var folder = RunFolder.Create(_options.ScratchFolder);
        var inputs = folder.In;
        // The inputs name the run: what was answered once for exactly these rows is not asked again.
        var version = await _door.WriteInputsAsync(scenario, record.Organisation, ScenarioDoor.Production, slice ?? scenario.Production, inputs, cancellationToken);
        var name = "production-" + Hash(await File.ReadAllTextAsync(Path.Combine(inputs, "train.csv"), cancellationToken) + '\0' + await File.ReadAllTextAsync(Path.Combine(inputs, "test.csv"), cancellationToken))[..16];
        var repeated = _folders.ReadRun(submissionId, name) is not null;
        var (summary, failure) = await _runner.RunAsync(record, scenario, facts, ScenarioDoor.Production, name, async (target, _) =>
        {
            await CopyAsync(inputs, target);
            return version;
        }, cancellationToken);
        if (failure is not null)
            throw new RunFailedException(submissionId, failure);
        var (predictions, sha256) = await _runner.OutputAsync(submissionId, name, scenario, facts, cancellationToken);
        _catalog.Audit.Append("sandbox.ran_released", $"run:{record.Organisation}", new Dictionary<string, string>
        {
            ["submission"] = submissionId, ["purpose"] = purpose, ["input"] = $"{scenario.Dataset}@{version}", ["rows"] = predictions.Count.ToString(), ["output"] = sha256, ["verdict"] = summary.Verdict, ["repeated"] = repeated ? "yes" : "no",
        });
        return new($"{submissionId}/{name}", submissionId, scenario.Id, record.Organisation, record.ContentSha256, version, predictions.Rows, summary, repeated);
    }

    /// <summary>Nothing is held between calls; the catalog is its owner's to close.</summary>
    public void Dispose() { }

    private Submission Describe(SubmissionRecord record)
    {
        var runs = _store.Runs(record.Id);
        return new(record.Id, record.Scenario, record.Organisation, record.ContentSha256, Enum.Parse<SubmissionState>(record.State), SandboxStore.Time(record.SubmittedAt), SandboxStore.Time(record.ChangedAt))
        {
            Failure = record.FailureKind is null ? null : new(record.FailureKind, record.FailureMessage ?? ""),
            Approvals = _desk.Approvals(record.Id),
            Deterministic = _desk.Repeated(record.Id),
            Runs = [.. runs.Select(run => JsonSerializer.Deserialize<RunSummary>(run.Summary)!)],
            Scores = [.. runs.Where(run => run.Scores is not null).SelectMany(run => JsonSerializer.Deserialize<ImmutableArray<Evaluation>>(run.Scores!, Scoring.Inside.ScorerProgram.Json))],
            Release = record.ApprovedBy is null ? null : new(record.ApprovedBy, record.Purpose!, SandboxStore.Time(record.ApprovedAt!), SandboxStore.Time(record.ExpiresAt!)),
        };
    }

    private Task<SubmissionLock> LockAsync(string id, CancellationToken cancellationToken) =>
        SubmissionLock.TakeAsync(Path.Combine(_catalog.Lake.Root, "control", "sandbox-locks"), id, cancellationToken);

    private static Task CopyAsync(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        return Task.CompletedTask;
    }

    private static void CheckOrganisation(string organisation, string path)
    {
        if (!Organisation().IsMatch(organisation))
            throw new SubmissionRefusedException(path, [$"'{IntakeRules.Shown(organisation)}' is not a name for an organisation; use lower-case letters, digits and hyphens"]);
    }

    private static string Text(string word, DateTimeOffset? time) => time is { } at ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{word} {at.UtcDateTime:yyyy-MM-dd HH:mm}Z") : "";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Organisation();
}
