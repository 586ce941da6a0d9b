namespace Plinth.Twin.Tiles;

/// <summary>One feature's geometry on its way into a tile: scaled, cut, snapped, simplified, repaired, written as commands. Used again and again by one thread.</summary>
internal sealed class TileShape
{
    private const int Least = -TileGrid.Buffer, Most = TileGrid.Extent + TileGrid.Buffer;

    private readonly List<(double X, double Y)> _exact = [], _spare = [];
    private readonly List<(int X, int Y)> _points = [], _ring = [], _kept = [];
    private readonly List<int> _starts = [];
    private readonly List<uint> _commands = [];

    public ReadOnlySpan<uint> Commands => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_commands);

    /// <summary>Makes the commands of a feature; false where nothing of it is left in the tile.</summary>
    /// <param name="scale">Tile units along the world's side.</param>
    /// <param name="left">Of the tile, in tile units of the world; <paramref name="top"/> alike.</param>
    /// <param name="tolerance">How far a simplified edge may run beside the true one, tile units; 0 takes away straight corners only.</param>
    public bool Make(TileFeatures features, int feature, double scale, double left, double top, double tolerance)
    {
        _points.Clear();
        _starts.Clear();
        _commands.Clear();
        var box = features.Boxes.AsSpan(4 * feature, 4);
        var inside = (box[0] * scale) - left >= Least && (box[1] * scale) - top >= Least && (box[2] * scale) - left <= Most && (box[3] * scale) - top <= Most;
        var (first, end, kind) = (features.FirstPart[feature], feature + 1 < features.Count ? features.FirstPart[feature + 1] : features.FirstPart[^1], features.Kinds[feature]);
        var outlineGone = false;
        for (var part = first; part < end; part++)
        {
            _exact.Clear();
            for (var i = features.FirstPoint[part]; i < features.FirstPoint[part + 1]; i++)
                _exact.Add(((features.Coordinates[2 * i] * scale) - left, (features.Coordinates[(2 * i) + 1] * scale) - top));
            switch (kind)
            {
                case 1:
                    var (x, y) = _exact[0];
                    // A point belongs to one tile and to the margin of its neighbours.
                    if (x >= Least && y >= Least && x <= Most && y <= Most)
                        _points.Add(((int)Math.Floor(x), (int)Math.Floor(y)));
                    break;
                case 2:
                    foreach (var piece in inside ? [_exact] : RingClipper.Line(_exact, Least, Most))
                        AddLine(piece, tolerance);
                    break;
                default:
                    var outline = IsOutline();
                    if (!outline && outlineGone)
                        break;
                    if (!inside)
                        RingClipper.Ring(_exact, _spare, Least, Most);
                    var kept = AddRing(tolerance, outline);
                    if (outline)
                        outlineGone = !kept;
                    break;
            }
        }
        if (kind == 3 && _starts.Count > 0 && !RingCheck.IsPlainlyValid(_points, _starts))
            RingCheck.Repair(_points, _starts);
        if (_points.Count == 0)
            return false;
        Write(kind);
        return true;
    }

    private bool IsOutline()
    {
        var twice = 0.0;
        var (x0, y0) = _exact[0];
        for (var i = 0; i < _exact.Count; i++)
        {
            var (a, b) = (_exact[i], _exact[i + 1 < _exact.Count ? i + 1 : 0]);
            twice += ((a.X - x0) * (b.Y - y0)) - ((b.X - x0) * (a.Y - y0));
        }
        return twice > 0;
    }

    private bool AddRing(double tolerance, bool outline)
    {
        Snap(_exact, closed: true);
        if (_ring.Count < 3)
            return false;
        LineSimplifier.Ring(_ring, _kept, tolerance);
        var area = _kept.Count < 3 ? 0 : RingCheck.Area(_kept, 0, _kept.Count);
        if (area == 0 || area > 0 != outline)
            return false;
        _starts.Add(_points.Count);
        _points.AddRange(_kept);
        return true;
    }

    private void AddLine(List<(double X, double Y)> line, double tolerance)
    {
        Snap(line, closed: false);
        if (_ring.Count < 2)
            return;
        LineSimplifier.Line(_ring, _kept, tolerance);
        _starts.Add(_points.Count);
        _points.AddRange(_kept);
    }

    /// <summary>To whole units, without repetitions.</summary>
    private void Snap(List<(double X, double Y)> exact, bool closed)
    {
        _ring.Clear();
        foreach (var (x, y) in exact)
        {
            var point = ((int)Math.Round(x), (int)Math.Round(y));
            if (_ring.Count == 0 || _ring[^1] != point)
                _ring.Add(point);
        }
        while (closed && _ring.Count > 1 && _ring[^1] == _ring[0])
            _ring.RemoveAt(_ring.Count - 1);
    }

    private void Write(byte kind)
    {
        var (x, y) = (0, 0);
        if (kind == 1)
        {
            _commands.Add(((uint)_points.Count << 3) | 1);
            foreach (var point in _points)
                Move(point);
            return;
        }
        for (var i = 0; i < _starts.Count; i++)
        {
            var (start, end) = (_starts[i], i + 1 < _starts.Count ? _starts[i + 1] : _points.Count);
            _commands.Add((1 << 3) | 1);
            Move(_points[start]);
            _commands.Add(((uint)(end - start - 1) << 3) | 2);
            for (var p = start + 1; p < end; p++)
                Move(_points[p]);
            if (kind == 3)
                _commands.Add((1 << 3) | 7);
        }

        void Move((int X, int Y) to)
        {
            _commands.Add(ZigZag(to.X - x));
            _commands.Add(ZigZag(to.Y - y));
            (x, y) = to;
        }
    }

    private static uint ZigZag(int value) => (uint)((value << 1) ^ (value >> 31));
}
