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

    /// <summary>Never answers, and hands it on only when <see cref="FaultProxy.ReleaseAsync"/> is called.</summary>
    Hold,
}

/// <summary>Stands between us and a server and does to each request what a test decides.</summary>
internal sealed class FaultProxy : IDisposable
{
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
        var (buffer, head) = (new MemoryStream(), -1);
        var piece = new byte[1 << 16];
        var length = 0L;
        while (head < 0 || buffer.Length < head + 4 + length)
        {
            var read = await stream.ReadAsync(piece, _stop.Token);
            if (read == 0)
                return null;
            buffer.Write(piece, 0, read);
            if (head >= 0 || (head = buffer.GetBuffer().AsSpan(0, (int)buffer.Length).IndexOf("\r\n\r\n"u8)) < 0)
                continue;
            var header = Encoding.ASCII.GetString(buffer.GetBuffer(), 0, head).Split("\r\n").FirstOrDefault(h => h.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            length = header is null ? 0 : long.Parse(header.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture);
        }
        var bytes = buffer.ToArray();
        return [.. bytes.AsSpan(0, head), .. "\r\nConnection: close"u8, .. bytes.AsSpan(head)];
    }

    private async Task<byte[]> ForwardAsync(byte[] request)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _target(), _stop.Token);
        var stream = server.GetStream();
        await stream.WriteAsync(request, _stop.Token);
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, _stop.Token);
        return answer.ToArray();
    }

    private static string FirstLine(byte[] message) => Encoding.ASCII.GetString(message, 0, message.AsSpan().IndexOf("\r\n"u8) is >= 0 and var end ? end : message.Length);
}
