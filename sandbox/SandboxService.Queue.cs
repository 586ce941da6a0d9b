using Plinth.Sandbox.Lifecycle;

namespace Plinth.Sandbox;

/// <summary>The queue of open submissions.</summary>
public sealed partial class SandboxService
{
    private static readonly TimeSpan CancelPoll = TimeSpan.FromMilliseconds(300);

    /// <summary>Drives all open submissions on as far as they go, so many at once, with fair shares between organisations. After a crash the same call goes on where it stopped.</summary>
    /// <param name="slots">Submissions at work at once; several processes may call this, each with its own.</param>
    /// <param name="failed">Told of a submission that could not be driven on for a reason of ours; it stays where it is, the others go on.</param>
    /// <exception cref="IsolationUnavailableException">No isolation here: nothing was run.</exception>
    public async Task WorkAsync(int slots, IProgress<SandboxProgress>? progress = null, Action<string, Exception>? failed = null, CancellationToken cancellationToken = default)
    {
        if (_desk.Open().Count == 0)
            return;
        if (await IsolationAsync(cancellationToken) is { Available: false } verdict)
            throw new IsolationUnavailableException(verdict.Reason!);
        await new SubmissionQueue(_desk, Locks).WorkAsync(slots, (id, cancel) => DriveAsync(id, progress, cancel), failed ?? ((_, _) => { }), cancellationToken);
    }

    private string Locks => Path.Combine(_catalog.Lake.Root, "control", "sandbox-locks");

    /// <summary>Drives one submission, whose lock the caller holds; stops its run when its organisation takes it back.</summary>
    private async Task DriveAsync(string id, IProgress<SandboxProgress>? progress, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchAsync(id, stop, ended.Token);
        try
        {
            await _process.DriveAsync(id, _scenarios.Of, progress, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await _process.DriveAsync(id, _scenarios.Of, progress, cancellationToken); // notes that it was taken back
        }
        finally
        {
            await ended.CancelAsync();
            await watch;
        }
    }

    private async Task WatchAsync(string id, CancellationTokenSource stop, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            if (_desk.IsCancelled(id))
                await stop.CancelAsync();
            else
                await Task.Delay(CancelPoll, ended).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
