namespace Plinth.Twin.Query;

/// <summary>One process at a time makes a file in a folder; what a killed one left half-made is deleted by the next, which alone knows that nobody works on it.</summary>
internal static class HeldLock
{
    internal const string Making = ".making", Spill = ".spill";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10), s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The system lets go of it when the process dies. Null where the folder cannot be written, or others have held it all the time.</summary>
    public static FileStream? Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        var file = Path.Combine(folder, "making.lock");
        for (var waited = TimeSpan.Zero; waited < s_patience; waited += s_pause)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException) when (File.Exists(file))
            {
                Thread.Sleep(s_pause);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
        return null;
    }

    /// <summary>Under the lock.</summary>
    public static void Sweep(string folder)
    {
        foreach (var left in Directory.EnumerateFiles(folder, "*" + Making + "*").Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
            File.Delete(left);
        foreach (var left in Directory.EnumerateDirectories(folder, "*" + Spill))
            Directory.Delete(left, recursive: true);
    }
}
