namespace Plinth.Twin.Joins;

/// <summary>Many short byte strings in one array: a million objects less for the garbage collector.</summary>
internal sealed class Packed
{
    private byte[] _bytes = new byte[4096];
    private long[] _ends = new long[64];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            return _bytes.AsSpan((int)start, (int)(_ends[index] - start));
        }
    }

    public void Add(ReadOnlySpan<byte> item)
    {
        var start = Count == 0 ? 0 : _ends[Count - 1];
        var end = start + item.Length;
        if (end > Array.MaxLength)
            throw new InvalidOperationException($"A layer holds at most {Array.MaxLength} bytes; this one has more after {Count} rows. Simplify the geometry or split the layer.");
        if (end > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _bytes.Length)));
        if (Count == _ends.Length)
            Array.Resize(ref _ends, 2 * Count);
        item.CopyTo(_bytes.AsSpan((int)start));
        _ends[Count++] = end;
    }
}
