using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Plinth.Lakehouse.Delta;

/// <summary>A version's live files by key. Immutable: the next version's set shares the large part and lays its few changes over it.</summary>
internal sealed class FileSet : IReadOnlyCollection<AddFile>
{
    /// <summary>So many changes, or an eighth of all, are laid over before a set is made anew.</summary>
    private const int OverlaidAtLeast = 1024;

    public static readonly FileSet Empty = new(null, [], ImmutableDictionary<FileKey, AddFile?>.Empty, 0);

    // One of the two holds the large part: what a checkpoint had, or what was put together since.
    private readonly FileColumns? _checkpoint;
    private readonly Dictionary<FileKey, AddFile> _base;
    private readonly ImmutableDictionary<FileKey, AddFile?> _over;

    private FileSet(FileColumns? checkpoint, Dictionary<FileKey, AddFile> all, ImmutableDictionary<FileKey, AddFile?> over, int count) => (_checkpoint, _base, _over, Count) = (checkpoint, all, over, count);

    /// <summary>A checkpoint's files.</summary>
    public static FileSet Of(FileColumns files) => new(files, [], ImmutableDictionary<FileKey, AddFile?>.Empty, files.Count);

    /// <summary>These files; of two with the same key the later counts.</summary>
    public static FileSet Of(IReadOnlyCollection<AddFile> files)
    {
        var all = new Dictionary<FileKey, AddFile>(files.Count);
        foreach (var file in files)
            all[file.Key] = file;
        return new(null, all, ImmutableDictionary<FileKey, AddFile?>.Empty, all.Count);
    }

    public int Count { get; }

    public IEnumerable<AddFile> Values => this;

    public bool TryGetValue(FileKey key, [MaybeNullWhen(false)] out AddFile file) =>
        _over.TryGetValue(key, out var over) ? (file = over) is not null : TryGetBase(key, out file);

    public AddFile? GetValueOrDefault(FileKey key) => TryGetValue(key, out var file) ? file : null;

    public bool ContainsKey(FileKey key) => TryGetValue(key, out _);

    /// <summary>The set without the files of <paramref name="removed"/>, then with <paramref name="added"/>.</summary>
    public FileSet With(IReadOnlyCollection<FileKey> removed, IReadOnlyCollection<AddFile> added)
    {
        if (removed.Count == 0 && added.Count == 0)
            return this;
        if (Count == 0)
            return Of(added);
        var (over, count) = (_over.ToBuilder(), Count);
        foreach (var key in removed)
            if (Holds(over, key))
            {
                over[key] = null;
                count--;
            }
        foreach (var file in added)
        {
            if (!Holds(over, file.Key))
                count++;
            over[file.Key] = file;
        }
        var next = new FileSet(_checkpoint, _base, over.ToImmutable(), count);
        return over.Count < OverlaidAtLeast + (Count / 8) ? next : Of([.. next]);
    }

    /// <summary>The files by number.</summary>
    public FileList ToList()
    {
        if (_checkpoint is null)
            return new(null, null, [.. this]);
        if (_over.IsEmpty)
            return new(_checkpoint, null, []);
        var gone = _over.Keys.Select(_checkpoint.Find).ToHashSet();
        return new(_checkpoint, [.. Enumerable.Range(0, _checkpoint.Count).Where(number => !gone.Contains(number))], [.. _over.Values.OfType<AddFile>()]);
    }

    public IEnumerator<AddFile> GetEnumerator()
    {
        for (var number = 0; number < _checkpoint?.Count; number++)
            if (_checkpoint[number] is var file && (_over.IsEmpty || !_over.ContainsKey(file.Key)))
                yield return file;
        foreach (var (key, file) in _base)
            if (_over.IsEmpty || !_over.ContainsKey(key))
                yield return file;
        foreach (var file in _over.Values)
            if (file is not null)
                yield return file;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool TryGetBase(FileKey key, [MaybeNullWhen(false)] out AddFile file)
    {
        if (_checkpoint is null)
            return _base.TryGetValue(key, out file);
        var number = _checkpoint.Find(key);
        file = number < 0 ? null : _checkpoint[number];
        return file is not null;
    }

    private bool Holds(ImmutableDictionary<FileKey, AddFile?>.Builder over, FileKey key) => over.TryGetValue(key, out var file) ? file is not null : TryGetBase(key, out _);
}
