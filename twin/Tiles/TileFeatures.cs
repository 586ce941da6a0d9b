using System.Text;

namespace Plinth.Twin.Tiles;

/// <summary>A layer's features laid out for tiles: projected coordinates and encoded properties in flat arrays, and an index of where they are.</summary>
/// <remarks>Never changed once built; read by many threads.</remarks>
internal sealed class TileFeatures
{
    /// <summary>Cells along the world's side in which features are looked up.</summary>
    private const int IndexZoom = 14;

    private readonly Dictionary<long, int[]> _cells;
    private readonly int[] _large;

    internal TileFeatures(TileFeaturesBuilder built)
    {
        (Ids, Kinds, FirstPart, FirstPoint, Coordinates, Boxes, Areas, FirstTag, Tags) = (
            [.. built.Ids], [.. built.Kinds], [.. built.FirstPart, built.FirstPoint.Count], [.. built.FirstPoint, built.Coordinates.Count / 2], [.. built.Coordinates], [.. built.Boxes], [.. built.Areas],
            [.. built.FirstTag, built.Tags.Count], [.. built.Tags]);
        (Keys, Values) = ([.. built.Keys.Keys], [.. built.Values.Encoded]);
        var cells = new Dictionary<long, List<int>>();
        var large = new List<int>();
        for (var feature = 0; feature < Count; feature++)
        {
            var (x1, y1, x2, y2) = (Cell(Boxes[4 * feature]), Cell(Boxes[(4 * feature) + 1]), Cell(Boxes[(4 * feature) + 2]), Cell(Boxes[(4 * feature) + 3]));
            if ((long)(x2 - x1 + 1) * (y2 - y1 + 1) > 16)
                large.Add(feature);
            else
                for (var y = y1; y <= y2; y++)
                    for (var x = x1; x <= x2; x++)
                        (System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(cells, ((long)y << 32) | (uint)x, out _) ??= []).Add(feature);
        }
        _cells = cells.ToDictionary(c => c.Key, c => c.Value.ToArray());
        _large = [.. large];
        Bounds = Count == 0 ? null : (Boxes.Where((_, i) => i % 4 == 0).Min(), Boxes.Where((_, i) => i % 4 == 1).Min(), Boxes.Where((_, i) => i % 4 == 2).Max(), Boxes.Where((_, i) => i % 4 == 3).Max());
    }

    public int Count => Ids.Length;

    /// <summary>Hashes of the entities' ids, of 53 bits, so that JavaScript holds them.</summary>
    public ulong[] Ids { get; }

    /// <summary>1 point, 2 line, 3 polygon: the numbers of the vector tile.</summary>
    public byte[] Kinds { get; }

    /// <summary>Of each feature its first part, of each part its first point. A part of a polygon is a ring; a hole has its points the other way round than its outline.</summary>
    public int[] FirstPart { get; }

    public int[] FirstPoint { get; }

    /// <summary>x, y in the square world (<see cref="TileGrid.Project"/>).</summary>
    public double[] Coordinates { get; }

    /// <summary>Four to a feature: least x, least y, greatest x, greatest y.</summary>
    public double[] Boxes { get; }

    /// <summary>Area of a polygon in the square world, or the square of a line's length; a point's is infinite. What is dropped first has the least.</summary>
    public double[] Areas { get; }

    public int[] FirstTag { get; }

    /// <summary>Pairs of a key's and a value's number.</summary>
    public int[] Tags { get; }

    public string[] Keys { get; }

    /// <summary>Values as a tile holds them.</summary>
    public byte[][] Values { get; }

    public (double X1, double Y1, double X2, double Y2)? Bounds { get; }

    /// <summary>Features whose box meets a box, each once, in order.</summary>
    public void Find(double x1, double y1, double x2, double y2, List<int> found)
    {
        found.Clear();
        var (cx1, cy1, cx2, cy2) = (Cell(x1), Cell(y1), Cell(x2), Cell(y2));
        if ((long)(cx2 - cx1 + 1) * (cy2 - cy1 + 1) > Math.Max(64, _cells.Count))
        {
            for (var feature = 0; feature < Count; feature++)
                Add(feature);
            return;
        }
        for (var y = cy1; y <= cy2; y++)
            for (var x = cx1; x <= cx2; x++)
                if (_cells.TryGetValue(((long)y << 32) | (uint)x, out var members))
                    foreach (var feature in members)
                        // A feature in several cells counts in the first of them that is asked for.
                        if (Math.Max(cx1, Cell(Boxes[4 * feature])) == x && Math.Max(cy1, Cell(Boxes[(4 * feature) + 1])) == y)
                            Add(feature);
        foreach (var feature in _large)
            Add(feature);
        found.Sort();

        void Add(int feature)
        {
            var box = Boxes.AsSpan(4 * feature, 4);
            if (box[0] <= x2 && box[2] >= x1 && box[1] <= y2 && box[3] >= y1)
                found.Add(feature);
        }
    }

    /// <summary>Tiles that a feature's box meets, in order.</summary>
    public IEnumerable<(int X, int Y)> TilesOf(int zoom, MapBox? within)
    {
        var (last, side) = ((1 << zoom) - 1, (double)(1 << zoom));
        var (west, north, east, south) = (0, 0, last, last);
        if (within is { } box)
            ((west, north), (east, south)) = (TileGrid.At(zoom, box.West, box.North), TileGrid.At(zoom, box.East, box.South));
        var tiles = new SortedSet<(int X, int Y)>();
        for (var i = 0; i < Boxes.Length; i += 4)
            for (var x = Math.Max(west, Tile(Boxes[i])); x <= Math.Min(east, Tile(Boxes[i + 2])); x++)
                for (var y = Math.Max(north, Tile(Boxes[i + 1])); y <= Math.Min(south, Tile(Boxes[i + 3])); y++)
                    tiles.Add((x, y));
        return tiles;

        int Tile(double at) => (int)Math.Clamp(Math.Floor(at * side), 0, last);
    }

    /// <summary>A stable number for an entity: 53 bits of a hash of its id.</summary>
    public static ulong IdOf(string entityId)
    {
        // FNV-1a, then the finaliser of MurmurHash3, which spreads its low bits over the high ones.
        var hash = 14695981039346656037UL;
        foreach (var octet in Encoding.UTF8.GetBytes(entityId))
            hash = (hash ^ octet) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return (hash ^ (hash >> 33)) >> 11;
    }

    private static int Cell(double at) => (int)Math.Clamp(Math.Floor(at * (1 << IndexZoom)), 0, (1 << IndexZoom) - 1);
}
