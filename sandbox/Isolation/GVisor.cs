using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Plinth.Sandbox.Isolation;

/// <summary>A kernel of its own in user space (<c>runsc</c>): system calls of the program never reach the host's kernel. For vendors that are not known and for rows that are not masked; slower to start and with many small files.</summary>
/// <remarks>Only for a service that is root: without control groups its limits on memory and processes would be empty words.</remarks>
internal sealed class GVisor(SandboxOptions options) : IBackend
{
    public string Id => SandboxOptions.GVisorBackend;

    public string? Missing =>
        !File.Exists(options.GVisor) ? $"gVisor is not installed ('{options.GVisor}' is not there); run: apt-get install -y runsc"
        : !Signals.IsRoot ? "gVisor is used only by a service that is root, since its limits need control groups; use bubblewrap."
        : Bubblewrap.MissingTool;

    public async Task<string> VersionAsync(CancellationToken cancellationToken) => (await BackendVersion.OfAsync(options.GVisor, cancellationToken)).Replace("runsc version", "gvisor", StringComparison.Ordinal);

    /// <summary>There is none of ours: the filter around gVisor's kernel is its own, of its version.</summary>
    public string FilterSha256 => "own-kernel";
    public int OwnProcesses => 1000; // threads of its kernel, which are not the program's
    public long OwnMemoryBytes => 64L << 20;
    public bool CountsProcessorOfAll => true; // its kernel of 2022 knows RLIMIT_CPU but does not keep it
    public ImmutableArray<string> SoftLimits => [];

    // notes the exit code for the driver; the pid file says that the program was started
    public string Script => "status=$4; shift 4; \"$@\"; echo $? > \"$status\"";

    public IReadOnlyList<string> Prepare(RunFolder folder, IsolatedJob job, bool softMemory)
    {
        var root = Directory.CreateDirectory(Path.Combine(folder.Bundle, "rootfs")).FullName;
        foreach (var inner in new[] { "proc", "sys", "dev", "tmp", "in", "app", "out" })
            Directory.CreateDirectory(Path.Combine(root, inner));
        foreach (var (_, target) in job.Runtime.Folders.Concat(job.Tools.Select(tool => (tool.Source, tool.Target))))
            MountPoint(root + target, File.Exists(Source(job, target)));
        foreach (var (target, link) in job.Runtime.Links)
            File.CreateSymbolicLink(root + target, link);
        File.WriteAllText(Path.Combine(folder.Bundle, "config.json"), JsonSerializer.Serialize(Specification(folder.User, job, folder.In, folder.App, folder.Out)));
        return
        [
            "/usr/bin/prlimit", "--core=0", "--", "/usr/bin/env", "-i", options.GVisor, "--root", Path.Combine(folder.Path, "state"), .. Flags,
            "run", "--bundle", folder.Bundle, "--pid-file", folder.Status + ".pid", folder.Name,
        ];
    }

    public int? ExitCode(RunFolder folder) =>
        File.Exists(folder.Status + ".pid") && File.Exists(folder.Status) && int.TryParse(File.ReadAllText(folder.Status), CultureInfo.InvariantCulture, out var code) ? code : null;

    public string Hash(IsolatedJob job) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Flags) + JsonSerializer.Serialize(Specification(0, job with { Runtime = job.Runtime with { Folders = [] }, Tools = [] }, "in", "app", "out"))
            + job.Runtime.Identity + string.Concat(job.Tools.Select(tool => tool.Sha256)) + Launcher.Text(this))));

    private static readonly string[] Flags = ["--network=none", "--platform=ptrace", "--ignore-cgroups", "--overlay=false"];

    private static string Source(IsolatedJob job, string target) =>
        job.Runtime.Folders.Concat(job.Tools.Select(tool => (tool.Source, tool.Target))).First(mount => mount.Item2 == target).Item1;

    private static void MountPoint(string path, bool file)
    {
        Directory.CreateDirectory(file ? Path.GetDirectoryName(path)! : path);
        if (file)
            File.WriteAllBytes(path, []);
    }

    /// <summary>The OCI runtime specification of a run.</summary>
    private static object Specification(uint? user, IsolatedJob job, string input, string app, string output)
    {
        var limits = job.Limits;
        object Mount(string source, string target, params string[] flags) => new { destination = target, type = "bind", source, options = flags.Prepend("bind") };
        object Memory(string target, long bytes) => new { destination = target, type = "tmpfs", source = "tmpfs", options = new[] { Text($"size={bytes}"), "mode=1777", "nosuid", "nodev" } };
        object Limit(string type, long most) => new { type, soft = most, hard = most };
        return new
        {
            ociVersion = "1.0.2",
            process = new
            {
                terminal = false,
                user = new { uid = user ?? 65534, gid = user ?? 65534 },
                args = job.Command,
                env = job.AllEnvironment.Select(pair => $"{pair.Key}={pair.Value}"),
                cwd = "/tmp",
                noNewPrivileges = true,
                capabilities = new { bounding = Array.Empty<string>(), effective = Array.Empty<string>(), permitted = Array.Empty<string>(), inheritable = Array.Empty<string>() },
                rlimits = new[]
                {
                    Limit("RLIMIT_NPROC", limits.Processes), Limit("RLIMIT_FSIZE", limits.OutputBytes), Limit("RLIMIT_CORE", 0), Limit("RLIMIT_NOFILE", 1024),
                },
            },
            root = new { path = "rootfs", @readonly = true },
            hostname = "sandbox",
            mounts = new[]
            {
                new { destination = "/proc", type = "proc", source = "proc" },
                Memory("/dev/shm", 16 << 20),
                Memory("/tmp", limits.ScratchBytes),
                Mount(input, "/in", "ro"),
                Mount(app, "/app", "ro"),
                Mount(output, "/out", "rw", "nosuid", "nodev", "noexec"),
            }
            .Concat(job.Runtime.Folders.Select(mount => Mount(mount.Source, mount.Target, "ro")))
            .Concat(job.Tools.Select(tool => Mount(tool.Source, tool.Target, "ro"))),
            linux = new { namespaces = new[] { "pid", "network", "ipc", "uts", "mount" }.Select(type => new { type }) },
            // so that the same specification on another machine has another hash
            annotations = new Dictionary<string, string> { ["plinth.architecture"] = RuntimeInformation.OSArchitecture.ToString() },
        };
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
