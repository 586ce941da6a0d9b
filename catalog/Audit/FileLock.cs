namespace Plinth.Catalog.Audit;

/// <summary>Holds a file for one thread of one process; the system lets go of it when the process dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="IOException">Others have held it for a minute.</exception>
    public static FileStream Take(string path)
    {
        for (var waited = TimeSpan.Zero; ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException) when (waited < Patience)
            {
                var pause = TimeSpan.FromMilliseconds(Random.Shared.Next(1, 6));
                Thread.Sleep(pause);
                waited += pause;
            }
        }
    }
}
