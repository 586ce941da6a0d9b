using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Plinth.Catalog.Contracts;

/// <summary>Keys known at once, values made when first asked for. Safe for many threads.</summary>
internal sealed class LazyDictionary<TKey, TValue>(IEnumerable<KeyValuePair<TKey, Lazy<TValue>>> entries, IComparer<TKey> order) : IReadOnlyDictionary<TKey, TValue>
    where TKey : notnull
{
    private readonly SortedDictionary<TKey, Lazy<TValue>> _entries = Index(entries, order);

    public TValue this[TKey key] => _entries[key].Value;

    public IEnumerable<TKey> Keys => _entries.Keys;

    public IEnumerable<TValue> Values => _entries.Values.Select(v => v.Value);

    public int Count => _entries.Count;

    public bool ContainsKey(TKey key) => _entries.ContainsKey(key);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _entries.TryGetValue(key, out var lazy);
        value = found ? lazy!.Value : default;
        return found;
    }

    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator() => _entries.Select(e => KeyValuePair.Create(e.Key, e.Value.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static SortedDictionary<TKey, Lazy<TValue>> Index(IEnumerable<KeyValuePair<TKey, Lazy<TValue>>> entries, IComparer<TKey> order)
    {
        var index = new SortedDictionary<TKey, Lazy<TValue>>(order);
        foreach (var (key, value) in entries)
            index[key] = value; // a later one replaces an earlier one
        return index;
    }
}
