using System.Threading.Channels;
using Plinth.Sandbox;

namespace Plinth.App.Web;

/// <summary>Works on the sandbox's queue while the server runs: at its start, and whenever something was handed in. What it cannot finish is open still when the server starts again.</summary>
internal sealed class SandboxWorker(SandboxService sandbox, int slots) : IAsyncDisposable
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;

    /// <summary>Why nothing runs here, or null.</summary>
    internal string? Trouble { get; private set; }

    internal void Start() => _work = Task.Run(async () =>
    {
        Wake();
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(_stop.Token))
                await RoundAsync();
        }
        catch (OperationCanceledException)
        {
            // the server ends
        }
    });

    internal void Wake() => _wake.Writer.TryWrite(true);

    private async Task RoundAsync()
    {
        try
        {
            await sandbox.WorkAsync(slots, failed: (id, exception) => Console.Error.WriteLine($"plinth: submission {id} waits: {exception.Message}"), cancellationToken: _stop.Token);
            Trouble = null;
        }
        catch (Exception exception) when (exception is Lakehouse.LakeException or IOException)
        {
            Trouble = exception.Message;
            await Console.Error.WriteLineAsync($"plinth: {exception.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }
}
