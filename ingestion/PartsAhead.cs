using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Plinth.Ingestion;

/// <summary>Reads the next part of a file on another thread while the one before it is committed.</summary>
internal static class PartsAhead
{
    /// <summary>The same parts in the same order, and the same exception in the same place. One part waits while another is worked on.</summary>
    /// <param name="path">Where the file lies.</param>
    /// <param name="least">Bytes from which a file is worth a thread.</param>
    public static IEnumerable<FilePart> Of(IEnumerable<FilePart> parts, string path, long least) => new FileInfo(path) is { Exists: true } file && file.Length >= least ? Ahead(parts) : parts;

    private static IEnumerable<FilePart> Ahead(IEnumerable<FilePart> parts)
    {
        var waiting = Channel.CreateBounded<(FilePart? Part, ExceptionDispatchInfo? Fault)>(1);
        using var stop = new CancellationTokenSource();
        using var room = new SemaphoreSlim(1);
        var reading = Task.Run(() => ReadAsync(parts, waiting.Writer, room, stop.Token));
        try
        {
            while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                while (waiting.Reader.TryRead(out var next))
                {
                    next.Fault?.Throw();
                    room.Release();
                    yield return next.Part!;
                }
        }
        finally
        {
            stop.Cancel();
            reading.GetAwaiter().GetResult(); // nothing is read any more when the file's turn is over
        }
    }

    /// <param name="room">Has place for one part: the next is begun when it is taken, so that no third one takes memory.</param>
    private static async Task ReadAsync(IEnumerable<FilePart> parts, ChannelWriter<(FilePart?, ExceptionDispatchInfo?)> to, SemaphoreSlim room, CancellationToken stop)
    {
        try
        {
            using var each = parts.GetEnumerator();
            await room.WaitAsync(stop);
            while (each.MoveNext())
            {
                await to.WriteAsync((each.Current, null), stop);
                await room.WaitAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            try
            {
                await to.WriteAsync((null, ExceptionDispatchInfo.Capture(e)), stop);
            }
            catch (OperationCanceledException)
            {
                // whoever asked for parts has an error of its own
            }
        }
        finally
        {
            to.Complete();
        }
    }
}
