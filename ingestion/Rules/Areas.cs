using System.Buffers.Binary;

namespace Plinth.Ingestion.Rules;

/// <summary>Polygons and multipolygons that points are held against. A point on the border is inside.</summary>
internal sealed class Areas
{
    private const int Slabs = 512;

    private readonly List<(Position A, Position B)> _edges = [];
    private List<int>[]? _bySlab;
    private double _bottom = double.PositiveInfinity, _top = double.NegativeInfinity;

    /// <summary>Areas in it.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a polygon or multipolygon as ISO WKB, little-endian; anything else is passed over.</summary>
    public void Add(ReadOnlySpan<byte> wkb)
    {
        var at = 0;
        if (Read(wkb, ref at, depth: 0))
            Count++;
        _bySlab = null;
    }

    /// <summary>Whether a point lies in one of them. Areas that overlap count each edge: a place in two of them is inside.</summary>
    public bool Contains(double x, double y)
    {
        if (!(y >= _bottom && y <= _top))
            return false;
        var slabs = _bySlab ??= Index();
        var winding = 0;
        foreach (var index in slabs[Slab(y)])
        {
            var (a, b) = _edges[index];
            var cross = (b.X - a.X) * (y - a.Y) - (x - a.X) * (b.Y - a.Y);
            if (cross == 0 && x >= Math.Min(a.X, b.X) && x <= Math.Max(a.X, b.X) && y >= Math.Min(a.Y, b.Y) && y <= Math.Max(a.Y, b.Y))
                return true;
            if (a.Y <= y && b.Y > y && cross < 0)
                winding++;
            else if (a.Y > y && b.Y <= y && cross > 0)
                winding--;
        }
        return winding != 0;
    }

    private List<int>[] Index()
    {
        var slabs = new List<int>[Slabs];
        for (var i = 0; i < Slabs; i++)
            slabs[i] = [];
        for (var e = 0; e < _edges.Count; e++)
            for (int s = Slab(Math.Min(_edges[e].A.Y, _edges[e].B.Y)), last = Slab(Math.Max(_edges[e].A.Y, _edges[e].B.Y)); s <= last; s++)
                slabs[s].Add(e);
        return slabs;
    }

    private int Slab(double y) => _top > _bottom ? Math.Clamp((int)((y - _bottom) / (_top - _bottom) * Slabs), 0, Slabs - 1) : 0;

    private bool Read(ReadOnlySpan<byte> wkb, ref int at, int depth)
    {
        if (at + 9 > wkb.Length || wkb[at] != 1 || depth > 2)
            return false;
        var (type, count) = (BinaryPrimitives.ReadInt32LittleEndian(wkb[(at + 1)..]), BinaryPrimitives.ReadInt32LittleEndian(wkb[(at + 5)..]));
        var size = (type / 1000) switch { 0 => 16, 3 => 32, _ => 24 };
        at += 9;
        if (type % 1000 == 6)
        {
            var any = false;
            for (var i = 0; i < count && Read(wkb, ref at, depth + 1); i++)
                any = true;
            return any;
        }
        if (type % 1000 != 3)
            return false;
        for (var ring = 0; ring < count; ring++)
        {
            if (at + 4 > wkb.Length || BinaryPrimitives.ReadInt32LittleEndian(wkb[at..]) is var points && (points < 0 || points > (wkb.Length - at - 4) / size))
                return false;
            at += 4;
            Ring(wkb.Slice(at, points * size), points, size, isOuter: ring == 0);
            at += points * size;
        }
        return true;
    }

    /// <summary>Outer rings run counter-clockwise and holes clockwise here, whichever way they came.</summary>
    private void Ring(ReadOnlySpan<byte> bytes, int points, int size, bool isOuter)
    {
        var ring = new List<Position>(points);
        for (var i = 0; i < points; i++)
            ring.Add(new(BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * size)..]), BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * size + 8)..])));
        if (Rings.SignedArea(ring) > 0 != isOuter)
            ring.Reverse();
        for (var i = 0; i < ring.Count; i++)
        {
            _edges.Add((ring[i], ring[(i + 1) % ring.Count]));
            (_bottom, _top) = (Math.Min(_bottom, ring[i].Y), Math.Max(_top, ring[i].Y));
        }
    }
}
