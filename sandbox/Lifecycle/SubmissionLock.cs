namespace Plinth.Sandbox.Lifecycle;

/// <summary>Lets one process at a time work on a submission; gone with the process that holds it.</summary>
internal sealed class SubmissionLock : IDisposable
{
    private readonly FileStream _file;

    private SubmissionLock(FileStream file) => _file = file;

    public static async Task<SubmissionLock> TakeAsync(string folder, string id, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        while (true)
        {
            try
            {
                return new(new FileStream(Path.Combine(folder, id + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                await Task.Delay(50, cancellationToken); // somebody else is at it: what they do needs not be done again
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
