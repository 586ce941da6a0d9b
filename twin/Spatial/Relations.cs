using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Prepared;

namespace Plinth.Twin;

/// <summary>The relations of Simple Features between two geometries.</summary>
internal enum Relation
{
    Contains,
    Within,
    Covers,
    CoveredBy,
    Intersects,
    Disjoint,
    Touches,
    Crosses,
    Overlaps,
    Equals,
}

/// <summary>One side of a relation: what was learnt of its bytes is kept while the next row brings the same ones.</summary>
internal sealed class Operand
{
    /// <summary>A polygon is indexed once it was asked this often.</summary>
    private const int UsesBeforeIndex = 3;

    private byte[] _bytes = [];
    private nint _address;
    private int _uses;
    private PolygonIndex? _index;
    private Geometry? _geometry;
    private IPreparedGeometry? _prepared;

    public WkbShape Shape { get; private set; }

    public bool IsRepeated => _uses > 1;

    public Geometry Geometry => _geometry ??= Wkb.Read(_bytes);

    public IPreparedGeometry Prepared => _prepared ??= PreparedGeometryFactory.Prepare(Geometry);

    /// <summary>A new block of rows begins: memory seen before may hold other bytes now.</summary>
    public void BeginBlock() => _address = 0;

    /// <summary>Takes the bytes of a row.</summary>
    /// <param name="stays">The bytes stay where they are until the block ends, so that the same address means the same bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Take(ReadOnlySpan<byte> wkb, bool stays)
    {
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(wkb));
        if (stays && address == _address && wkb.Length == _bytes.Length && address != 0)
        {
            _uses++;
            return;
        }
        Compare(wkb);
        _address = stays ? address : 0;
    }

    private void Compare(ReadOnlySpan<byte> wkb)
    {
        if (_uses > 0 && wkb.SequenceEqual(_bytes))
        {
            _uses++;
            return;
        }
        (_uses, _address, _index, _geometry, _prepared) = (0, 0, null, null, null); // first, so that invalid bytes leave nothing half done
        Shape = WkbShape.Read(wkb);
        _bytes = wkb.ToArray();
        _uses = 1;
    }

    /// <summary>Where a point lies in this polygon or multipolygon.</summary>
    public Location Locate(double x, double y)
    {
        if (!Shape.Meets(x, y))
            return Location.Exterior;
        if (_index is null && _uses < UsesBeforeIndex)
            return Rings.Locate(_bytes, x, y);
        return (_index ??= new PolygonIndex(_bytes, Shape)).Locate(x, y);
    }
}

/// <summary>Decides a relation for row after row. One object belongs to one thread.</summary>
internal sealed class Relations
{
    [ThreadStatic] private static Relations? t_own;

    private readonly Operand _left = new();
    private readonly Operand _right = new();

    /// <summary>This thread's.</summary>
    public static Relations Own => t_own ??= new();

    /// <summary>A new block of rows begins.</summary>
    public void BeginBlock()
    {
        _left.BeginBlock();
        _right.BeginBlock();
    }

    public bool Holds(Relation relation, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, bool staysA, bool staysB)
    {
        var pointA = WkbShape.TryReadPoint(a, out var ax, out var ay);
        var pointB = WkbShape.TryReadPoint(b, out var bx, out var by);
        if (pointB && !pointA)
        {
            _left.Take(a, staysA);
            if (_left.Shape.IsPolygonal)
                return OfPolygon(relation, _left, bx, by);
            _right.Take(b, staysB);
        }
        else if (pointA && !pointB)
        {
            _right.Take(b, staysB);
            if (_right.Shape.IsPolygonal)
                return OfPolygon(Swap(relation), _right, ax, ay);
            _left.Take(a, staysA);
        }
        else if (pointA && pointB)
        {
            return OfPoints(relation, ax == bx && ay == by, double.IsNaN(ax), double.IsNaN(bx));
        }
        else
        {
            _left.Take(a, staysA);
            _right.Take(b, staysB);
        }
        return OfAny(relation);
    }

    private bool OfAny(Relation relation)
    {
        if (!_left.Shape.Meets(_right.Shape))
            return relation == Relation.Disjoint || (relation == Relation.Equals && _left.Shape.IsEmpty && _right.Shape.IsEmpty);
        if (relation == Relation.Equals)
            return _left.Geometry.EqualsTopologically(_right.Geometry);
        if (!_left.IsRepeated && _right.IsRepeated)
            return Prepared(Swap(relation), _right.Prepared, _left.Geometry);
        return _left.IsRepeated ? Prepared(relation, _left.Prepared, _right.Geometry) : Plain(relation, _left.Geometry, _right.Geometry);
    }

    private static bool Prepared(Relation relation, IPreparedGeometry a, Geometry b) => relation switch
    {
        Relation.Contains => a.Contains(b),
        Relation.Within => a.Within(b),
        Relation.Covers => a.Covers(b),
        Relation.CoveredBy => a.CoveredBy(b),
        Relation.Intersects => a.Intersects(b),
        Relation.Disjoint => !a.Intersects(b),
        Relation.Touches => a.Touches(b),
        Relation.Crosses => a.Crosses(b),
        _ => a.Overlaps(b),
    };

    private static bool Plain(Relation relation, Geometry a, Geometry b) => relation switch
    {
        Relation.Contains => a.Contains(b),
        Relation.Within => a.Within(b),
        Relation.Covers => a.Covers(b),
        Relation.CoveredBy => a.CoveredBy(b),
        Relation.Intersects => a.Intersects(b),
        Relation.Disjoint => !a.Intersects(b),
        Relation.Touches => a.Touches(b),
        Relation.Crosses => a.Crosses(b),
        _ => a.Overlaps(b),
    };

    /// <summary>Of a polygon to a point; NaN is the empty point.</summary>
    private static bool OfPolygon(Relation relation, Operand polygon, double x, double y)
    {
        if (double.IsNaN(x) || polygon.Shape.IsEmpty)
            return relation == Relation.Disjoint || (relation == Relation.Equals && double.IsNaN(x) && polygon.Shape.IsEmpty);
        var location = polygon.Locate(x, y);
        return relation switch
        {
            Relation.Contains => location == Location.Interior,
            Relation.Covers or Relation.Intersects => location != Location.Exterior,
            Relation.Disjoint => location == Location.Exterior,
            Relation.Touches => location == Location.Boundary,
            _ => false,
        };
    }

    private static bool OfPoints(Relation relation, bool same, bool emptyA, bool emptyB) => relation switch
    {
        Relation.Disjoint => !same,
        Relation.Equals => same || (emptyA && emptyB),
        Relation.Touches or Relation.Crosses or Relation.Overlaps => false,
        _ => same,
    };

    private static Relation Swap(Relation relation) => relation switch
    {
        Relation.Contains => Relation.Within,
        Relation.Within => Relation.Contains,
        Relation.Covers => Relation.CoveredBy,
        Relation.CoveredBy => Relation.Covers,
        _ => relation,
    };
}
