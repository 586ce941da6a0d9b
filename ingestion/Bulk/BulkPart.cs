using Plinth.Ingestion.Sensors;

namespace Plinth.Ingestion.Bulk;

/// <summary>The rows of one stretch, sorted by stream and time, each once. Filled again for each stretch, so that its memory is taken once.</summary>
internal sealed class BulkPart(BulkPlan plan)
{
    private readonly SortedOrder _order = new();
    private long[] _places = [];
    private int[] _ranks = [];
    private long[] _times = [];

    /// <summary>Streams by number, as far as the part has them.</summary>
    public SensorStream?[] Streams { get; private set; } = [];

    public int Count { get; private set; }

    /// <summary>Rows that repeat another of the part in every value.</summary>
    public int Duplicates { get; private set; }

    /// <summary>The values in order: the plan's mapped columns, then the stream's number.</summary>
    public long[][] Columns { get; } = [.. Enumerable.Repeat(Array.Empty<long>(), plan.Mapped.Count + 1)];

    /// <summary>Line of each row in the file, from 1.</summary>
    public long[] Lines { get; private set; } = [];

    /// <summary>Whether each row has the stream and time of the row before, but other values.</summary>
    public bool[] Repeated { get; private set; } = [];

    /// <param name="firstLines">Line in the file on which each segment begins.</param>
    public void Fill(List<Segment> segments, long[] firstLines)
    {
        var total = segments.Sum(s => s.Count);
        Grow(total);
        Streams = new SensorStream?[plan.Streams.Count];
        for (var code = 0; code < Streams.Length; code++)
            Streams[code] = plan.StreamOf(plan.Streams.Name(code), out _);
        var rankOf = Ranks(Streams);
        var at = 0;
        for (var s = 0; s < segments.Count; s++)
        {
            var (count, times, streams) = (segments[s].Count, segments[s].Columns[plan.Time], segments[s].Columns[^1]);
            for (var r = 0; r < count; r++, at++)
                (_places[at], _ranks[at], _times[at]) = (((long)s << 32) | (uint)r, rankOf[(int)streams[r]], times[r]);
        }
        var order = _order.Of(_ranks, _times, total);
        var isKeyed = !plan.Dataset.PrimaryKey.IsEmpty;
        Parallel.For(0, Columns.Length + 1, column =>
        {
            for (var i = 0; i < total; i++)
            {
                var place = _places[order[i]];
                var (segment, row) = (segments[(int)(place >> 32)], (int)place);
                if (column == Columns.Length)
                    Lines[i] = firstLines[(int)(place >> 32)] + segment.Lines[row];
                else
                    Columns[column][i] = segment.Columns[column][row];
            }
        });
        Count = total;
        if (isKeyed)
            RemoveDuplicates(total, rankOf);
        Duplicates = total - Count;
    }

    public SensorStream Stream(int row) => Streams[(int)Columns[^1][row]]!;

    private void RemoveDuplicates(int total, int[] rankOf)
    {
        var (kept, streams, times) = (0, Columns[^1], Columns[plan.Time]);
        for (var i = 0; i < total; i++)
        {
            var again = kept > 0 && times[kept - 1] == times[i] && rankOf[(int)streams[kept - 1]] == rankOf[(int)streams[i]];
            if (again && Same(kept - 1, i))
                continue;
            Repeated[kept] = again;
            if (kept != i)
            {
                foreach (var column in Columns)
                    column[kept] = column[i];
                Lines[kept] = Lines[i];
            }
            kept++;
        }
        Count = kept;
    }

    /// <summary>Leaves out the rows that are not to be kept, in order.</summary>
    public void Keep(Func<int, bool> keeps)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!keeps(i))
                continue;
            foreach (var column in Columns)
                column[kept] = column[i];
            (Lines[kept], Repeated[kept]) = (Lines[i], Repeated[i]);
            kept++;
        }
        Count = kept;
    }

    private bool Same(int a, int b)
    {
        for (var c = 0; c < plan.Mapped.Count; c++)
            if (Columns[c][a] != Columns[c][b])
                return false;
        return true;
    }

    private void Grow(int rows)
    {
        if (_places.Length >= rows)
            return;
        var room = rows + rows / 4;
        (_places, _ranks, _times, Lines, Repeated) = (new long[room], new int[room], new long[room], new long[room], new bool[room]);
        for (var i = 0; i < Columns.Length; i++)
            Columns[i] = new long[room];
    }

    private static int[] Ranks(SensorStream?[] streams)
    {
        var names = Array.ConvertAll(streams, s => s is null ? "" : s.Urn ?? s.ThingUrn);
        var codes = new int[streams.Length];
        for (var i = 0; i < codes.Length; i++)
            codes[i] = i;
        Array.Sort(codes, (a, b) => string.CompareOrdinal(names[a], names[b]));
        var ranks = new int[codes.Length];
        for (var i = 0; i < codes.Length; i++)
            ranks[codes[i]] = i > 0 && names[codes[i]] == names[codes[i - 1]] ? ranks[codes[i - 1]] : i;
        return ranks;
    }
}
