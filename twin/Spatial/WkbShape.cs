using System.Buffers.Binary;

namespace Plinth.Twin;

/// <summary>What one pass over WKB tells: its type, its box, and that it is well formed.</summary>
/// <param name="Points">Coordinates in it; 0 for an empty geometry. NaN coordinates (an empty point) do not count.</param>
internal readonly record struct WkbShape(WkbType Type, int Points, double MinX, double MinY, double MaxX, double MaxY)
{
    public bool IsEmpty => Points == 0;

    public bool IsPolygonal => Type is WkbType.Polygon or WkbType.MultiPolygon;

    public bool Meets(in WkbShape other) =>
        MinX <= other.MaxX && other.MinX <= MaxX && MinY <= other.MaxY && other.MinY <= MaxY && !IsEmpty && !other.IsEmpty;

    public bool Covers(in WkbShape other) =>
        MinX <= other.MinX && other.MaxX <= MaxX && MinY <= other.MinY && other.MaxY <= MaxY && !IsEmpty && !other.IsEmpty;

    public bool Meets(double x, double y) => MinX <= x && x <= MaxX && MinY <= y && y <= MaxY;

    /// <summary>Walks through all of it.</summary>
    /// <exception cref="InvalidWkbException">It is no WKB, or has bytes left over.</exception>
    public static WkbShape Read(ReadOnlySpan<byte> wkb)
    {
        var cursor = new WkbCursor(wkb);
        var box = new Box();
        var type = Walk(ref cursor, ref box, 0);
        if (!cursor.AtEnd)
            throw new InvalidWkbException($"bytes are left over after the geometry (of {wkb.Length} in all)");
        return new WkbShape(type, box.Points, box.MinX, box.MinY, box.MaxX, box.MaxY);
    }

    /// <summary>Reads a single point in place. False for any other geometry; an empty point has NaN coordinates.</summary>
    public static bool TryReadPoint(ReadOnlySpan<byte> wkb, out double x, out double y)
    {
        if (wkb.Length == 21 && wkb[0] == 1 && BinaryPrimitives.ReadUInt32LittleEndian(wkb[1..]) == (uint)WkbType.Point)
        {
            x = BinaryPrimitives.ReadDoubleLittleEndian(wkb[5..]);
            y = BinaryPrimitives.ReadDoubleLittleEndian(wkb[13..]);
            return true;
        }
        (x, y) = (double.NaN, double.NaN);
        if (wkb.Length is < 21 or > 41)
            return false;
        var cursor = new WkbCursor(wkb);
        if (cursor.ReadHeader() != WkbType.Point)
            return false;
        cursor.ReadXY(out x, out y);
        return cursor.AtEnd ? true : throw new InvalidWkbException($"bytes are left over after the point (of {wkb.Length} in all)");
    }

    private static WkbType Walk(ref WkbCursor cursor, ref Box box, int depth)
    {
        if (depth > WkbCursor.DeepestNesting)
            throw new InvalidWkbException($"collections are nested deeper than {WkbCursor.DeepestNesting}");
        var type = cursor.ReadHeader();
        switch (type)
        {
            case WkbType.Point:
                box.Add(ref cursor, 1);
                break;
            case WkbType.LineString:
                box.Add(ref cursor, cursor.ReadCoordinateCount());
                break;
            case WkbType.Polygon:
                for (var rings = cursor.ReadCount(4); rings > 0; rings--)
                    box.AddRing(ref cursor);
                break;
            default:
                for (var parts = cursor.ReadCount(5); parts > 0; parts--)
                {
                    var part = Walk(ref cursor, ref box, depth + 1);
                    if (type != WkbType.GeometryCollection && part != type - 3)
                        throw new InvalidWkbException($"a {type} holds a {part}");
                }
                break;
        }
        return type;
    }

    private struct Box()
    {
        public int Points;
        private double _lastX, _lastY;
        public double MinX = double.PositiveInfinity, MinY = double.PositiveInfinity, MaxX = double.NegativeInfinity, MaxY = double.NegativeInfinity;

        public void AddRing(ref WkbCursor cursor)
        {
            var count = cursor.ReadCoordinateCount();
            if (count == 0)
                return;
            var start = cursor;
            start.ReadXY(out var x, out var y);
            Add(ref cursor, count);
            if (count < 4 || x != _lastX || y != _lastY)
                throw new InvalidWkbException($"a ring of {count} points is no closed ring");
        }

        public void Add(ref WkbCursor cursor, int count)
        {
            for (; count > 0; count--)
            {
                cursor.ReadXY(out var x, out var y);
                (_lastX, _lastY) = (x, y);
                if (double.IsNaN(x) && double.IsNaN(y))
                    continue;
                if (!double.IsFinite(x) || !double.IsFinite(y))
                    throw new InvalidWkbException($"a coordinate is ({x}, {y})");
                Points++;
                MinX = Math.Min(MinX, x);
                MinY = Math.Min(MinY, y);
                MaxX = Math.Max(MaxX, x);
                MaxY = Math.Max(MaxY, y);
            }
        }
    }
}
