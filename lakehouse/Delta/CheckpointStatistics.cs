using System.Text;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Delta;

/// <summary>The statistics in one checkpoint file, read when the first of them is asked for, and let go when memory is short: most openings of a table need none.</summary>
/// <param name="column">Which expression gives them as text, e.g. <c>add.stats</c>.</param>
internal sealed class CheckpointStatistics(string table, string key, string column, IObjectStore store, SqlPool sql)
{
    private readonly Lock _gate = new();
    private readonly WeakReference<Texts> _texts = new(null!);

    /// <summary>All texts of the file, one after another, by the number of the <c>add</c> action in it.</summary>
    public sealed class Texts
    {
        private readonly List<long> _starts = [0];
        private byte[] _bytes = new byte[1 << 16];

        public ReadOnlySpan<byte> this[int row] => _bytes.AsSpan((int)_starts[row], (int)(_starts[row + 1] - _starts[row]));

        public int Count => _starts.Count - 1;

        public void Add(ReadOnlySpan<byte> text)
        {
            var start = _starts[^1];
            while (start + text.Length > _bytes.Length)
                Array.Resize(ref _bytes, checked((int)Math.Min(Array.MaxLength, (long)_bytes.Length * 2)));
            text.CopyTo(_bytes.AsSpan((int)start));
            _starts.Add(start + text.Length);
        }
    }

    public string? Text(int row) => Load()[row] is { IsEmpty: false } text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>Holds on to what is read for as long as the caller does.</summary>
    /// <exception cref="TableFormatException">The checkpoint is gone since the table was opened.</exception>
    public Texts Load()
    {
        lock (_gate)
        {
            if (_texts.TryGetTarget(out var there))
                return there;
            var texts = Read();
            _texts.SetTarget(texts);
            return texts;
        }
    }

    private Texts Read()
    {
        var texts = new Texts();
        try
        {
            store.Fetch([key]);
            using var lease = sql.Rent();
            using var result = lease.Connection.Query($"SELECT {column} FROM read_parquet({SqlText.Path(store.LocalPath(key))}, hive_partitioning = false) WHERE add.path IS NOT NULL");
            while (result.NextChunk())
                for (var row = 0; row < result.Chunk.Count; row++)
                    texts.Add(result.Chunk[0].Bytes(row));
            return texts;
        }
        catch (Exception e) when (e is SqlException or IOException or OverflowException)
        {
            throw new TableFormatException(table, key, $"its statistics can no longer be read ({e.Message}); open the table again.");
        }
    }
}
