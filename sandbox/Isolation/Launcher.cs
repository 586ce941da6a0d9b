using System.Diagnostics;
using System.Globalization;

namespace Plinth.Sandbox.Isolation;

/// <summary>The process between the service and a back end: holds the mounts of a run in a mount namespace of its own, joins the control groups, ends with its parent. Everything is an argument in a list or a file handed over by descriptor; nothing is a command line put together from text.</summary>
internal static class Launcher
{
    /// <summary>
    /// 1. Mounts size-limited folders over /out's and /app's sources; both are memory that ends with this process.
    /// 2. Says <c>ready</c>, and waits for a line: meanwhile the service writes the code into /app.
    /// 3. Joins the control groups, becomes the back end in a child.
    /// 4. Closes both outputs (that is how the driver learns of the end), waits until the outputs are collected.
    /// Arguments: out folder, its mount options, app folder, its mount options, control groups, arguments file, filter file, status file, then the command.
    /// </summary>
    private static string Script(IBackend backend) => $$"""
        /usr/bin/mount -t tmpfs -o "$2" plinth "$1" || exit 1
        /usr/bin/mount -t tmpfs -o "$4" plinth "$3" || exit 1
        shift 4
        echo ready
        read -r _ || exit 1
        /usr/bin/setpriv --pdeathsig KILL /bin/sh -c '
        for group in $1; do echo $$ > "$group/cgroup.procs" || exit 1; done
        {{backend.Script}}' launcher "$@" </dev/null
        exec 1>&- 2>&-
        read -r _ || :
        """;

    /// <summary>What the hash of a back end's arguments takes in of it.</summary>
    public static string Text(IBackend backend) => Script(backend);

    public static ProcessStartInfo Start(IBackend backend, RunFolder folder, IsolatedJob job, ControlGroup group, IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo("/usr/bin/unshare")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        List<string> arguments = ["--mount", "--propagation", "private"];
        if (folder.User is null)
            arguments.AddRange(["--user", "--map-root-user"]);
        arguments.AddRange(
        [
            "/usr/bin/setpriv", "--pdeathsig", "KILL", "/bin/sh", "-c", Script(backend), "launcher",
            folder.Out, Options($"size={job.Limits.OutputBytes},nr_inodes={job.Limits.OutputFiles},mode=0700,nosuid,nodev,noexec", folder.User, folder.User),
            folder.App, Options($"size={Intake.IntakeRules.MaximumBytes + (16L << 20)},nr_inodes=4000,mode=0750,nosuid,nodev", 0, folder.User),
            string.Join(' ', group.Folders), folder.Arguments, folder.Filter, folder.Status,
            .. command,
        ]);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    private static string Options(FormattableString options, uint? user, uint? group) =>
        options.ToString(CultureInfo.InvariantCulture) + (group is null ? "" : string.Create(CultureInfo.InvariantCulture, $",uid={user},gid={group}"));
}
