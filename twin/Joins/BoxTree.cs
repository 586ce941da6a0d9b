using System.Runtime.CompilerServices;

namespace Plinth.Twin.Joins;

/// <summary>A box of longitude and latitude.</summary>
internal readonly record struct Box(double MinX, double MinY, double MaxX, double MaxY)
{
    public static Box Nothing => new(double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity, double.NegativeInfinity);

    public bool Meets(in Box other) => MinX <= other.MaxX && other.MinX <= MaxX && MinY <= other.MaxY && other.MinY <= MaxY;

    public Box With(in Box other) => new(Math.Min(MinX, other.MinX), Math.Min(MinY, other.MinY), Math.Max(MaxX, other.MaxX), Math.Max(MaxY, other.MaxY));

    public static Box Of(in WkbShape shape) => new(shape.MinX, shape.MinY, shape.MaxX, shape.MaxY);
}

/// <summary>A packed R-tree: boxes in the order of a Hilbert curve, sixteen to a node, nodes as arrays. Never changes; any thread may ask.</summary>
internal sealed class BoxTree
{
    public const int Fan = 16;

    private readonly Box[] _boxes; // the items' first, then a level above the other, the root last
    private readonly int[] _items;
    private readonly int[] _levels; // where each level begins, and the end

    /// <param name="items">Their numbers, for whoever asks.</param>
    public BoxTree(Box[] boxes, int[] items)
    {
        var extent = Box.Nothing;
        foreach (ref readonly var box in boxes.AsSpan())
            extent = extent.With(box);
        var keys = new uint[boxes.Length];
        for (var i = 0; i < boxes.Length; i++)
            keys[i] = Hilbert.Key(((boxes[i].MinX + boxes[i].MaxX) / 2 - extent.MinX) / (extent.MaxX - extent.MinX), ((boxes[i].MinY + boxes[i].MaxY) / 2 - extent.MinY) / (extent.MaxY - extent.MinY));
        var order = new int[boxes.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(keys, order);
        _items = Array.ConvertAll(order, i => items[i]);
        var all = new List<Box>(boxes.Length + (boxes.Length / (Fan - 1)) + 8);
        foreach (var i in order)
            all.Add(boxes[i]);
        var levels = new List<int> { 0 };
        for (var (start, end) = (0, all.Count); end - start > 1; (start, end) = (end, all.Count))
        {
            levels.Add(end);
            for (var i = start; i < end; i += Fan)
            {
                var box = Box.Nothing;
                for (var j = i; j < Math.Min(i + Fan, end); j++)
                    box = box.With(all[j]);
                all.Add(box);
            }
        }
        levels.Add(all.Count);
        _boxes = [.. all];
        _levels = [.. levels];
    }

    public int Count => _items.Length;

    public Box Extent => _boxes.Length == 0 ? Box.Nothing : _boxes[^1];

    public int Root => _boxes.Length - 1;

    public long Bytes => (_boxes.LongLength * Unsafe.SizeOf<Box>()) + (_items.LongLength * sizeof(int));

    public bool IsItem(int node) => node < _items.Length;

    public int Item(int node) => _items[node];

    public ref readonly Box At(int node) => ref _boxes[node];

    /// <summary>The nodes under one that is no item.</summary>
    public (int First, int End) Children(int node)
    {
        var level = _levels.Length - 2;
        while (node < _levels[level])
            level--;
        var first = _levels[level - 1] + ((node - _levels[level]) * Fan);
        return (first, Math.Min(first + Fan, _levels[level]));
    }

    /// <summary>Adds the items whose box meets another.</summary>
    public void Search(in Box box, List<int> found)
    {
        if (_boxes.Length == 0 || !Extent.Meets(box))
            return;
        if (IsItem(Root))
        {
            found.Add(_items[Root]);
            return;
        }
        Search(Root, _levels.Length - 2, box, found);
    }

    private void Search(int node, int level, in Box box, List<int> found)
    {
        var first = _levels[level - 1] + ((node - _levels[level]) * Fan);
        var end = Math.Min(first + Fan, _levels[level]);
        for (var child = first; child < end; child++)
        {
            if (!_boxes[child].Meets(box))
                continue;
            if (level == 1)
                found.Add(_items[child]);
            else
                Search(child, level - 1, box, found);
        }
    }
}

/// <summary>The Hilbert curve, which keeps what is near in the plane near in the order.</summary>
internal static class Hilbert
{
    /// <summary>Of a position with both ordinates from 0 to 1, on a curve of 16 bits a side. NaN counts as 0.</summary>
    public static uint Key(double x, double y) => (uint)Distance((uint)(Math.Clamp(x, 0, 1) * 65535), (uint)(Math.Clamp(y, 0, 1) * 65535), 16);

    /// <summary>How far along the curve of so many bits a side a cell lies.</summary>
    public static ulong Distance(uint x, uint y, int bits)
    {
        var distance = 0ul;
        for (var side = 1u << (bits - 1); side > 0; side >>= 1)
        {
            var (right, up) = ((x & side) != 0 ? 1u : 0, (y & side) != 0 ? 1u : 0);
            distance = (distance << 2) | ((3 * right) ^ up);
            if (up == 0)
            {
                if (right == 1)
                    (x, y) = (~x, ~y);
                (x, y) = (y, x);
            }
        }
        return distance;
    }
}
