using System.Runtime.ExceptionServices;
using Plinth.Catalog;
using Plinth.Lakehouse.Raw;

namespace Plinth.Ingestion;

/// <summary>Hashes the next files of a run on other threads, and reads those that are quick to read, while the ones before them are stored.</summary>
/// <param name="files">In the order in which they will be asked for.</param>
/// <param name="stamp">Size and time of a file and what is remembered of it. Called on the caller's thread.</param>
/// <param name="layouts">Finds a file's layout.</param>
internal sealed class ReadAhead(IReadOnlyList<SourceFile> files, Func<string, (FileStamp Stamp, SeenFile? Seen)> stamp, Func<string, (SourceContract Contract, IFileReader Reader)> layouts, Func<string, string, SourceContract, FileInput> input)
{
    /// <summary>Files under way. What waits is a hash and a row each.</summary>
    private static readonly int Window = 8 * Environment.ProcessorCount;

    /// <summary>Bytes from which a file is read when its turn comes.</summary>
    private const long Largest = 256 << 20;

    private readonly Queue<(int Index, ReadyFile File)> _ready = new();
    private int _next;

    /// <summary>The file at a position, and the start of those after it. Positions only grow.</summary>
    public ReadyFile At(int index)
    {
        _next = Math.Max(_next, index);
        for (; _next < files.Count && _next < index + Window; _next++)
            if (files[_next].Status == FileStatus.Ingested)
                _ready.Enqueue((_next, Begin(files[_next].Path, isAhead: true)));
        while (_ready.TryPeek(out var first) && first.Index < index)
            _ready.Dequeue();
        return _ready.TryPeek(out var ready) && ready.Index == index ? _ready.Dequeue().File : Of(files[index].Path);
    }

    /// <summary>A file by itself, e.g. one out of an archive, of which nothing is remembered.</summary>
    public ReadyFile Of(string path) => Begin(path, isAhead: false);

    private ReadyFile Begin(string path, bool isAhead)
    {
        try
        {
            var (at, seen) = isAhead ? stamp(path) : (FileStamp.Of(path), null);
            var file = new ReadyFile(at, seen, () => Task.Run(() => ReadAsync(path)));
            if (isAhead && seen is null && at.Size is > 0 and < Largest && !Archive.IsNamed(path))
                _ = file.ContentAsync();
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(default, null, () => Task.FromResult(new FileContent("", null, null, null, ExceptionDispatchInfo.Capture(e))));
        }
    }

    private async Task<FileContent> ReadAsync(string path)
    {
        var sha256 = "";
        try
        {
            sha256 = await RawZone.HashAsync(path);
            var (contract, reader) = layouts(path);
            return new(sha256, contract, reader, reader.IsQuick ? reader.Read(input(path, sha256, contract)) : null, null);
        }
        catch (Exception e)
        {
            return new(sha256, null, null, null, ExceptionDispatchInfo.Capture(e));
        }
    }
}

/// <summary>A file that is, or will be, read.</summary>
internal sealed class ReadyFile(FileStamp stamp, SeenFile? seen, Func<Task<FileContent>> read)
{
    private Task<FileContent>? _content;

    public FileStamp Stamp => stamp;

    /// <summary>What is remembered of it: then it is not read unless asked for.</summary>
    public SeenFile? Seen => seen;

    public Task<FileContent> ContentAsync() => _content ??= read();
}

/// <summary>What is known of a file's content.</summary>
/// <param name="Sha256">Empty where it could not be read.</param>
/// <param name="Read">Its rows, where its reader is quick.</param>
/// <param name="Fault">Why there is no layout, or no rows.</param>
internal sealed record FileContent(string Sha256, SourceContract? Contract, IFileReader? Reader, ReadResult? Read, ExceptionDispatchInfo? Fault);
