using System.Collections.Immutable;
using System.Globalization;

namespace Plinth.Sandbox.Isolation;

/// <summary>The control groups of one run: memory, processes and cores for all its processes together, and a kill that misses none.</summary>
/// <remarks>Version 2 in one folder, version 1 in three; a version 2 tree without controllers beside version 1 still gives the kill. What cannot be had is named in <see cref="Missing"/>.</remarks>
internal sealed class ControlGroup : IDisposable
{
    private readonly List<string> _folders = [];
    private readonly HashSet<string> _held = [];
    private string? _killFile;
    private string? _memoryEvents, _pidsEvents, _cpuStat, _cpuUsage;

    private ControlGroup() { }

    /// <summary>Folders to join, by writing to their <c>cgroup.procs</c>.</summary>
    public IReadOnlyList<string> Folders => _folders;

    /// <summary>Of <c>memory, processes, cores</c>, those without a group here.</summary>
    public ImmutableArray<string> Missing => [.. new[] { "memory", "processes", "cores" }.Where(limit => !_held.Contains(limit))];

    /// <summary>Makes the groups of a run, as far as this process may.</summary>
    /// <param name="backend">What the isolation itself needs is added to the program's limits.</param>
    public static ControlGroup Create(string run, RunLimits limits, IBackend backend)
    {
        limits = limits with { Processes = limits.Processes + backend.OwnProcesses, MemoryBytes = limits.MemoryBytes + backend.OwnMemoryBytes };
        var group = new ControlGroup();
        var mounts = Mounts();
        if (mounts.FirstOrDefault(m => m.Type == "cgroup2").Path is { } unified)
            group.JoinUnified(unified, run, limits);
        group.JoinV1(mounts, "memory", run, "memory", folder =>
        {
            Write(folder, "memory.limit_in_bytes", limits.MemoryBytes);
            TryWrite(folder, "memory.memsw.limit_in_bytes", limits.MemoryBytes);
            group._memoryEvents = Path.Combine(folder, "memory.oom_control");
        });
        group.JoinV1(mounts, "pids", run, "processes", folder =>
        {
            Write(folder, "pids.max", limits.Processes);
            group._pidsEvents = Path.Combine(folder, "pids.events");
        });
        group.JoinV1(mounts, "cpu", run, "cores", folder =>
        {
            Write(folder, "cpu.cfs_period_us", 100_000);
            Write(folder, "cpu.cfs_quota_us", (long)(limits.Cores * 100_000));
            group._cpuStat = Path.Combine(folder, "cpu.stat");
        });
        if (backend.CountsProcessorOfAll)
            group.JoinV1(mounts, "cpuacct", run, "processor", folder => group._cpuUsage = Path.Combine(folder, "cpuacct.usage"));
        return group;
    }

    /// <summary>Ends every process in it.</summary>
    public void Kill()
    {
        if (_killFile is not null && TryWrite(Path.GetDirectoryName(_killFile)!, Path.GetFileName(_killFile), 1))
            return;
        foreach (var folder in _folders)
            foreach (var process in Read(Path.Combine(folder, "cgroup.procs")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Signals.Kill(int.Parse(process, CultureInfo.InvariantCulture));
    }

    /// <summary>Processes that the memory limit killed.</summary>
    public long MemoryKills => _memoryEvents is null ? 0 : Counter(_memoryEvents, "oom_kill");

    /// <summary>Times a new process was refused.</summary>
    public long ProcessRefusals => _pidsEvents is null ? 0 : Counter(_pidsEvents, "max");

    /// <summary>Periods of 0.1 s in which processes had to wait, since their share of the cores was used up.</summary>
    public long ThrottledPeriods => _cpuStat is null ? 0 : Counter(_cpuStat, "nr_throttled");

    /// <summary>Processor time of all its processes together; null where it is not counted.</summary>
    public TimeSpan? Used =>
        _cpuUsage is { } v1 && long.TryParse(Read(v1).Trim(), CultureInfo.InvariantCulture, out var nanoseconds) ? TimeSpan.FromMicroseconds(nanoseconds / 1000)
        : _cpuUsage is null && _cpuStat is { } v2 && Counter(v2, "usage_usec") is var used and > 0 ? TimeSpan.FromMicroseconds(used) : null;

    /// <summary>Kills what is left and removes the groups.</summary>
    public void Dispose()
    {
        for (var attempt = 0; attempt < 200 && _folders.Count > 0; attempt++)
        {
            if (attempt > 0)
            {
                Kill();
                Thread.Sleep(5);
            }
            _folders.RemoveAll(Remove);
        }
    }

    /// <summary>Removes groups that a killed service left behind.</summary>
    /// <param name="alive">Whether a run of that name still has its service.</param>
    public static void Sweep(string prefix, Func<string, bool> alive)
    {
        foreach (var mount in Mounts().Where(m => m.Type is "cgroup" or "cgroup2"))
            foreach (var parent in new[] { mount.Path, Path.Combine(mount.Path, "plinth"), Own(mount) })
                if (Directory.Exists(parent))
                    foreach (var folder in Directory.EnumerateDirectories(parent, prefix + "*"))
                        if (!alive(Path.GetFileName(folder)))
                        {
                            var group = new ControlGroup { _killFile = Path.Combine(folder, "cgroup.kill") };
                            group._folders.Add(folder);
                            group.Dispose();
                        }
    }

    private void JoinUnified(string root, string run, RunLimits limits)
    {
        var hybrid = Read(Path.Combine(root, "cgroup.controllers")).Trim().Length == 0;
        var parent = hybrid ? root : Path.Combine(root, "plinth");
        try
        {
            if (!hybrid)
            {
                TryWrite(root, "cgroup.subtree_control", "+memory +pids +cpu");
                Directory.CreateDirectory(parent);
                Write(parent, "cgroup.subtree_control", "+memory +pids +cpu");
            }
            var folder = Path.Combine(parent, run);
            Directory.CreateDirectory(folder);
            _folders.Add(folder);
            _killFile = File.Exists(Path.Combine(folder, "cgroup.kill")) ? Path.Combine(folder, "cgroup.kill") : null;
            if (hybrid)
                return;
            Write(folder, "memory.max", limits.MemoryBytes);
            TryWrite(folder, "memory.swap.max", 0);
            TryWrite(folder, "memory.oom.group", 1);
            Write(folder, "pids.max", limits.Processes);
            Write(folder, "cpu.max", string.Create(CultureInfo.InvariantCulture, $"{(long)(limits.Cores * 100_000)} 100000"));
            (_memoryEvents, _pidsEvents, _cpuStat) = (Path.Combine(folder, "memory.events"), Path.Combine(folder, "pids.events"), Path.Combine(folder, "cpu.stat"));
            _held.UnionWith(["memory", "processes", "cores"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // not ours to change: the run's record says that these limits are soft
        }
    }

    private void JoinV1(IReadOnlyList<(string Type, string Path, string Options)> mounts, string controller, string run, string limit, Action<string> set)
    {
        if (_held.Contains(limit) || mounts.FirstOrDefault(m => m.Type == "cgroup" && m.Options.Split(',').Contains(controller)) is not { Path: not null } mount)
            return;
        var parent = Own((mount.Type, mount.Path, controller));
        var folder = Path.Combine(Directory.Exists(parent) ? parent : mount.Path, run);
        try
        {
            Directory.CreateDirectory(folder);
            _folders.Add(folder);
            set(folder);
            _held.Add(limit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_folders.Remove(folder))
                Remove(folder);
        }
    }

    /// <summary>The group that this process is in, so that a container's own limits hold for runs too.</summary>
    private static string Own((string Type, string Path, string Options) mount)
    {
        foreach (var line in Read("/proc/self/cgroup").Split('\n'))
        {
            var parts = line.Split(':', 3);
            if (parts.Length == 3 && mount.Type == "cgroup" && parts[1].Split(',').Any(c => mount.Options.Split(',').Contains(c)))
                return mount.Path + parts[2].TrimEnd('/');
        }
        return mount.Path;
    }

    private static List<(string Type, string Path, string Options)> Mounts() =>
        [.. Read("/proc/self/mounts").Split('\n').Select(line => line.Split(' ')).Where(p => p.Length > 3 && p[2] is "cgroup" or "cgroup2").Select(p => (p[2], p[1], p[3]))];

    private static bool Remove(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long Counter(string file, string name)
    {
        foreach (var line in Read(file).Split('\n'))
            if (line.StartsWith(name + " ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture, out var value))
                return value;
        return 0;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void Write(string folder, string file, IFormattable value) => Write(folder, file, value.ToString(null, CultureInfo.InvariantCulture));

    private static void Write(string folder, string file, string value) => File.WriteAllText(Path.Combine(folder, file), value);

    private static bool TryWrite(string folder, string file, IFormattable value) => TryWrite(folder, file, value.ToString(null, CultureInfo.InvariantCulture));

    private static bool TryWrite(string folder, string file, string value)
    {
        try
        {
            if (!File.Exists(Path.Combine(folder, file)))
                return false;
            Write(folder, file, value);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
