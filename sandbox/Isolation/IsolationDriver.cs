using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Plinth.Sandbox.Isolation;

/// <summary>Runs one job under bubblewrap and brings its declared outputs back. Asks nobody whether the isolation is sound: <see cref="SelfTest"/> does that before.</summary>
internal sealed class IsolationDriver(SandboxOptions options)
{
    private readonly SeccompFilter _filter = SeccompFilter.ForThisMachine();

    /// <summary>Of the system-call filter.</summary>
    public string FilterSha256 => _filter.Sha256;

    /// <summary>Runs a job to its end.</summary>
    /// <exception cref="IsolationUnavailableException">The isolation could not be set up; the job's program was not started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing of the run is left.</exception>
    public async Task<IsolatedResult> RunAsync(IsolatedJob job, CancellationToken cancellationToken)
    {
        // 1. Folder: code, inputs, launcher's files; handed over to the run's own user.
        using var folder = RunFolder.Create(options.ScratchFolder);
        CopyApp(job, folder);
        if (job.WriteInputs is { } writeInputs)
            await writeInputs(folder.In, cancellationToken);
        await File.WriteAllBytesAsync(folder.Filter, _filter.ToBytes(), cancellationToken);
        await File.WriteAllBytesAsync(folder.Arguments, Bubblewrap.Arguments(folder, job), cancellationToken);
        folder.HandOver();

        // 2. Limits for all processes together, as far as this machine and user have them.
        using var group = ControlGroup.Create(folder.Name, job.Limits);
        var softMemory = group.Missing.Contains("memory");

        // 3. Start, and wait for the end of both outputs: the launcher closes its own when the sandbox is dead.
        using var run = new LaunchedRun(Start(folder, job, group, softMemory));
        using var wallClock = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        wallClock.CancelAfter(job.Limits.WallClock);
        IsolatedOutcome? stopped = null;
        void Stop(IsolatedOutcome why)
        {
            stopped ??= why;
            run.Kill();
            group.Kill();
        }
        var clock = Stopwatch.StartNew();
        await using var registration = wallClock.Token.Register(() => Stop(cancellationToken.IsCancellationRequested ? IsolatedOutcome.Killed : IsolatedOutcome.WallClock));
        var output = BoundedPump.ReadAsync(run.StandardOutput, job.Limits.TextBytes, () => Stop(IsolatedOutcome.Text));
        var error = BoundedPump.ReadAsync(run.StandardError, job.Limits.TextBytes, () => Stop(IsolatedOutcome.Text));
        await Task.WhenAll(output, error);
        var duration = clock.Elapsed;
        await registration.DisposeAsync();

        // 4. Outcome.
        var exitCode = stopped is null ? ReadStatus(folder) : null;
        var text = (Output: await output, Error: await error);
        var outcome = stopped ?? Judge(exitCode, group, softMemory, text.Error);

        // 5. Outputs, while the launcher still holds their mount and nothing of the sandbox lives.
        var files = outcome == IsolatedOutcome.Completed
            ? job.Outputs.Select(name => Collector.Collect($"/proc/{run.ProcessId}/root{folder.Out}", name, job.Limits.OutputBytes)).ToImmutableArray()
            : [];
        await run.EndAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return new(outcome, exitCode, duration, text.Output, text.Error, files, SoftLimits(group), Bubblewrap.Hash(job), group.ProcessRefusals);
    }

    /// <summary>Limits that hold only partly for this user on this machine.</summary>
    public static ImmutableArray<string> SoftLimits(ControlGroup group) =>
    [
        .. group.Missing.Select(limit => limit switch
        {
            "memory" => "memory: per process only, no control group",
            "processes" => "processes: by the user's limit only, no control group",
            _ => "cores: not limited, no control group",
        }),
        .. Signals.IsRoot ? Array.Empty<string>() : ["user: the run has the service's own user outside its namespace"],
    ];

    private static void CopyApp(IsolatedJob job, RunFolder folder)
    {
        foreach (var (inside, host) in job.App)
        {
            var target = Path.Combine(folder.App, inside);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(host, target);
        }
    }

    private ProcessStartInfo Start(RunFolder folder, IsolatedJob job, ControlGroup group, bool softMemory)
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
        var owner = "";
        if (folder.User is { } user)
            owner = string.Create(CultureInfo.InvariantCulture, $",uid={user},gid={user}");
        else
            arguments.AddRange(["--user", "--map-root-user"]);
        var mount = string.Create(CultureInfo.InvariantCulture, $"size={job.Limits.OutputBytes},nr_inodes={job.Limits.OutputFiles},mode=0700,nosuid,nodev,noexec{owner}");
        arguments.AddRange(
        [
            "/usr/bin/setpriv", "--pdeathsig", "KILL", "/bin/sh", "-c", Bubblewrap.Launcher, "launcher",
            folder.Out, mount, string.Join(' ', group.Folders), folder.Arguments, folder.Filter, folder.Status,
            .. Bubblewrap.Command(options.Bubblewrap, folder, job, softMemory),
        ]);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>The exit code as bubblewrap noted it, where the run cannot write; null when the program was not started or bubblewrap was killed.</summary>
    private static int? ReadStatus(RunFolder folder)
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

    private static IsolatedOutcome Judge(int? exitCode, ControlGroup group, bool softMemory, byte[] error)
    {
        const int killedBySignal = 128, processorTime = 24;
        if (group.MemoryKills > 0)
            return IsolatedOutcome.Memory;
        return exitCode switch
        {
            0 => IsolatedOutcome.Completed,
            null => throw new IsolationUnavailableException($"the isolation could not be set up: {FirstLine(error)}"),
            killedBySignal + processorTime => IsolatedOutcome.Processor,
            _ when softMemory && Encoding.UTF8.GetString(error).Contains("MemoryError", StringComparison.Ordinal) => IsolatedOutcome.Memory,
            _ => IsolatedOutcome.Crashed,
        };
    }

    private static string FirstLine(byte[] text)
    {
        var line = Encoding.UTF8.GetString(text).Split('\n')[0].Trim();
        return line.Length == 0 ? "the launcher said nothing" : line[..Math.Min(line.Length, 300)];
    }
}
