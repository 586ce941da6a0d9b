using System.Text;

namespace Plinth.Ingestion.Bulk;

/// <summary>Gives each text a small number, the same in all threads. A thread looks into a table of its own first.</summary>
internal sealed class NameTable
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    private readonly List<string> _names = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _names.Count;
        }
    }

    /// <summary>A text by its number.</summary>
    public string Name(int code)
    {
        lock (_gate)
            return _names[code];
    }

    public int CodeOf(string name)
    {
        lock (_gate)
        {
            if (_codes.TryGetValue(name, out var code))
                return code;
            _codes.Add(name, code = _names.Count);
            _names.Add(name);
            return code;
        }
    }

    /// <summary>One thread's view.</summary>
    internal sealed class View(NameTable all)
    {
        private (byte[]? Key, int Code)[] _slots = new (byte[]?, int)[1024];
        private int _used;

        /// <param name="key">Bytes that stand for the text.</param>
        /// <param name="text">Gives the text where the bytes are new.</param>
        public int CodeOf(ReadOnlySpan<byte> key, Func<byte[], string> text)
        {
            var slot = Slot(key, _slots);
            if (_slots[slot].Key is not null)
                return _slots[slot].Code;
            if (_used * 2 > _slots.Length)
            {
                var larger = new (byte[]?, int)[_slots.Length * 2];
                foreach (var entry in _slots)
                    if (entry.Key is not null)
                        larger[Slot(entry.Key, larger)] = entry;
                _slots = larger;
                slot = Slot(key, _slots);
            }
            var bytes = key.ToArray();
            var code = all.CodeOf(text(bytes));
            _slots[slot] = (bytes, code);
            _used++;
            return code;
        }

        public int CodeOf(ReadOnlySpan<byte> utf8) => CodeOf(utf8, Encoding.UTF8.GetString);

        private static int Slot(ReadOnlySpan<byte> key, (byte[]? Key, int)[] slots)
        {
            var hash = 14695981039346656037ul;
            foreach (var b in key)
                hash = (hash ^ b) * 1099511628211ul;
            for (var slot = (int)((hash ^ (hash >> 29)) & (ulong)(slots.Length - 1)); ; slot = (slot + 1) & (slots.Length - 1))
                if (slots[slot].Key is not { } found || key.SequenceEqual(found))
                    return slot;
        }
    }
}
