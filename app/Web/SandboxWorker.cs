using System.Threading.Channels;
using Plinth.Sandbox;

namespace Plinth.App.Web;

/// <summary>Works on the sandbox's queue while the server runs: at its start, whenever something was handed in, and by itself again after something went wrong, each time a little later. What it cannot finish is open still when the server starts again.</summary>
internal sealed class SandboxWorker(SandboxService sandbox, int slots, TimeSpan? firstRetry = null) : IAsyncDisposable
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(5);
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    /// <summary>Why nothing runs here, or null.</summary>
    internal string? Trouble { get; private set; }

    internal void Start() => _work = Task.Run(async () =>
    {
        var first = firstRetry ?? TimeSpan.FromSeconds(5);
        var retry = first;
        Wake();
        try
        {
            while (await _wake.Reader.ReadAsync(_stop.Token))
            {
                var clean = await RoundAsync();
                if (!clean)
                    _ = WakeAfterAsync(retry);
                retry = clean ? first : retry * 2 < LastRetry ? retry * 2 : LastRetry;
            }
        }
        catch (OperationCanceledException)
        {
            // the server ends
        }
    });

    internal void Wake() => _wake.Writer.TryWrite(true);

    private async Task WakeAfterAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, _stop.Token);
            Wake();
        }
        catch (OperationCanceledException)
        {
            // the server ends
        }
    }

    /// <returns>Whether nothing is left over that another attempt could move on.</returns>
    private async Task<bool> RoundAsync()
    {
        var failures = 0;
        try
        {
            await sandbox.WorkAsync(slots, failed: (id, exception) =>
            {
                Interlocked.Increment(ref failures);
                Console.Error.WriteLine($"plinth: submission {id} waits: {exception.Message}");
            }, cancellationToken: _stop.Token);
            Trouble = null;
            return failures == 0;
        }
        catch (Exception exception) when (exception is Lakehouse.LakeException or IOException or System.Data.Common.DbException)
        {
            Trouble = exception.Message;
            await Console.Error.WriteLineAsync($"plinth: {exception.Message}");
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }
}
