using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Plinth.Lakehouse.Delta;

/// <summary>A version's live files by key. Immutable: the next version's set shares the large part and lays its few changes over it.</summary>
internal sealed class FileSet : IReadOnlyCollection<AddFile>
{
    /// <summary>So many changes, or an eighth of all, are laid over before a set is made anew.</summary>
    private const int OverlaidAtLeast = 1024;

    public static readonly FileSet Empty = new([], ImmutableDictionary<FileKey, AddFile?>.Empty, 0);

    private readonly Dictionary<FileKey, AddFile> _base;
    private readonly ImmutableDictionary<FileKey, AddFile?> _over;

    private FileSet(Dictionary<FileKey, AddFile> all, ImmutableDictionary<FileKey, AddFile?> over, int count) => (_base, _over, Count) = (all, over, count);

    /// <summary>These files; of two with the same key the later counts.</summary>
    public static FileSet Of(IReadOnlyCollection<AddFile> files)
    {
        var all = new Dictionary<FileKey, AddFile>(files.Count);
        foreach (var file in files)
            all[file.Key] = file;
        return new(all, ImmutableDictionary<FileKey, AddFile?>.Empty, all.Count);
    }

    public int Count { get; }

    public IEnumerable<AddFile> Values => this;

    public bool TryGetValue(FileKey key, [MaybeNullWhen(false)] out AddFile file) =>
        _over.TryGetValue(key, out var over) ? (file = over) is not null : _base.TryGetValue(key, out file);

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
        var next = new FileSet(_base, over.ToImmutable(), count);
        return over.Count < OverlaidAtLeast + (_base.Count / 8) ? next : Of([.. next]);
    }

    public IEnumerator<AddFile> GetEnumerator()
    {
        foreach (var (key, file) in _base)
            if (_over.IsEmpty || !_over.ContainsKey(key))
                yield return file;
        foreach (var file in _over.Values)
            if (file is not null)
                yield return file;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool Holds(ImmutableDictionary<FileKey, AddFile?>.Builder over, FileKey key) => over.TryGetValue(key, out var file) ? file is not null : _base.ContainsKey(key);
}
