namespace Plinth.Sandbox.Lifecycle;

/// <summary>Lets one process at a time work on a submission; gone with the process that holds it.</summary>
internal sealed class SubmissionLock : IDisposable
{
    private readonly FileStream _file;

    private SubmissionLock(FileStream file) => _file = file;

    public static async Task<SubmissionLock> TakeAsync(string folder, string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(folder, id) is { } mine)
                return mine;
            await Task.Delay(50, cancellationToken); // somebody else is at it: what they do needs not be done again
        }
    }

    /// <summary>The lock, or null when somebody has it.</summary>
    public static SubmissionLock? TryTake(string folder, string id)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new(new FileStream(Path.Combine(folder, id + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
