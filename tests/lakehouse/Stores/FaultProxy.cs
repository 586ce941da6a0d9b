using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plinth.Tests.Lakehouse.Stores;

/// <summary>What a proxy does with a request.</summary>
internal enum Fault
{
    /// <summary>Hands it on, and the answer back.</summary>
    None,

    /// <summary>Answers 500 without handing it on.</summary>
    Refuse,

    /// <summary>Hands it on; answers 500 in place of the server's answer.</summary>
    DoAndRefuse,

    /// <summary>Hands it on and never answers.</summary>
    DoAndKeepSilent,

    /// <summary>Hands it on, and the answer back after <see cref="FaultProxy.Late"/>.</summary>
    AnswerLate,

    /// <summary>Never answers, and hands it on only when <see cref="FaultProxy.ReleaseAsync"/> is called.</summary>
    Hold,
}

/// <summary>Stands between us and a server and does to each request what a test decides.</summary>
internal sealed class FaultProxy : IDisposable
{
    /// <summary>Short of the time that a test allows a request.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(0.5);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<byte[]> _held = [];
    private readonly Func<int> _target;

    public FaultProxy(Func<int> target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Decides by the request's first line.</summary>
    public Func<string, Fault> Decide { get; set; } = _ => Fault.None;

    /// <summary>Hands on what was held, in order; gives the first lines of the server's answers.</summary>
    public async Task<IReadOnlyList<string>> ReleaseAsync()
    {
        List<byte[]> held;
        lock (_held)
            (held, _) = ([.. _held], _held);
        var answers = new List<string>();
        foreach (var request in held)
            answers.Add(FirstLine(await ForwardAsync(request)));
        return answers;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await RequestAsync(stream) is not { } request)
                    return;
                var fault = Decide(FirstLine(request));
                if (fault == Fault.Hold)
                    lock (_held)
                        _held.Add(request);
                var answer = fault is Fault.Refuse or Fault.Hold ? [] : await ForwardAsync(request);
                if (fault is Fault.AnswerLate)
                    await Task.Delay(Late, _stop.Token);
                if (fault is Fault.Hold or Fault.DoAndKeepSilent)
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                if (fault is Fault.Refuse or Fault.DoAndRefuse)
                    answer = "HTTP/1.1 500 Internal Server Error\r\nx-ms-error-code: InternalError\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
                await stream.WriteAsync(answer, _stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client gave up, or the test is over.
            }
        }
    }

    /// <summary>One whole request, made to be the last of its connection.</summary>
    private async Task<byte[]?> RequestAsync(NetworkStream stream)
    {
        var message = await MessageAsync(stream, async head =>
        {
            if (head.Contains("\r\nExpect: 100-continue", StringComparison.OrdinalIgnoreCase))
                await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _stop.Token);
        });
        if (message is not var (head, body))
            return null;
        head = head.Replace("\r\nExpect: 100-continue", "", StringComparison.OrdinalIgnoreCase).Replace("\r\nConnection: keep-alive", "", StringComparison.OrdinalIgnoreCase);
        return [.. Encoding.Latin1.GetBytes(head), .. "\r\nConnection: close\r\n\r\n"u8, .. body];
    }

    private async Task<byte[]> ForwardAsync(byte[] request)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _target(), _stop.Token);
        var stream = server.GetStream();
        await stream.WriteAsync(request, _stop.Token);
        var isHead = request.AsSpan().StartsWith("HEAD "u8);
        return await MessageAsync(stream, _ => Task.CompletedTask, isHead) is var (head, body) ? [.. Encoding.Latin1.GetBytes(head), .. "\r\n\r\n"u8, .. body] : [];
    }

    /// <summary>One message by its own length, or to the end of the connection where it does not say; null where the connection ends first.</summary>
    private async Task<(string Head, byte[] Body)?> MessageAsync(NetworkStream stream, Func<string, Task> begun, bool headOnly = false)
    {
        var (buffer, head, length) = (new MemoryStream(), -1, 0L);
        var piece = new byte[1 << 16];
        while (head < 0 || buffer.Length < head + 4 + length)
        {
            var read = await stream.ReadAsync(piece, _stop.Token);
            if (read == 0 && (head < 0 || length != long.MaxValue / 2))
                return null;
            if (read == 0)
                break;
            buffer.Write(piece, 0, read);
            if (head >= 0 || (head = buffer.GetBuffer().AsSpan(0, (int)buffer.Length).IndexOf("\r\n\r\n"u8)) < 0)
                continue;
            var text = Encoding.Latin1.GetString(buffer.GetBuffer(), 0, head);
            var lines = text.Split("\r\n");
            var header = lines.FirstOrDefault(h => h.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            length = headOnly ? 0 : header is not null ? long.Parse(header.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture)
                : lines.Any(h => h.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase)) ? long.MaxValue / 2 : 0;
            await begun(text);
        }
        var bytes = buffer.ToArray();
        return (Encoding.Latin1.GetString(bytes, 0, head), bytes[(head + 4)..]);
    }

    private static string FirstLine(byte[] message) => Encoding.ASCII.GetString(message, 0, message.AsSpan().IndexOf("\r\n"u8) is >= 0 and var end ? end : message.Length);
}
