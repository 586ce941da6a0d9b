using System.Runtime.InteropServices;

namespace Plinth.Sandbox.Isolation;

/// <summary>The few calls on processes and files that .NET has no word for.</summary>
internal static partial class Signals
{
    /// <summary>Whether this process runs as root.</summary>
    public static bool IsRoot { get; } = geteuid() == 0;

    /// <summary>SIGKILL to one process; nothing when it is gone.</summary>
    public static void Kill(int process)
    {
        if (process > 1)
            _ = kill(process, 9);
    }

    /// <summary>Whether a process of that id is there.</summary>
    public static bool IsAlive(int process) => process > 1 && (kill(process, 0) == 0 || Marshal.GetLastPInvokeError() == 1);

    /// <summary>Gives a file or folder to another user and group.</summary>
    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (lchown(path, user, group) != 0)
            throw new IOException($"'{path}' cannot be given to user {user} (error {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>Whether the path itself belongs to this process's user: in a folder that all may write to, a name proves nothing.</summary>
    public static bool IsOurs(string path) => Collector.OwnerOf(path) == geteuid();

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint user, uint group);
}
