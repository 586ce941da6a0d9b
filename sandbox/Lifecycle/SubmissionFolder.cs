using System.Text.Json;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Submissions;

namespace Plinth.Sandbox.Lifecycle;

/// <summary>Where code and results lie: <c>&lt;lake&gt;/sandbox/submissions/&lt;content hash&gt;.sealed</c> and <c>&lt;lake&gt;/sandbox/runs/&lt;submission&gt;/&lt;run&gt;/</c>. A folder appears whole, by one rename, or not at all.</summary>
internal sealed class SubmissionFolder(string root, string keyFile)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string Memory = "/dev/shm";

    private string Incoming => Path.Combine(root, "incoming");

    /// <summary>Removes half-filled folders of services that are gone.</summary>
    public void Sweep()
    {
        if (Directory.Exists(Incoming))
            RunFolder.SweepFolders(Incoming);
        if (Directory.Exists(Runtimes))
            RunFolder.SweepFolders(Runtimes);
        if (Directory.Exists(Memory))
            RunFolder.SweepFolders(Memory);
    }

    /// <summary>A new folder to fill, on the same file system as where it goes.</summary>
    public string Staging()
    {
        Private(root);
        return Private(Path.Combine(Incoming, RunFolder.NewName()));
    }

    /// <summary>A new folder for code as it comes in, in memory where there is such a place: what is kept of it is sealed.</summary>
    public string OpenStaging() => Directory.Exists(Memory) ? Private(Path.Combine(Memory, RunFolder.NewName())) : Staging();

    /// <summary>Submissions, sealed.</summary>
    public CodeVault Vault { get; } = new(Path.Combine(root, "submissions"), keyFile);

    /// <summary>Runtime images.</summary>
    public string Runtimes => Path.Combine(root, "runtimes");

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
