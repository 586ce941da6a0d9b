namespace Plinth.Twin.Joins;

/// <summary>The things of a layer that are nearest to a position, in metres on the ellipsoid: best first through the tree of boxes. One a thread.</summary>
internal sealed class NearestSearch
{
    [ThreadStatic] private static NearestSearch? t_own;

    private readonly PriorityQueue<long, double> _queue = new();
    private readonly List<int> _candidates = [];

    public static NearestSearch Own => t_own ??= new();

    public List<(int Item, double Metres)> Found { get; } = [];

    /// <summary>Fills <see cref="Found"/> with the nearest <paramref name="most"/>, no farther than <paramref name="within"/> metres; equal distances in the layer's order.</summary>
    public void Find(SpatialLayer layer, double x, double y, int most, double within = double.PositiveInfinity)
    {
        Found.Clear();
        if (double.IsNaN(x) || double.IsNaN(y) || layer.Tree.Count == 0)
            return;
        var tree = layer.Tree;
        var bound = new LowerBound(x, y, tree.Extent);
        var limit = within;
        _queue.Clear();
        _queue.Enqueue(tree.Root, bound.To(tree.At(tree.Root)));
        while (_queue.TryDequeue(out var node, out var least) && least <= limit)
        {
            if (tree.IsItem((int)node))
            {
                Take(layer, tree.Item((int)node), x, y, most, within, ref limit);
                continue;
            }
            var (first, end) = tree.Children((int)node);
            for (var child = first; child < end; child++)
            {
                var toChild = bound.To(tree.At(child));
                if (toChild > limit)
                    continue;
                // At the bottom things are measured at once when the box is as good as a point: the queue would only hand them back.
                if (tree.IsItem(child) && tree.At(child) is var box && box.MinX == box.MaxX && box.MinY == box.MaxY)
                    Take(layer, tree.Item(child), x, y, most, within, ref limit);
                else
                    _queue.Enqueue(child, toChild);
            }
        }
    }

    private void Take(SpatialLayer layer, int item, double x, double y, int most, double within, ref double limit)
    {
        var metres = NearestPoint.Distance(layer.Geometry[item], x, y);
        if (!(metres <= limit))
            return;
        var place = Found.Count;
        while (place > 0 && (Found[place - 1].Metres > metres || (Found[place - 1].Metres == metres && Found[place - 1].Item > item)))
            place--;
        if (place >= most)
            return;
        Found.Insert(place, (item, metres));
        if (Found.Count > most)
            Found.RemoveAt(most);
        limit = Found.Count == most ? Math.Min(within, Found[^1].Metres) : within;
    }

    /// <summary>Fills <see cref="Found"/> with everything within so many metres, nearest first.</summary>
    public void FindWithin(SpatialLayer layer, double x, double y, double metres)
    {
        Found.Clear();
        if (double.IsNaN(x) || double.IsNaN(y) || !(metres >= 0) || layer.Tree.Count == 0)
            return;
        var reachNorth = (metres / 110_574) + 1e-9;
        var (low, high) = (y - reachNorth, y + reachNorth);
        var east = Metres.PerDegree(Math.Min(89.9, Math.Max(Math.Abs(low), Math.Abs(high)))).East;
        var reachEast = high >= 89 || low <= -89 ? 360 : (metres / east * 1.01) + 1e-9;
        _candidates.Clear();
        layer.Tree.Search(new(x - reachEast, low, x + reachEast, high), _candidates);
        foreach (var item in _candidates)
            if (NearestPoint.Distance(layer.Geometry[item], x, y) is var distance && distance <= metres)
                Found.Add((item, distance));
        Found.Sort((a, b) => a.Metres != b.Metres ? a.Metres.CompareTo(b.Metres) : a.Item.CompareTo(b.Item));
    }
}
