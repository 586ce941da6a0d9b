namespace Plinth.Sandbox.Isolation;

/// <summary>The verdict that runs of one service ask for: kept while good, made anew after so many runs or an hour, and after a failure asked again by itself, each time a little later.</summary>
/// <param name="check">Gives a verdict; with <c>true</c> of a job that runs now, else one that is remembered will do.</param>
internal sealed class IsolationGate(Func<bool, CancellationToken, Task<IsolationVerdict>> check, TimeProvider time)
{
    internal const int RunsBetweenChecks = 500;
    internal static readonly TimeSpan Good = TimeSpan.FromHours(1), FirstRetry = TimeSpan.FromSeconds(5), LastRetry = TimeSpan.FromMinutes(5);
    private readonly Lock _gate = new();
    private Task<IsolationVerdict>? _running;
    private IsolationVerdict? _known;
    private DateTimeOffset _until;
    private int _runs, _failures;

    /// <summary>The verdict that holds now. Who asks while a job runs waits for that job; one who gives up does not end it for the others.</summary>
    public Task<IsolationVerdict> VerdictAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var worn = _runs >= RunsBetweenChecks;
            if (_known is { } known && !worn && time.GetUtcNow() < _until)
                return Task.FromResult(known);
            if (_running is not { IsCompleted: false })
                _running = Task.Run(() => CheckAsync(worn), CancellationToken.None);
            return _running.WaitAsync(cancellationToken);
        }
    }

    /// <summary>A run is about to start.</summary>
    public void Ran() => Interlocked.Increment(ref _runs);

    /// <summary>Takes over a verdict of a job that somebody asked for.</summary>
    public void Take(IsolationVerdict verdict)
    {
        lock (_gate)
        {
            (_known, _runs) = (verdict, 0);
            _failures = verdict.Available ? 0 : _failures + 1;
            _until = time.GetUtcNow() + (verdict.Available ? Good : Retry(_failures));
        }
    }

    /// <summary>How long after so many failures in a row the next attempt waits.</summary>
    internal static TimeSpan Retry(int failures) => TimeSpan.FromSeconds(Math.Min(LastRetry.TotalSeconds, FirstRetry.TotalSeconds * Math.Pow(2, Math.Min(failures, 20) - 1)));

    private async Task<IsolationVerdict> CheckAsync(bool fresh)
    {
        IsolationVerdict verdict;
        try
        {
            verdict = await check(fresh, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            // a full disk, no more processes: no verdict, so nothing runs until there is one
            verdict = new(false, "", "", [], $"the conformance job could not run: {e.Message}", []);
        }
        Take(verdict);
        return verdict;
    }
}
