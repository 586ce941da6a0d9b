using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Plinth.Sandbox.Isolation;

/// <summary>What bubblewrap and the launcher are told. Everything is an argument in a list or a file handed over by descriptor; nothing is a command line put together from text.</summary>
internal static class Bubblewrap
{
    internal const int StatusDescriptor = 7, ArgumentsDescriptor = 8, FilterDescriptor = 9;

    /// <summary>
    /// 1. Mounts a size-limited folder over /out's source, in a mount namespace of its own that ends with this process.
    /// 2. Joins the control groups, opens arguments and filter, becomes bubblewrap.
    /// 3. Closes both outputs (that is how the driver learns of the end), waits until the outputs are collected.
    /// Arguments: out folder, mount options, control groups, arguments file, filter file, status file, then the command.
    /// </summary>
    internal const string Launcher = """
        /usr/bin/mount -t tmpfs -o "$2" plinth "$1" || exit 1
        shift 2
        /usr/bin/setpriv --pdeathsig KILL /bin/sh -c 'for group in $1; do echo $$ > "$group/cgroup.procs" || exit 1; done; exec 8<"$2" 9<"$3" 7>"$4" || exit 1; shift 4; exec "$@"' launcher "$@" </dev/null
        exec 1>&- 2>&-
        read -r _ || :
        """;

    /// <summary>Bubblewrap's arguments, for <c>--args</c>: each ends with a zero byte.</summary>
    public static byte[] Arguments(RunFolder folder, IsolatedJob job)
    {
        var arguments = Fixed(job);
        arguments.AddRange(
        [
            "--ro-bind", folder.In, "/in",
            "--ro-bind", folder.App, "/app",
            "--bind", folder.Out, "/out",
            "--remount-ro", "/dev",
            "--remount-ro", "/",
            "--chdir", "/tmp",
            "--seccomp", Text($"{FilterDescriptor}"),
            "--json-status-fd", Text($"{StatusDescriptor}"),
        ]);
        return [.. arguments.SelectMany(argument => Encoding.UTF8.GetBytes(argument + '\0'))];
    }

    /// <summary>Of all arguments but the run folder: the same isolation has the same hash.</summary>
    public static string Hash(IsolatedJob job) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Fixed(job).Concat(job.Command)) + Launcher)));

    /// <summary>Limits of each process, the user, and an empty environment, around bubblewrap itself.</summary>
    public static IEnumerable<string> Command(string bubblewrap, RunFolder folder, IsolatedJob job, bool softMemory)
    {
        var limits = job.Limits;
        var seconds = Math.Max(1, (long)Math.Ceiling(limits.Processor.TotalSeconds));
        List<string> command =
        [
            "/usr/bin/prlimit",
            "--core=0",
            "--nofile=1024",
            Text($"--cpu={seconds}:{seconds + 1}"),
            Text($"--fsize={limits.OutputBytes}"),
            // bubblewrap's own processes count too; where we are root the user is the run's alone
            Text($"--nproc={limits.Processes + 4}"),
        ];
        if (softMemory)
            command.Add(Text($"--as={limits.MemoryBytes}"));
        command.Add("--");
        if (folder.User is { } user)
            command.AddRange(["/usr/bin/setpriv", Text($"--reuid={user}"), Text($"--regid={user}"), "--clear-groups", "--pdeathsig=KILL", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]);
        command.AddRange(["/usr/bin/env", "-i", bubblewrap, "--args", Text($"{ArgumentsDescriptor}"), "--", .. job.Command]);
        return command;
    }

    private static List<string> Fixed(IsolatedJob job)
    {
        List<string> arguments =
        [
            "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup",
            "--disable-userns", "--uid", "65534", "--gid", "65534", "--hostname", "sandbox",
            "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv",
        ];
        foreach (var (name, value) in job.Environment.SetItems(FixedEnvironment))
            arguments.AddRange(["--setenv", name, value]);
        arguments.AddRange(SystemFolders.Arguments());
        arguments.AddRange(
        [
            "--proc", "/proc",
            "--dev", "/dev",
            "--size", Text($"{16 << 20}"), "--tmpfs", "/dev/shm",
            "--size", Text($"{job.Limits.ScratchBytes}"), "--tmpfs", "/tmp",
        ]);
        return arguments;
    }

    private static readonly ImmutableSortedDictionary<string, string> FixedEnvironment = new Dictionary<string, string>
    {
        ["PATH"] = "/usr/bin",
        ["HOME"] = "/tmp",
        ["TMPDIR"] = "/tmp",
        ["LANG"] = "C.UTF-8",
        ["TZ"] = "UTC",
    }.ToImmutableSortedDictionary();

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
