using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;

namespace Plinth.Sandbox.Isolation;

/// <summary>Runs one job under a back end and brings its declared outputs back. Asks nobody whether the isolation is sound: <see cref="Conformance"/> does that before.</summary>
internal sealed class IsolationDriver(SandboxOptions options, IBackend backend)
{
    public IsolationDriver(SandboxOptions options) : this(options, Backends.Of(options)) { }

    /// <summary>Of the system-call filter.</summary>
    public string FilterSha256 => backend.FilterSha256;

    /// <summary>Runs a job to its end.</summary>
    /// <exception cref="IsolationUnavailableException">The isolation could not be set up; the job's program was not started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing of the run is left.</exception>
    public async Task<IsolatedResult> RunAsync(IsolatedJob job, CancellationToken cancellationToken)
    {
        // 1. Folder: inputs, launcher's files; handed over to the run's own user.
        using var folder = RunFolder.Create(options.ScratchFolder);
        if (job.WriteInputs is { } writeInputs)
            await writeInputs(folder.In, cancellationToken);
        folder.HandOver();

        // 2. Limits for all processes together, as far as this machine and user have them.
        using var group = ControlGroup.Create(folder.Name, job.Limits, backend);
        var softMemory = group.Missing.Contains("memory");
        var command = backend.Prepare(folder, job, softMemory);

        // 3. Start; then the code, into memory that ends with the launcher.
        using var run = new LaunchedRun(Launcher.Start(backend, folder, job, group, command));
        await using (cancellationToken.Register(run.Kill))
            await run.ReadyAsync(cancellationToken);
        await WriteAppAsync(job, folder, $"/proc/{run.ProcessId}/root{folder.App}", cancellationToken);

        // 4. Go, and wait for the end of both outputs: the launcher closes its own when the sandbox is dead.
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
        run.Go();
        job.Started?.Invoke(run.ProcessId);
        var output = BoundedPump.ReadAsync(run.StandardOutput, job.Limits.TextBytes, () => Stop(IsolatedOutcome.Text));
        var error = BoundedPump.ReadAsync(run.StandardError, job.Limits.TextBytes, () => Stop(IsolatedOutcome.Text));
        await WatchAsync(Task.WhenAll(output, error), group, job.Limits, () => Stop(IsolatedOutcome.Processor));
        var duration = clock.Elapsed;
        await registration.DisposeAsync();

        // 5. Outcome.
        var exitCode = stopped is null ? backend.ExitCode(folder) : null;
        var text = (Output: await output, Error: await error);
        var outcome = stopped ?? Judge(exitCode, group, softMemory, text.Error);

        // 6. Outputs, while the launcher still holds their mount and nothing of the sandbox lives.
        var files = outcome == IsolatedOutcome.Completed
            ? job.Outputs.Select(name => Collector.Collect($"/proc/{run.ProcessId}/root{folder.Out}", name, job.Limits.OutputBytes)).ToImmutableArray()
            : [];
        await run.EndAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return new(outcome, exitCode, duration, text.Output, text.Error, files, SoftLimits(group), backend.Hash(job), Reached(outcome, group));
    }

    /// <summary>Limits that hold only partly for this user on this machine.</summary>
    private ImmutableArray<string> SoftLimits(ControlGroup group) =>
    [
        .. group.Missing.Select(limit => limit switch
        {
            "memory" => "memory: per process only, no control group",
            "processes" => "processes: by the user's limit only, no control group",
            _ => "cores: not limited, no control group",
        }),
        .. backend.SoftLimits,
    ];

    private static async Task WriteAppAsync(IsolatedJob job, RunFolder folder, string target, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (inside, host) in job.App)
            {
                var file = Path.Combine(target, inside);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.Copy(host, file);
            }
            if (job.WriteApp is { } writeApp)
                await writeApp(target, cancellationToken);
            folder.HandOver(target);
        }
        catch (DirectoryNotFoundException)
        {
            throw new IsolationUnavailableException("the launcher ended before the submission was handed to it.");
        }
    }

    /// <summary>Waits for the end, and where the back end keeps no limit on processor time looks at it now and then.</summary>
    private async Task WatchAsync(Task ended, ControlGroup group, RunLimits limits, Action over)
    {
        while (backend.CountsProcessorOfAll && await Task.WhenAny(ended, Task.Delay(100)) != ended)
            if (group.Used > limits.Processor)
                over();
        await ended;
    }

    private static ImmutableArray<string> Reached(IsolatedOutcome outcome, ControlGroup group)
    {
        var reached = ImmutableArray.CreateBuilder<string>();
        if (outcome is IsolatedOutcome.WallClock or IsolatedOutcome.Text or IsolatedOutcome.Processor)
            reached.Add(outcome switch { IsolatedOutcome.WallClock => "wall clock", IsolatedOutcome.Text => "standard output or error", _ => "processor time" });
        if (group.MemoryKills is var kills and > 0)
            reached.Add(FormattableString.Invariant($"memory: {kills} killed"));
        else if (outcome == IsolatedOutcome.Memory)
            reached.Add("memory");
        if (group.ProcessRefusals is var refusals and > 0)
            reached.Add(FormattableString.Invariant($"processes: {refusals} refused"));
        if (group.ThrottledPeriods is var periods and > 0)
            reached.Add(FormattableString.Invariant($"cores: {periods} periods throttled"));
        return reached.ToImmutable();
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
