using System.Globalization;
using System.Security.Cryptography;

namespace Plinth.Sandbox.Isolation;

/// <summary>A run's folder on the host: <c>app/</c>, <c>in/</c>, <c>out/</c> and the launcher's own files. Its name says nothing but which process made it: it can be seen inside, in <c>/proc/self/mountinfo</c>.</summary>
internal sealed class RunFolder : IDisposable
{
    internal const string Prefix = "plinth-run-";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private RunFolder(string path, uint? user) => (Path, User) = (path, user);

    public string Path { get; }

    /// <summary>The folder's name, also of the run's control groups.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The unprivileged user that the run gets, when we are root; no other process has it.</summary>
    public uint? User { get; }

    public string App => System.IO.Path.Combine(Path, "app");
    public string In => System.IO.Path.Combine(Path, "in");
    public string Out => System.IO.Path.Combine(Path, "out");
    public string Arguments => System.IO.Path.Combine(Path, "arguments");
    public string Filter => System.IO.Path.Combine(Path, "filter");
    public string Bundle => System.IO.Path.Combine(Path, "bundle");
    public string Status => System.IO.Path.Combine(Path, "status");

    public static RunFolder Create(string scratch)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetFullPath(scratch), NewName());
        Directory.CreateDirectory(path, Owner);
        var folder = new RunFolder(path, Signals.IsRoot ? FreeUser() : null);
        foreach (var inner in new[] { folder.App, folder.In, folder.Out })
            Directory.CreateDirectory(inner, Owner);
        return folder;
    }

    /// <summary>A name that tells which process it belongs to, so that another can see whether that one is gone.</summary>
    public static string NewName() => $"{Prefix}{Environment.ProcessId}-{StartOf(Environment.ProcessId)}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";

    /// <summary>Lets the run's user read in, own out, and nobody else anything.</summary>
    public void HandOver()
    {
        if (User is not { } user)
            return;
        Grant(Path, user, readable: false);
        HandOver(In);
        Signals.ChangeOwner(Out, user, user);
    }

    /// <summary>Lets the run's user read a folder and all in it.</summary>
    public void HandOver(string root)
    {
        if (User is not { } user)
            return;
        Grant(root, user, readable: true);
        foreach (var entry in Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories))
            Grant(entry, user, readable: true);
    }

    /// <summary>Removes folders and control groups of runs whose service is gone.</summary>
    public static void Sweep(string scratch)
    {
        try
        {
            ControlGroup.Sweep(Prefix, HasService);
            SweepFolders(scratch);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // another service's groups, or another sweep was faster: nothing of ours
        }
    }

    /// <summary>Removes folders of that kind of name whose process is gone.</summary>
    public static void SweepFolders(string parent)
    {
        try
        {
            foreach (var path in Directory.EnumerateDirectories(parent, Prefix + "*"))
                if (Signals.IsOurs(path) && !HasService(System.IO.Path.GetFileName(path)))
                    new RunFolder(path, null).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // another service's folders, or another sweep was faster: nothing of ours
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the next sweep takes it
        }
    }

    /// <summary>Whether the process that made a run of that name still lives; a reused id has another start.</summary>
    private static bool HasService(string name) =>
        name[Prefix.Length..].Split('-') is [var id, var start, _] && int.TryParse(id, CultureInfo.InvariantCulture, out var process) && StartOf(process) == start;

    internal static string? StartOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]; // field 22, starttime, counted after the name, which may hold blanks
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Grant(string path, uint group, bool readable)
    {
        Signals.ChangeOwner(path, 0, group);
        var executable = Directory.Exists(path) || File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
        var mode = Owner & ~(executable ? UnixFileMode.None : UnixFileMode.UserExecute);
        if (readable)
            mode |= UnixFileMode.GroupRead;
        if (executable)
            mode |= UnixFileMode.GroupExecute;
        File.SetUnixFileMode(path, mode);
    }

    /// <summary>A user id that nobody has: above systemd's ranges where the machine maps them, else in its range for short-lived users.</summary>
    private static uint FreeUser()
    {
        var mapped = File.ReadLines("/proc/self/uid_map").Max(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var from, _, var count]
            ? long.Parse(from, CultureInfo.InvariantCulture) + long.Parse(count, CultureInfo.InvariantCulture) : 0);
        return mapped > 0x7000_0000 + 0x10000
            ? 0x7000_0000 + (uint)RandomNumberGenerator.GetInt32(0x10000)
            : 61184 + (uint)RandomNumberGenerator.GetInt32(4000);
    }
}
