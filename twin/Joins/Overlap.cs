using NetTopologySuite.Geometries;

namespace Plinth.Twin.Joins;

/// <summary>Whether two geometries meet (exactly), and how much they have in common: m² of polygons, metres of a line in a polygon. One a thread.</summary>
/// <remarks>
/// The common area is summed over slabs between the heights at which an edge begins, ends or meets one of the other: in a slab the edges have an order,
/// so rounding can move an edge by its last digit but never lose a piece. No geometry is made. Edges are straight in longitude and latitude.
/// </remarks>
internal sealed class Overlap
{
    [ThreadStatic] private static Overlap? t_own;

    private readonly List<Edge> _a = [];
    private readonly List<Edge> _b = [];
    private readonly List<double> _heights = [];
    private readonly List<(double Middle, double Bottom, double Top, bool IsA)> _crossings = [];
    private readonly List<double> _cuts = [];

    public static Overlap Own => t_own ??= new();

    /// <summary>For the row's geometry, and for the layer's.</summary>
    public Shape Left { get; } = new();

    public Shape Right { get; } = new();

    public List<int> Candidates { get; } = [];

    /// <summary>As ST_Intersects.</summary>
    public bool Meet()
    {
        if (!Window(out var window))
            return false;
        Within(Left.Edges, window, _a);
        Within(Right.Edges, window, _b);
        foreach (var a in _a)
            foreach (var b in _b)
                if (Segments.Meet(a, b))
                    return true;
        return HasStartIn(Left, Right) || HasStartIn(Right, Left);
    }

    /// <summary>Square metres that two polygons have in common, or metres of a line in a polygon; 0 where neither is asked for.</summary>
    public (double SquareMetres, double Metres) Measure() => (Left.Dimension, Right.Dimension) switch
    {
        (2, 2) => (Area(), 0),
        (1, 2) => (0, Length(Left, Right)),
        (2, 1) => (0, Length(Right, Left)),
        _ => (0, 0),
    };

    private bool Window(out Box window)
    {
        var (a, b) = (Left.Box, Right.Box);
        window = new(Math.Max(a.MinX, b.MinX), Math.Max(a.MinY, b.MinY), Math.Min(a.MaxX, b.MaxX), Math.Min(a.MaxY, b.MaxY));
        return window.MinX <= window.MaxX && window.MinY <= window.MaxY;
    }

    private static void Within(ReadOnlySpan<Edge> edges, in Box window, List<Edge> into)
    {
        into.Clear();
        foreach (ref readonly var edge in edges)
            if (Math.Min(edge.X1, edge.X2) <= window.MaxX && Math.Max(edge.X1, edge.X2) >= window.MinX
                && Math.Min(edge.Y1, edge.Y2) <= window.MaxY && Math.Max(edge.Y1, edge.Y2) >= window.MinY)
                into.Add(edge);
    }

    private static bool HasStartIn(Shape of, Shape polygon)
    {
        if (polygon.Dimension != 2)
            return false;
        foreach (var (x, y) in of.Starts)
            if (polygon.Locate(x, y) != Location.Exterior)
                return true;
        return false;
    }

    private double Area()
    {
        if (!Window(out var window) || window.MinY == window.MaxY || window.MinX == window.MaxX)
            return 0;
        var origin = (X: window.MinX, Y: window.MinY);
        var height = window.MaxY - window.MinY;
        _heights.Clear();
        _heights.Add(0);
        _heights.Add(height);
        Upright(Left.Edges, origin, height, _a);
        Upright(Right.Edges, origin, height, _b);
        foreach (var a in _a)
            foreach (var b in _b)
                if (Crossing(a, b) is var y && y > 0 && y < height)
                    _heights.Add(y);
        _heights.Sort();
        var area = 0.0;
        for (var i = 1; i < _heights.Count; i++)
            if (_heights[i] > _heights[i - 1])
                area += Slab(_heights[i - 1], _heights[i]) * Metres.PerSquareDegree(origin.Y + ((_heights[i - 1] + _heights[i]) / 2));
        return area;
    }

    /// <summary>Edges that reach into the window's heights, from its corner, bottom end first.</summary>
    private void Upright(ReadOnlySpan<Edge> edges, (double X, double Y) origin, double height, List<Edge> into)
    {
        into.Clear();
        foreach (ref readonly var edge in edges)
        {
            var (y1, y2) = (edge.Y1 - origin.Y, edge.Y2 - origin.Y);
            if (y1 == y2 || Math.Max(y1, y2) <= 0 || Math.Min(y1, y2) >= height)
                continue;
            into.Add(y1 < y2 ? new(edge.X1 - origin.X, y1, edge.X2 - origin.X, y2) : new(edge.X2 - origin.X, y2, edge.X1 - origin.X, y1));
            if (y1 > 0 && y1 < height)
                _heights.Add(y1);
            if (y2 > 0 && y2 < height)
                _heights.Add(y2);
        }
    }

    /// <summary>The height at which two edges cross; 0 where they do not.</summary>
    private static double Crossing(in Edge a, in Edge b)
    {
        if (a.Y1 >= b.Y2 || b.Y1 >= a.Y2 || Math.Max(a.X1, a.X2) < Math.Min(b.X1, b.X2) || Math.Max(b.X1, b.X2) < Math.Min(a.X1, a.X2))
            return 0;
        var (bottom, top) = (Math.Max(a.Y1, b.Y1), Math.Min(a.Y2, b.Y2));
        var (below, above) = (At(a, bottom) - At(b, bottom), At(a, top) - At(b, top));
        return below < 0 != above < 0 && below != above ? bottom + ((top - bottom) * (below / (below - above))) : 0;
    }

    private static double At(in Edge edge, double y) =>
        y <= edge.Y1 ? edge.X1 : y >= edge.Y2 ? edge.X2 : edge.X1 + ((edge.X2 - edge.X1) * ((y - edge.Y1) / (edge.Y2 - edge.Y1)));

    /// <summary>Square degrees in a slab that lie in both.</summary>
    private double Slab(double bottom, double top)
    {
        _crossings.Clear();
        foreach (var edge in _a)
            if (edge.Y1 <= bottom && edge.Y2 >= top && (At(edge, bottom), At(edge, top)) is var (x1, x2))
                _crossings.Add(((x1 + x2) / 2, x1, x2, true));
        if (_crossings.Count == 0)
            return 0;
        foreach (var edge in _b)
            if (edge.Y1 <= bottom && edge.Y2 >= top && (At(edge, bottom), At(edge, top)) is var (x1, x2))
                _crossings.Add(((x1 + x2) / 2, x1, x2, false));
        for (var i = 1; i < _crossings.Count; i++) // few, and nearly in order
            for (var j = i; j > 0 && _crossings[j].Middle < _crossings[j - 1].Middle; j--)
                (_crossings[j], _crossings[j - 1]) = (_crossings[j - 1], _crossings[j]);
        var (inA, inB, sum) = (false, false, 0.0);
        for (var i = 0; i < _crossings.Count; i++)
        {
            if (inA && inB)
                sum += _crossings[i].Bottom - _crossings[i - 1].Bottom + (_crossings[i].Top - _crossings[i - 1].Top);
            if (_crossings[i].IsA)
                inA = !inA;
            else
                inB = !inB;
        }
        return sum / 2 * (top - bottom);
    }

    private double Length(Shape line, Shape polygon)
    {
        var sum = 0.0;
        foreach (var segment in line.Edges)
        {
            var box = new Box(Math.Min(segment.X1, segment.X2), Math.Min(segment.Y1, segment.Y2), Math.Max(segment.X1, segment.X2), Math.Max(segment.Y1, segment.Y2));
            if (!box.Meets(polygon.Box))
                continue;
            Within(polygon.Edges, box, _b);
            _cuts.Clear();
            _cuts.Add(0);
            _cuts.Add(1);
            foreach (var edge in _b)
                if (Segments.Meet(segment, edge))
                    Cut(segment, edge);
            _cuts.Sort();
            for (var i = 1; i < _cuts.Count; i++)
                if (_cuts[i] > _cuts[i - 1] && IsIn(segment, _cuts[i - 1], _cuts[i], polygon))
                    sum += Metres.Between(X(segment, _cuts[i - 1]), Y(segment, _cuts[i - 1]), X(segment, _cuts[i]), Y(segment, _cuts[i]));
        }
        return sum;
    }

    private void Cut(in Edge segment, in Edge edge)
    {
        var (dx, dy) = (segment.X2 - segment.X1, segment.Y2 - segment.Y1);
        var (first, second) = (((edge.X1 - segment.X1) * dy) - ((edge.Y1 - segment.Y1) * dx), ((edge.X2 - segment.X1) * dy) - ((edge.Y2 - segment.Y1) * dx));
        if (first == second || (Segments.Side(segment, edge.X1, edge.Y1) == 0 && Segments.Side(segment, edge.X2, edge.Y2) == 0))
        {
            Add(((edge.X1 - segment.X1) * dx + ((edge.Y1 - segment.Y1) * dy)) / ((dx * dx) + (dy * dy)));
            Add(((edge.X2 - segment.X1) * dx + ((edge.Y2 - segment.Y1) * dy)) / ((dx * dx) + (dy * dy)));
            return;
        }
        var t = first / (first - second);
        var (x, y) = (edge.X1 + (t * (edge.X2 - edge.X1)), edge.Y1 + (t * (edge.Y2 - edge.Y1)));
        Add(((x - segment.X1) * dx + ((y - segment.Y1) * dy)) / ((dx * dx) + (dy * dy)));

        void Add(double cut)
        {
            if (cut > 0 && cut < 1)
                _cuts.Add(cut);
        }
    }

    /// <summary>Whether a piece without crossings is inside, or runs along the border (_b: edges near the segment).</summary>
    private bool IsIn(in Edge segment, double from, double to, Shape polygon)
    {
        var middle = (from + to) / 2;
        var (x, y) = (X(segment, middle), Y(segment, middle));
        if (polygon.Locate(x, y) != Location.Exterior)
            return true;
        foreach (var edge in _b)
            if (Segments.Side(segment, edge.X1, edge.Y1) == 0 && Segments.Side(segment, edge.X2, edge.Y2) == 0
                && x >= Math.Min(edge.X1, edge.X2) && x <= Math.Max(edge.X1, edge.X2) && y >= Math.Min(edge.Y1, edge.Y2) && y <= Math.Max(edge.Y1, edge.Y2))
                return true;
        return false;
    }

    private static double X(in Edge segment, double at) => at >= 1 ? segment.X2 : segment.X1 + (at * (segment.X2 - segment.X1));

    private static double Y(in Edge segment, double at) => at >= 1 ? segment.Y2 : segment.Y1 + (at * (segment.Y2 - segment.Y1));
}
