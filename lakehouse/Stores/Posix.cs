using System.Runtime.InteropServices;

namespace Plinth.Lakehouse.Stores;

/// <summary>The few file-system calls that .NET does not offer: link, and fsync of a folder. On Windows their nearest equivalents.</summary>
internal static partial class Posix
{
    private const int AlreadyExists = 17; // EEXIST, the same on Linux and macOS

    /// <summary>Gives <paramref name="file"/> a second name; false when that name is taken. Atomic.</summary>
    public static bool LinkNew(string file, string name)
    {
        if (OperatingSystem.IsWindows())
            return MoveNew(file, name);
        if (Link(file, name) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == AlreadyExists ? false : throw new IOException($"'{name}' could not be linked: {Marshal.GetPInvokeErrorMessage(error)}. A lake needs a file system with hard links.");
    }

    /// <summary>Makes names that were added to or removed from a folder durable.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            throw new IOException($"'{folder}' could not be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        try
        {
            if (Fsync(descriptor) != 0)
                throw new IOException($"'{folder}' could not be written through to the disk: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Writes everything on a folder's file system through to the disk: once for many small files. Where there is no such call, they were as safe as the system makes them.</summary>
    public static void SyncAll(string folder)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(folder))
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            throw new IOException($"'{folder}' could not be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        try
        {
            if (SyncFileSystem(descriptor) != 0)
                throw new IOException($"'{folder}' could not be written through to the disk: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Makes a folder and those above it, durably.</summary>
    public static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder);
        if (parent is null)
            return;
        MakeFolder(parent);
        Directory.CreateDirectory(folder);
        SyncFolder(parent);
    }

    // MoveFileEx without MOVEFILE_REPLACE_EXISTING checks and renames in one step on Windows.
    private static bool MoveNew(string file, string name)
    {
        try
        {
            File.Move(file, name, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(name))
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
