using Plinth.Lakehouse.Engine.Native;

namespace Plinth.Lakehouse.Engine;

/// <summary>Interrupts a connection's statement, and no later one, when a token is cancelled during the scope.</summary>
internal sealed class InterruptScope : IDisposable
{
    private readonly ConnectionHandle connection;
    private readonly Lock gate = new();
    private readonly CancellationTokenRegistration registration;
    private Timer? repeat;
    private bool ended;

    private InterruptScope(ConnectionHandle connection, CancellationToken token)
    {
        this.connection = connection;
        registration = token.UnsafeRegister(static scope => ((InterruptScope)scope!).Cancel(), this);
    }

    /// <returns>Null when the token can never be cancelled.</returns>
    /// <exception cref="OperationCanceledException">It is cancelled already.</exception>
    public static InterruptScope? Start(ConnectionHandle connection, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return token.CanBeCanceled ? new(connection, token) : null;
    }

    public void Dispose()
    {
        registration.Dispose();
        lock (gate)
        {
            ended = true;
            repeat?.Dispose();
        }
    }

    /// <summary>DuckDB forgets an interrupt that comes before a statement has started, so it is repeated until the scope ends.</summary>
    private void Cancel()
    {
        lock (gate)
            repeat ??= ended ? null : new(static scope => ((InterruptScope)scope!).Interrupt(), this, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
    }

    private void Interrupt()
    {
        lock (gate)
        {
            if (ended || connection.IsClosed)
                return;
            try
            {
                Capi.Interrupt(connection);
            }
            catch (ObjectDisposedException)
            {
                // Disposed just now by another thread; nothing runs on it that could be stopped.
            }
        }
    }
}
