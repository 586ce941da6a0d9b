using System.Numerics;

namespace Plinth.Ingestion.Bulk;

/// <summary>Puts rows in the order of name, then time; rows equal in both keep the file's order.</summary>
internal sealed class SortedOrder
{
    private const int Digit = 11;

    private Entry[] _from = [], _to = [];
    private int[] _order = [];

    /// <param name="ranks">The name's rank of each row, 0 or more.</param>
    /// <param name="times">Microseconds.</param>
    /// <returns>Rows' positions, in order, in an array that may be longer; it is used again for the next call.</returns>
    public int[] Of(int[] ranks, long[] times, int count)
    {
        var (least, most, top) = (long.MaxValue, long.MinValue, 0);
        for (var i = 0; i < count; i++)
        {
            least = Math.Min(least, times[i]);
            most = Math.Max(most, times[i]);
            top = Math.Max(top, ranks[i]);
        }
        if (count == 0)
            return [];
        if (_order.Length < count)
            (_order, _from, _to) = (new int[count + count / 4], new Entry[count + count / 4], new Entry[count + count / 4]);
        var unit = Unit(times, count, least);
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)(most - least) / (ulong)unit);
        var all = bits + 32 - BitOperations.LeadingZeroCount((uint)top);
        return most >= least && most - least >= 0 && all <= 64 ? Radix(ranks, times, count, least, unit, bits, all) : Compare(ranks, times, count);
    }

    private int[] Radix(int[] ranks, long[] times, int count, long least, long unit, int bits, int all)
    {
        var (from, to) = (_from, _to);
        var sorted = true;
        for (var i = 0; i < count; i++)
        {
            from[i] = new(((ulong)ranks[i] << bits) | (ulong)((times[i] - least) / unit), i);
            sorted &= i == 0 || from[i].Key >= from[i - 1].Key;
        }
        var counts = new int[1 << Digit];
        for (var shift = 0; !sorted && shift < all; shift += Digit)
        {
            Array.Clear(counts);
            foreach (var entry in from.AsSpan(0, count))
                counts[(entry.Key >> shift) & ((1 << Digit) - 1)]++;
            var sum = 0;
            for (var i = 0; i < counts.Length; i++)
                (counts[i], sum) = (sum, sum + counts[i]);
            foreach (var entry in from.AsSpan(0, count))
                to[counts[(entry.Key >> shift) & ((1 << Digit) - 1)]++] = entry;
            (from, to) = (to, from);
        }
        for (var i = 0; i < count; i++)
            _order[i] = from[i].Row;
        return _order;
    }

    private int[] Compare(int[] ranks, long[] times, int count)
    {
        for (var i = 0; i < count; i++)
            _order[i] = i;
        _order.AsSpan(0, count).Sort((a, b) => ranks[a] != ranks[b] ? ranks[a].CompareTo(ranks[b]) : times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
        return _order;
    }

    /// <summary>The coarsest of second, millisecond and microsecond that loses nothing.</summary>
    private static long Unit(long[] times, int count, long least)
    {
        var unit = 1_000_000L;
        for (var i = 0; i < count && unit > 1; i++)
            while ((times[i] - least) % unit != 0)
                unit /= 1000;
        return unit;
    }

    private readonly record struct Entry(ulong Key, int Row);
}
