using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Plinth.Sandbox.Isolation;

/// <summary>Namespaces and a system-call filter around a program that runs on the host's own kernel.</summary>
internal sealed class Bubblewrap(SandboxOptions options) : IBackend
{
    private const int StatusDescriptor = 7, ArgumentsDescriptor = 8, FilterDescriptor = 9;
    private static readonly string[] Tools = ["/usr/bin/unshare", "/usr/bin/setpriv", "/usr/bin/prlimit", "/usr/bin/mount", "/usr/bin/env", "/bin/sh"];
    private readonly Lazy<SeccompFilter> _filter = new(SeccompFilter.ForThisMachine);

    public string Id => SandboxOptions.BubblewrapBackend;

    public string? Missing =>
        !File.Exists(options.Bubblewrap) ? $"bubblewrap is not installed ('{options.Bubblewrap}' is not there); run: apt-get install -y bubblewrap"
        : MissingTool;

    internal static string? MissingTool => Tools.FirstOrDefault(tool => !File.Exists(tool)) is { } tool ? $"'{tool}' is not there; run: apt-get install -y util-linux mount" : null;

    public Task<string> VersionAsync(CancellationToken cancellationToken) => BackendVersion.OfAsync(options.Bubblewrap, cancellationToken);

    public string FilterSha256 => _filter.Value.Sha256;
    public int OwnProcesses => 4;
    public long OwnMemoryBytes => 0;
    public bool CountsProcessorOfAll => false;
    public ImmutableArray<string> SoftLimits => Signals.IsRoot ? [] : ["user: the run has the service's own user outside its namespace"];
    public string Script => $"exec {ArgumentsDescriptor}<\"$2\" {FilterDescriptor}<\"$3\" {StatusDescriptor}>\"$4\" || exit 1; shift 4; exec \"$@\"";

    public IReadOnlyList<string> Prepare(RunFolder folder, IsolatedJob job, bool softMemory)
    {
        File.WriteAllBytes(folder.Filter, _filter.Value.ToBytes());
        File.WriteAllBytes(folder.Arguments, Arguments(folder, job));
        return Command(folder, job, softMemory);
    }

    public int? ExitCode(RunFolder folder)
    {
        if (!File.Exists(folder.Status))
            return null;
        foreach (var line in File.ReadLines(folder.Status))
        {
            using var status = JsonDocument.Parse(line);
            if (status.RootElement.TryGetProperty("exit-code", out var code))
                return code.GetInt32();
        }
        return null;
    }

    public string Hash(IsolatedJob job) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Fixed(job).Append(job.Runtime.Identity).Concat(job.Tools.Select(tool => tool.Sha256)).Concat(job.Command)) + Launcher.Text(this))));

    /// <summary>For <c>--args</c>: each ends with a zero byte.</summary>
    private static byte[] Arguments(RunFolder folder, IsolatedJob job)
    {
        List<string> arguments = [];
        foreach (var (source, target) in job.Runtime.Folders)
            arguments.AddRange(["--ro-bind", source, target]);
        foreach (var (target, link) in job.Runtime.Links)
            arguments.AddRange(["--symlink", link, target]);
        arguments.AddRange(Fixed(job));
        foreach (var tool in job.Tools)
            arguments.AddRange(["--ro-bind", tool.Source, tool.Target]);
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

    /// <summary>Limits of each process, the user, and an empty environment, around bubblewrap itself.</summary>
    private IReadOnlyList<string> Command(RunFolder folder, IsolatedJob job, bool softMemory)
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
            Text($"--nproc={limits.Processes + OwnProcesses}"),
        ];
        if (softMemory)
            command.Add(Text($"--as={limits.MemoryBytes}"));
        command.Add("--");
        if (folder.User is { } user)
            command.AddRange(["/usr/bin/setpriv", Text($"--reuid={user}"), Text($"--regid={user}"), "--clear-groups", "--pdeathsig=KILL", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]);
        command.AddRange(["/usr/bin/env", "-i", options.Bubblewrap, "--args", Text($"{ArgumentsDescriptor}"), "--", .. job.Command]);
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
        foreach (var (name, value) in job.AllEnvironment)
            arguments.AddRange(["--setenv", name, value]);
        arguments.AddRange(["--proc", "/proc"]);
        foreach (var secret in KernelFiles.Where(File.Exists))
            arguments.AddRange(["--ro-bind", "/dev/null", secret]);
        arguments.AddRange(
        [
            "--dev", "/dev",
            "--size", Text($"{16 << 20}"), "--tmpfs", "/dev/shm",
            "--size", Text($"{job.Limits.ScratchBytes}"), "--tmpfs", "/tmp",
        ]);
        return arguments;
    }

    /// <summary>What the host's kernel tells about itself and others through /proc; empty inside.</summary>
    private static readonly string[] KernelFiles = ["/proc/kallsyms", "/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/cmdline", "/proc/sysrq-trigger", "/proc/kcore", "/proc/latency_stats", "/proc/sched_debug"];

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
