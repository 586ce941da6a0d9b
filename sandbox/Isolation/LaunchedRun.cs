using System.Diagnostics;

namespace Plinth.Sandbox.Isolation;

/// <summary>The launcher's process. Started on a thread that lives as long as it does: the kernel's parent-death signal is tied to the thread that forked, and a pool thread may end at any time.</summary>
internal sealed class LaunchedRun : IDisposable
{
    private readonly Process _process = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LaunchedRun(ProcessStartInfo start)
    {
        _process.StartInfo = start;
        var started = new TaskCompletionSource();
        new Thread(() =>
        {
            try
            {
                Descriptors.CloseOnStart();
                _process.Start();
                started.SetResult();
            }
            catch (Exception e)
            {
                started.SetException(e);
                return;
            }
            _process.WaitForExit();
            _ended.SetResult();
        })
        { IsBackground = true, Name = "sandbox run" }.Start();
        try
        {
            started.Task.GetAwaiter().GetResult();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IsolationUnavailableException($"'{start.FileName}' cannot be started ({e.Message}); install util-linux.");
        }
        ProcessId = _process.Id;
    }

    public int ProcessId { get; }
    public Stream StandardOutput => _process.StandardOutput.BaseStream;
    public Stream StandardError => _process.StandardError.BaseStream;

    /// <summary>Waits until the launcher has its mounts.</summary>
    /// <exception cref="IsolationUnavailableException">It ended before.</exception>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1]; // a byte at a time: what follows the line is the program's
        while (await StandardOutput.ReadAsync(one, CancellationToken.None) == 1 && one[0] != '\n')
            line.Add(one[0]);
        cancellationToken.ThrowIfCancellationRequested();
        if (!line.SequenceEqual("ready"u8.ToArray()))
            throw new IsolationUnavailableException($"the isolation could not be set up: {(await _process.StandardError.ReadToEndAsync(CancellationToken.None)).Split('\n')[0].Trim()}");
    }

    /// <summary>Lets the launcher start the back end.</summary>
    public void Go()
    {
        try
        {
            _process.StandardInput.Write('\n');
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // it was killed meanwhile; the closed outputs tell
        }
    }

    /// <summary>Kills the launcher; bubblewrap dies with its parent, and everything inside with bubblewrap.</summary>
    public void Kill()
    {
        if (!_ended.Task.IsCompleted)
            Signals.Kill(ProcessId);
    }

    /// <summary>Lets the launcher go, and with it the mount of /out.</summary>
    public Task EndAsync()
    {
        _process.StandardInput.Close();
        return _ended.Task;
    }

    public void Dispose()
    {
        Kill();
        _ended.Task.Wait();
        _process.Dispose();
    }
}
