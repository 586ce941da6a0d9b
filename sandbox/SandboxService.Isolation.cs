using System.Text.Json;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Runtime;
using Plinth.Sandbox.Scenarios;
using Plinth.Sandbox.Submissions;

namespace Plinth.Sandbox;

public sealed partial class SandboxService
{
    /// <summary>Runs the conformance job on every back end, whatever is remembered: the verdict of each, the default first. One that is not available is not used.</summary>
    public async Task<IReadOnlyList<IsolationVerdict>> ConformanceAsync(CancellationToken cancellationToken = default)
    {
        var backends = Backends.All(_options);
        var verdicts = await Conformance.RunAsync(_options, backends, cancellationToken);
        foreach (var (backend, verdict) in backends.Zip(verdicts))
        {
            await ConformanceCache.KeepAsync(_options, backend, verdict, cancellationToken);
            if (backend.Id == _options.Backend)
                _isolation.Take(verdict);
        }
        return verdicts;
    }

    /// <summary>Runtime images that are here, by their hash, newest first; submissions run on the newest unless their manifest names another.</summary>
    public IReadOnlyList<string> Runtimes => Runtime.Images;

    /// <summary>Makes a runtime image of this machine's Debian packages, Python with numpy and pandas among them, and gives its hash.</summary>
    /// <exception cref="IsolationUnavailableException">A package is not installed; the message says which.</exception>
    public Task<string> BuildRuntimeAsync(CancellationToken cancellationToken = default) => Runtime.BuildAsync(cancellationToken);

    /// <summary>Writes an image as one file that a vendor can take in on a machine of its own.</summary>
    public Task ExportRuntimeAsync(string image, string file, CancellationToken cancellationToken = default) => Runtime.ExportAsync(image, file, cancellationToken);

    /// <summary>Takes in an exported image and gives its hash.</summary>
    /// <param name="expected">The hash that was published; null to take any.</param>
    /// <exception cref="SubmissionRefusedException">It is no image, or another.</exception>
    public Task<string> ImportRuntimeAsync(string file, string? expected = null, CancellationToken cancellationToken = default) => Runtime.ImportAsync(file, expected, cancellationToken);

    /// <summary>Runs a submission here with the sample data, as the real run would; reads and writes nothing of the lake but its runtime images.</summary>
    /// <param name="sample">Folder with <c>train.csv</c> and <c>test.csv</c>, see <see cref="WriteSampleAsync"/>.</param>
    /// <param name="scenario">A scenario's file; null for the one that the manifest names, published here or shipped.</param>
    /// <exception cref="SubmissionRefusedException">Archive or manifest have faults.</exception>
    /// <exception cref="IsolationUnavailableException">No isolation here.</exception>
    public Task<TrialResult> TryAsync(string path, string sample, string? scenario = null, CancellationToken cancellationToken = default) =>
        SubmissionTrial.RunAsync(path, TrialScenario(path, scenario), sample, Runtime, _options, cancellationToken);

    /// <summary>The hash that a folder or archive has as a submission: what the audit names as <c>content</c>. Reads nothing of the lake.</summary>
    /// <exception cref="SubmissionRefusedException">It could not be handed in as it is.</exception>
    public static Task<string> ContentHashAsync(string path, CancellationToken cancellationToken = default) => SubmissionTrial.ContentHashAsync(path, cancellationToken);

    private RuntimeStore Runtime => new(_folders.Runtimes, _options.Python);

    private Scenario TrialScenario(string path, string? file)
    {
        if (file is not null)
            return ScenarioFile.Read(File.ReadAllText(file), file, _catalog.Datasets);
        var need = NeedOf(path) ?? throw new SubmissionRefusedException(path, ["its sandbox.json, whose need names the scenario, cannot be read; unpack it, or name the scenario's file"]);
        if (Scenarios().LastOrDefault(published => published.Id == need) is { } known)
            return known;
        return ShippedScenarios.TryGetValue(need, out var yaml) ? ScenarioFile.Read(yaml, need, _catalog.Datasets)
            : throw new SubmissionRefusedException(path, [$"need '{Intake.IntakeRules.Shown(need)}' is not a scenario that is known here; name its file"]);
    }

    private static string? NeedOf(string path)
    {
        try
        {
            var bytes = File.Exists(path) ? FromArchive(path) : File.ReadAllBytes(Path.Combine(path, Intake.Manifest.FileName));
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.TryGetProperty("need", out var need) ? need.GetString() : null;
        }
        catch (Exception e) when (e is IOException or JsonException or InvalidOperationException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The manifest of a .zip; of another archive by unpacking it under the rules of the intake, into a folder that goes again.</summary>
    private static byte[] FromArchive(string path)
    {
        if (Intake.TarIntake.IsTar(path))
            return FromTar(path);
        using var archive = System.IO.Compression.ZipFile.OpenRead(path);
        if (archive.GetEntry(Intake.Manifest.FileName) is not { Length: <= 1 << 20 } entry)
            return [];
        using var stream = entry.Open();
        var bytes = new byte[entry.Length];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private static byte[] FromTar(string path)
    {
        var folder = Directory.CreateTempSubdirectory("plinth-manifest-");
        try
        {
            return Intake.SubmissionIntake.CopyAsync(path, folder.FullName, CancellationToken.None).GetAwaiter().GetResult().Count > 0 ? [] : File.ReadAllBytes(Path.Combine(folder.FullName, Intake.Manifest.FileName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
