using System.Buffers.Binary;

namespace Plinth.Ingestion;

/// <summary>A position in OGC:CRS84, degrees (or any plane, where said).</summary>
internal readonly record struct Position(double X, double Y);

/// <summary>Writes two-dimensional ISO well-known binary, little-endian, and the bbox struct that stands beside it.</summary>
internal static class Wkb
{
    /// <summary>A point.</summary>
    public static byte[] Point(double x, double y)
    {
        var bytes = new byte[21];
        var at = Header(bytes, 0, 1);
        Coordinates(bytes, at, new(x, y));
        return bytes;
    }

    /// <summary>A line string.</summary>
    public static byte[] Line(IReadOnlyList<Position> line)
    {
        var bytes = new byte[9 + 16 * line.Count];
        var at = Header(bytes, 0, 2);
        at = Count(bytes, at, line.Count);
        foreach (var position in line)
            at = Coordinates(bytes, at, position);
        return bytes;
    }

    /// <summary>A polygon: the exterior ring, then holes. Rings that are open are closed.</summary>
    public static byte[] Polygon(IReadOnlyList<IReadOnlyList<Position>> rings)
    {
        var bytes = new byte[PolygonSize(rings)];
        WritePolygon(bytes, 0, rings);
        return bytes;
    }

    /// <summary>The outer ring, open, of a polygon that <see cref="Polygon"/> wrote; null where it is none.</summary>
    public static List<Position>? Ring(ReadOnlySpan<byte> polygon)
    {
        if (polygon.Length < 13 || polygon[0] != 1 || BinaryPrimitives.ReadInt32LittleEndian(polygon[1..]) != 3)
            return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(polygon[9..]);
        if (count < 4 || count > (polygon.Length - 13) / 16)
            return null;
        var ring = new List<Position>(count - 1);
        for (var i = 0; i < count - 1; i++)
            ring.Add(new(BinaryPrimitives.ReadDoubleLittleEndian(polygon[(13 + i * 16)..]), BinaryPrimitives.ReadDoubleLittleEndian(polygon[(21 + i * 16)..])));
        return ring;
    }

    /// <summary>A multipolygon; may be empty.</summary>
    public static byte[] MultiPolygon(IReadOnlyList<IReadOnlyList<IReadOnlyList<Position>>> polygons)
    {
        var bytes = new byte[9 + polygons.Sum(PolygonSize)];
        var at = Header(bytes, 0, 6);
        at = Count(bytes, at, polygons.Count);
        foreach (var polygon in polygons)
            at = WritePolygon(bytes, at, polygon);
        return bytes;
    }

    /// <summary>The value of a bbox column: xmin, ymin, xmax, ymax; null where there is no position.</summary>
    public static object?[]? Bbox(IEnumerable<Position> positions)
    {
        var (xmin, ymin, xmax, ymax) = (double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity, double.NegativeInfinity);
        foreach (var (x, y) in positions)
        {
            xmin = Math.Min(xmin, x);
            ymin = Math.Min(ymin, y);
            xmax = Math.Max(xmax, x);
            ymax = Math.Max(ymax, y);
        }
        return xmin <= xmax && ymin <= ymax ? Bbox(xmin, ymin, xmax, ymax) : null;
    }

    /// <summary>The value of a bbox column.</summary>
    public static object?[] Bbox(double xmin, double ymin, double xmax, double ymax) => [xmin, ymin, xmax, ymax];

    private static int PolygonSize(IReadOnlyList<IReadOnlyList<Position>> rings) => 9 + rings.Sum(ring => 4 + 16 * (ring.Count + (IsOpen(ring) ? 1 : 0)));

    private static bool IsOpen(IReadOnlyList<Position> ring) => ring.Count > 0 && ring[0] != ring[^1];

    private static int WritePolygon(byte[] bytes, int at, IReadOnlyList<IReadOnlyList<Position>> rings)
    {
        at = Header(bytes, at, 3);
        at = Count(bytes, at, rings.Count);
        foreach (var ring in rings)
        {
            var open = IsOpen(ring);
            at = Count(bytes, at, ring.Count + (open ? 1 : 0));
            foreach (var position in ring)
                at = Coordinates(bytes, at, position);
            if (open)
                at = Coordinates(bytes, at, ring[0]);
        }
        return at;
    }

    private static int Header(byte[] bytes, int at, int type)
    {
        bytes[at] = 1;
        return Count(bytes, at + 1, type);
    }

    private static int Count(byte[] bytes, int at, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        return at + 4;
    }

    private static int Coordinates(byte[] bytes, int at, Position position)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at), position.X);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at + 8), position.Y);
        return at + 16;
    }
}
