using System.Text.Json;
using Plinth.Sandbox.Intake;
using Plinth.Sandbox.Isolation;

namespace Plinth.Sandbox.Lifecycle;

/// <summary>Where code and results lie: <c>&lt;lake&gt;/sandbox/submissions/&lt;content hash&gt;/</c> and <c>&lt;lake&gt;/sandbox/runs/&lt;submission&gt;/&lt;run&gt;/</c>. A folder appears whole, by one rename, or not at all.</summary>
internal sealed class SubmissionFolder(string root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private string Incoming => Path.Combine(root, "incoming");

    /// <summary>Removes half-filled folders of services that are gone.</summary>
    public void Sweep()
    {
        if (Directory.Exists(Incoming))
            RunFolder.SweepFolders(Incoming);
    }

    /// <summary>A new folder to fill, on the same file system as where it goes.</summary>
    public string Staging()
    {
        Private(root);
        return Private(Path.Combine(Incoming, RunFolder.NewName()));
    }

    /// <summary>Files of a stored submission: relative path and place on the host. Checks that nothing changed since it was taken in.</summary>
    /// <exception cref="InvalidDataException">Its content is another than its hash says.</exception>
    public async Task<IReadOnlyDictionary<string, string>> CodeAsync(string contentSha256, CancellationToken cancellationToken)
    {
        var folder = Code(contentSha256);
        var files = await SubmissionIntake.FilesAsync(folder, cancellationToken);
        return SubmissionIntake.ContentHash(files) == contentSha256
            ? files.Keys.ToDictionary(path => path, path => Path.Combine(folder, path))
            : throw new InvalidDataException($"The stored submission {contentSha256} was changed after it was taken in; it is not run.");
    }

    public string Code(string contentSha256) => Path.Combine(root, "submissions", contentSha256);

    public string Run(string submission, string run) => Path.Combine(root, "runs", submission, run);

    /// <summary>The stored record of a run, or null while there is none.</summary>
    public RunSummary? ReadRun(string submission, string run)
    {
        var file = Path.Combine(Run(submission, run), "run.json");
        return File.Exists(file) ? JsonSerializer.Deserialize<RunSummary>(File.ReadAllBytes(file)) : null;
    }

    /// <summary>Puts a filled folder in its place; where one is already, that stays and this one goes.</summary>
    public static void Publish(string staging, string target)
    {
        Private(Path.GetDirectoryName(target)!);
        try
        {
            Directory.Move(staging, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    private static string Private(string folder) => Directory.CreateDirectory(folder, OwnerOnly).FullName;
}
