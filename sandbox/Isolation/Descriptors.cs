using System.Globalization;
using System.Runtime.InteropServices;

namespace Plinth.Sandbox.Isolation;

/// <summary>Keeps open files of the service out of its children: anything a program handed to us, or a library opened carelessly, would else be readable inside.</summary>
internal static partial class Descriptors
{
    private const long CloseRange = 436; // the same on every architecture
    private const uint CloseOnExec = 4;
    private const int SetFlags = 2, FlagCloseOnExec = 1;

    /// <summary>Marks every descriptor but the standard three to be closed when a child starts.</summary>
    /// <exception cref="IsolationUnavailableException">Neither the kernel's call nor /proc does it.</exception>
    public static void CloseOnStart()
    {
        if (close_range(CloseRange, 3, uint.MaxValue, CloseOnExec) == 0)
            return;
        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
                if (int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var descriptor) && descriptor > 2)
                    _ = fcntl(descriptor, SetFlags, FlagCloseOnExec);
        }
        catch (IOException e)
        {
            throw new IsolationUnavailableException($"open files of the service cannot be kept from a submission ({e.Message}); a kernel of 5.11 or newer, or /proc, is needed.");
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long close_range(long number, uint first, uint last, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);
}
