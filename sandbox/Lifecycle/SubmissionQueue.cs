namespace Plinth.Sandbox.Lifecycle;

/// <summary>Works on open submissions, so many at once, with fair shares between organisations: the next place goes to the one that was served the longest ago, and there to its oldest submission.</summary>
/// <remarks>
/// Holds nothing that a crash could lose: what is open is read from the control store each time, who is at work is a lock that ends with its process. Several processes may work at once.
/// </remarks>
internal sealed class SubmissionQueue(Desk desk, string locks)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _taken = [], _put = [];

    /// <summary>Works until nothing is open that this process can move on, or until cancelled.</summary>
    /// <param name="work">Drives one submission on as far as it goes.</param>
    /// <param name="failed">Told of a submission that could not be driven on: the others go on, it stays where it is.</param>
    public Task WorkAsync(int slots, Func<string, CancellationToken, Task> work, Action<string, Exception> failed, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, slots).Select(_ => Task.Run(() => SlotAsync(work, failed, cancellationToken), cancellationToken)));

    private async Task SlotAsync(Func<string, CancellationToken, Task> work, Action<string, Exception> failed, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && Next() is { } next)
        {
            using var mine = next.Lock;
            try
            {
                await work(next.Id, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                failed(next.Id, exception);
            }
            finally
            {
                lock (_gate)
                {
                    _taken.Remove(next.Organisation + "\n" + next.Id);
                    _put.Add(next.Id); // it went as far as it goes: not again by this queue
                }
            }
        }
    }

    private (string Id, string Organisation, SubmissionLock Lock)? Next()
    {
        lock (_gate)
        {
            var running = _taken.CountBy(taken => taken[..taken.IndexOf('\n')]).ToDictionary();
            foreach (var open in desk.Open().Where(o => !_put.Contains(o.Id) && !_taken.Contains(o.Organisation + "\n" + o.Id))
                .OrderBy(o => running.GetValueOrDefault(o.Organisation)).ThenBy(o => o.Turn).ThenBy(o => o.SubmittedAt, StringComparer.Ordinal).ThenBy(o => o.Id, StringComparer.Ordinal))
                if (SubmissionLock.TryTake(locks, open.Id) is { } mine)
                {
                    _taken.Add(open.Organisation + "\n" + open.Id);
                    desk.Serve(open.Organisation);
                    return (open.Id, open.Organisation, mine);
                }
            return null;
        }
    }
}
