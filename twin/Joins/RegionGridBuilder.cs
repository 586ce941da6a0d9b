using System.Runtime.InteropServices;
using NetTopologySuite.Geometries;

namespace Plinth.Twin.Joins;

/// <summary>Draws polygons, one after the other, into a <see cref="RegionGrid"/>.</summary>
internal sealed class RegionGridBuilder
{
    private const int CellsPerEdge = 6;
    private const double Slack = 1e-6; // of a cell: an edge's position in a row is computed with rounding, so its cells are taken a little wide

    private readonly record struct Mark(int Cell, int Region, int Start, int Count);

    private readonly GridFrame _frame;
    private readonly List<Mark> _marks = [];
    private readonly List<Edge> _stored = [];
    private readonly int[] _stamps;
    private readonly int[] _counts;
    private int _stamp;

    private RegionGridBuilder(GridFrame frame)
    {
        _frame = frame;
        _stamps = new int[frame.Side];
        _counts = new int[frame.Side * frame.Side];
    }

    /// <param name="polygons">WKB, one a region; what is no polygon is no region.</param>
    /// <param name="side">Cells to a side; null: by the number of edges, a power of two from 64 to 4,096.</param>
    public static RegionGrid Build(Packed polygons, int? side = null)
    {
        var (minX, minY, maxX, maxY, edges) = (double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity, double.NegativeInfinity, 0L);
        for (var i = 0; i < polygons.Count; i++)
        {
            var shape = WkbShape.Read(polygons[i]);
            if (!shape.IsPolygonal || shape.IsEmpty)
                continue;
            (minX, minY, maxX, maxY) = (Math.Min(minX, shape.MinX), Math.Min(minY, shape.MinY), Math.Max(maxX, shape.MaxX), Math.Max(maxY, shape.MaxY));
            edges += shape.Points;
        }
        var cells = side ?? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Math.Sqrt(CellsPerEdge * edges), 64, 4096));
        if (edges == 0)
            return new RegionGrid(new(0, 0, -1, -1, 1), [0], [], []);
        var builder = new RegionGridBuilder(new(minX, minY, maxX, maxY, cells));
        var rings = new List<Edge>();
        for (var i = 0; i < polygons.Count; i++)
        {
            if (!WkbShape.Read(polygons[i]).IsPolygonal)
                continue;
            rings.Clear();
            Rings.Walk(polygons[i], (x1, y1, x2, y2) => rings.Add(new(x1, y1, x2, y2)));
            builder.Draw(i, CollectionsMarshal.AsSpan(rings));
        }
        return builder.Finish();
    }

    private void Draw(int region, ReadOnlySpan<Edge> edges)
    {
        if (edges.IsEmpty)
            return;
        var (low, high) = (int.MaxValue, 0);
        foreach (ref readonly var edge in edges)
            (low, high) = (Math.Min(low, _frame.Row(Math.Min(edge.Y1, edge.Y2))), Math.Max(high, _frame.Row(Math.Max(edge.Y1, edge.Y2))));
        var starts = new int[high - low + 2];
        foreach (ref readonly var edge in edges)
            for (var row = _frame.Row(Math.Min(edge.Y1, edge.Y2)); row <= _frame.Row(Math.Max(edge.Y1, edge.Y2)); row++)
                starts[row - low + 1]++;
        for (var i = 1; i < starts.Length; i++)
            starts[i] += starts[i - 1];
        var sorted = new Edge[starts[^1]];
        var next = starts.AsSpan(0, starts.Length - 1).ToArray();
        foreach (ref readonly var edge in edges)
            for (var row = _frame.Row(Math.Min(edge.Y1, edge.Y2)); row <= _frame.Row(Math.Max(edge.Y1, edge.Y2)); row++)
                sorted[next[row - low]++] = edge;
        for (var row = low; row <= high; row++)
        {
            var own = sorted.AsSpan(starts[row - low]..starts[row - low + 1]);
            if (own.IsEmpty)
                continue;
            own.Sort((a, b) => Math.Max(b.X1, b.X2).CompareTo(Math.Max(a.X1, a.X2))); // so that a cell's edges are the first ones
            DrawRow(region, row, own);
        }
    }

    private void DrawRow(int region, int row, ReadOnlySpan<Edge> edges)
    {
        _stamp++;
        var (first, last) = (int.MaxValue, -1);
        foreach (ref readonly var edge in edges)
        {
            var (from, to) = Columns(edge, row);
            (first, last) = (Math.Min(first, from), Math.Max(last, to));
            _stamps.AsSpan(from..(to + 1)).Fill(_stamp);
        }
        var start = _stored.Count;
        _stored.AddRange(edges);
        var reach = edges.Length;
        var y = _frame.MinY + ((row + 0.5) * _frame.CellHeight);
        var inside = false;
        for (var column = first; column <= last; column++)
        {
            while (_frame.Column(Math.Max(edges[reach - 1].X1, edges[reach - 1].X2)) < column)
                reach--;
            var cell = (row * _frame.Side) + column;
            if (_stamps[column] == _stamp)
            {
                Add(new(cell, region, start, reach));
                continue;
            }
            if (_stamps[column - 1] == _stamp)
                inside = IsInside(edges[..reach], _frame.MinX + ((column + 0.5) * _frame.CellWidth), y);
            if (inside)
                Add(new(cell, region, 0, 0));
        }
    }

    /// <summary>The columns that an edge may touch in a row.</summary>
    private (int From, int To) Columns(in Edge edge, int row)
    {
        var (left, right) = (Math.Min(edge.X1, edge.X2), Math.Max(edge.X1, edge.X2));
        if (edge.Y1 != edge.Y2)
        {
            var slope = (edge.X2 - edge.X1) / (edge.Y2 - edge.Y1);
            var bottom = _frame.MinY + ((row - Slack) * _frame.CellHeight);
            var top = _frame.MinY + ((row + 1 + Slack) * _frame.CellHeight);
            var (a, b) = (edge.X1 + ((bottom - edge.Y1) * slope), edge.X1 + ((top - edge.Y1) * slope));
            var margin = Slack * _frame.CellWidth;
            (left, right) = (Math.Max(left, Math.Min(a, b) - margin), Math.Min(right, Math.Max(a, b) + margin));
        }
        var from = Math.Clamp(_frame.Column(left), 0, _frame.Side - 1);
        return (from, Math.Max(from, _frame.Column(right)));
    }

    private static bool IsInside(ReadOnlySpan<Edge> edges, double x, double y)
    {
        var crossings = new RayCrossings(x, y);
        foreach (ref readonly var edge in edges)
            crossings.Add(edge.X1, edge.Y1, edge.X2, edge.Y2);
        return crossings.Location == Location.Interior;
    }

    private void Add(Mark mark)
    {
        _counts[mark.Cell]++;
        _marks.Add(mark);
    }

    private RegionGrid Finish()
    {
        var cells = new int[_counts.Length];
        var listed = 0;
        var marks = CollectionsMarshal.AsSpan(_marks);
        foreach (ref readonly var mark in marks)
        {
            if (_counts[mark.Cell] == 1 && mark.Count == 0)
                cells[mark.Cell] = mark.Region + 1;
            else
                listed++;
        }
        var entries = new GridEntry[listed];
        var next = 0;
        foreach (ref readonly var mark in marks) // in the layer's order, so a cell's entries are too
        {
            if (cells[mark.Cell] > 0)
                continue;
            if (cells[mark.Cell] == 0)
            {
                cells[mark.Cell] = ~next;
                next += _counts[mark.Cell];
                _counts[mark.Cell] = -_counts[mark.Cell];
            }
            var left = -_counts[mark.Cell]++; // entries of the cell still to come, with this one
            var place = ~cells[mark.Cell];
            while (entries[place].More)
                place++;
            entries[place] = new(mark.Region, mark.Start, mark.Count, left > 1);
        }
        return new RegionGrid(_frame, cells, entries, [.. _stored]);
    }
}
