using System.Collections.Concurrent;
using System.Runtime.Intrinsics.X86;
using NetTopologySuite.Geometries;

namespace Plinth.Twin.Joins;

/// <summary>An edge of a polygon, as its ring goes.</summary>
internal readonly record struct Edge(double X1, double Y1, double X2, double Y2);

/// <summary>A region in a cell. No edges: it covers the whole cell. More: the next entry is of the same cell.</summary>
internal readonly record struct GridEntry(int Region, int Start, int Count, bool More);

/// <summary>
/// Which polygons a point lies in: a raster over their extent. A cell is empty, wholly inside one polygon, or lists polygons, each with the edges of the
/// cell's row that a ray to the right from the cell can meet; so only points in cells on a border take an exact test. Never changes; any thread may ask.
/// </summary>
internal sealed unsafe class RegionGrid
{
    private readonly int[] _cells; // 0 empty, region + 1, or ~(first entry)
    private readonly GridEntry[] _entries;
    private readonly Edge[] _edges;

    public RegionGrid(GridFrame frame, int[] cells, GridEntry[] entries, Edge[] edges) =>
        (Frame, _cells, _entries, _edges) = (frame, cells, entries, edges);

    public GridFrame Frame { get; }

    public long Bytes => (_cells.LongLength * sizeof(int)) + (_entries.LongLength * sizeof(GridEntry)) + (_edges.LongLength * sizeof(Edge));

    /// <summary>The one region of each point, or -1: the first in the layer's order that has it inside, else the first that has it on its border.</summary>
    public void Locate(ReadOnlySpan<double> xs, ReadOnlySpan<double> ys, Span<int> regions)
    {
        var at = stackalloc int[Block];
        var pending = stackalloc int[Block];
        for (var done = 0; done < xs.Length; done += Block)
        {
            var count = Math.Min(Block, xs.Length - done);
            var x = xs.Slice(done, count);
            var y = ys.Slice(done, count);
            var into = regions.Slice(done, count);
            Cells(x, y, at);
            var few = 0;
            for (var i = 0; i < count; i++)
            {
                into[i] = at[i] - 1;
                pending[few] = i;
                few += at[i] >>> 31;
            }
            Prefetch(at, pending, few);
            for (var p = 0; p < few; p++)
                into[pending[p]] = First(~at[pending[p]], x[pending[p]], y[pending[p]]);
        }
    }

    /// <summary>The set of regions that have each point inside or on their border, as a number for <see cref="Members"/>; -1 for none. Equal sets have equal numbers.</summary>
    public void LocateSets(ReadOnlySpan<double> xs, ReadOnlySpan<double> ys, Span<long> sets)
    {
        var at = stackalloc int[Block];
        var pending = stackalloc int[Block];
        for (var done = 0; done < xs.Length; done += Block)
        {
            var count = Math.Min(Block, xs.Length - done);
            var x = xs.Slice(done, count);
            var y = ys.Slice(done, count);
            var into = sets.Slice(done, count);
            Cells(x, y, at);
            var few = 0;
            for (var i = 0; i < count; i++)
            {
                into[i] = at[i] - 1;
                pending[few] = i;
                few += at[i] >>> 31;
            }
            Prefetch(at, pending, few);
            for (var p = 0; p < few; p++)
                into[pending[p]] = Set(~at[pending[p]], x[pending[p]], y[pending[p]]);
        }
    }

    /// <summary>The regions of a set.</summary>
    /// <exception cref="ArgumentException">It is no set of this grid.</exception>
    public int[] Members(long set)
    {
        if (set is >= 0 and < Pair)
            return [(int)set];
        if (set is >= Pair and < Many)
            return [(int)(set & int.MaxValue), (int)((set >> 31) - 1)];
        return set >= Many && _many.TryGetValue((int)(set - Many), out var members) ? members : throw new ArgumentException($"{set} is no set of regions of this layer");
    }

    private const int Block = 1024;
    private const long Pair = 1L << 31;
    private const long Many = 1L << 62;

    // Sets of three and more, as points fell into them; numbered by their hash, the next free number where two share one.
    private readonly ConcurrentDictionary<int, int[]> _many = new();

    /// <summary>Codes of the points' cells. Random memory is asked for some points ahead, which is where the time goes.</summary>
    private void Cells(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int* at)
    {
        var frame = Frame;
        fixed (int* cells = _cells)
        {
            for (var i = 0; i < x.Length; i++)
            {
                at[i] = frame.Cell(x[i], y[i]);
                if (Sse.IsSupported)
                    Sse.Prefetch0(cells + Math.Max(at[i], 0));
            }
            for (var i = 0; i < x.Length; i++)
                at[i] = at[i] < 0 ? 0 : cells[at[i]];
        }
    }

    private void Prefetch(int* at, int* pending, int few)
    {
        if (!Sse.IsSupported || few == 0)
            return;
        fixed (GridEntry* entries = _entries)
        fixed (Edge* edges = _edges)
        {
            for (var p = 0; p < few; p++)
                Sse.Prefetch0(entries + ~at[pending[p]]);
            for (var p = 0; p < few; p++)
            {
                var first = (byte*)(edges + entries[~at[pending[p]]].Start);
                Sse.Prefetch0(first);
                Sse.Prefetch0(first + 64);
            }
        }
    }

    private long Set(int index, double x, double y)
    {
        var set = -1L;
        for (var found = 0; ; index++)
        {
            ref readonly var entry = ref _entries[index];
            if (Locate(entry, x, y) != Location.Exterior)
            {
                found++;
                if (found > 2)
                    return SetOfMany(x, y);
                set = found == 1 ? entry.Region : set | ((entry.Region + 1L) << 31);
            }
            if (!entry.More)
                return set;
        }
    }

    private long SetOfMany(double x, double y)
    {
        var all = new List<int>();
        All(x, y, all);
        int[] members = [.. all];
        var hash = new HashCode();
        foreach (var member in members)
            hash.Add(member);
        for (var number = hash.ToHashCode() & int.MaxValue; ; number = (number + 1) & int.MaxValue)
            if (_many.GetOrAdd(number, members).AsSpan().SequenceEqual(members))
                return Many + number;
    }

    /// <summary>All regions that have the point inside or on their border, in the layer's order.</summary>
    public void All(double x, double y, List<int> regions)
    {
        var cell = Frame.Cell(x, y);
        var code = cell < 0 ? 0 : _cells[cell];
        if (code > 0)
            regions.Add(code - 1);
        for (var i = ~code; code < 0; i++)
        {
            var entry = _entries[i];
            if (Locate(entry, x, y) != Location.Exterior)
                regions.Add(entry.Region);
            if (!entry.More)
                break;
        }
    }

    private int First(int index, double x, double y)
    {
        var border = -1;
        while (true)
        {
            ref readonly var entry = ref _entries[index++];
            var location = Locate(entry, x, y);
            if (location == Location.Interior)
                return entry.Region;
            if (location == Location.Boundary && border < 0)
                border = entry.Region;
            if (!entry.More)
                return border;
        }
    }

    private Location Locate(in GridEntry entry, double x, double y)
    {
        if (entry.Count == 0)
            return Location.Interior;
        var crossings = new RayCrossings(x, y);
        foreach (ref readonly var edge in _edges.AsSpan(entry.Start, entry.Count))
            crossings.Add(edge.X1, edge.Y1, edge.X2, edge.Y2);
        return crossings.Location;
    }
}
