using System.Buffers.Binary;

namespace Plinth.Twin;

/// <summary>Bytes that are no WKB; the message says what is wrong and at which byte.</summary>
internal sealed class InvalidWkbException(string message) : FormatException($"Invalid WKB: {message}.");

/// <summary>The seven types of WKB, without their dimensions.</summary>
internal enum WkbType
{
    Point = 1,
    LineString,
    Polygon,
    MultiPoint,
    MultiLineString,
    MultiPolygon,
    GeometryCollection,
}

/// <summary>Reads WKB in place: both byte orders, ISO and PostGIS' extended codes for Z, M and SRID. Checks every count against the bytes that are left.</summary>
internal ref struct WkbCursor(ReadOnlySpan<byte> bytes)
{
    /// <summary>Collections nested deeper are refused, so that bytes from outside cannot exhaust the stack.</summary>
    public const int DeepestNesting = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;
    private bool _swapped;

    /// <summary>Ordinates a coordinate has, 2 to 4.</summary>
    public int Dimensions { get; private set; }

    public readonly bool AtEnd => _position == _bytes.Length;

    public WkbType ReadHeader()
    {
        Need(5);
        if (_bytes[_position] > 1)
            throw new InvalidWkbException($"the byte order at byte {_position} is {_bytes[_position]}, not 0 or 1");
        _swapped = _bytes[_position] == (BitConverter.IsLittleEndian ? 0 : 1);
        _position++;
        var code = ReadUInt32();
        var extended = code >> 28;
        var thousands = (code & 0x0FFFFFFF) / 1000;
        var type = (code & 0x0FFFFFFF) % 1000;
        if (type is < 1 or > 7 || thousands > 3)
            throw new InvalidWkbException($"{code} at byte {_position - 4} is no geometry type");
        if ((extended & 0x2) != 0)
        {
            Need(4);
            _position += 4; // SRID
        }
        Dimensions = 2 + ((extended & 0x8) != 0 || thousands is 1 or 3 ? 1 : 0) + ((extended & 0x4) != 0 || thousands is 2 or 3 ? 1 : 0);
        return (WkbType)type;
    }

    /// <summary>A count of things of which each takes at least so many bytes.</summary>
    public int ReadCount(int leastBytesEach)
    {
        Need(4);
        var count = ReadUInt32();
        if ((long)count * leastBytesEach > _bytes.Length - _position)
            throw new InvalidWkbException($"it ends after {_bytes.Length} bytes, but announces {count} parts at byte {_position - 4}");
        return (int)count;
    }

    /// <summary>A count of coordinates.</summary>
    public int ReadCoordinateCount() => ReadCount(8 * Dimensions);

    public void ReadXY(out double x, out double y)
    {
        Need(8 * Dimensions);
        var at = _bytes[_position..];
        (x, y) = _swapped == BitConverter.IsLittleEndian
            ? (BinaryPrimitives.ReadDoubleBigEndian(at), BinaryPrimitives.ReadDoubleBigEndian(at[8..]))
            : (BinaryPrimitives.ReadDoubleLittleEndian(at), BinaryPrimitives.ReadDoubleLittleEndian(at[8..]));
        _position += 8 * Dimensions;
    }

    private uint ReadUInt32()
    {
        var at = _bytes[_position..];
        _position += 4;
        return _swapped == BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
    }

    private readonly void Need(int count)
    {
        if (_bytes.Length - _position < count)
            throw new InvalidWkbException($"it ends after {_bytes.Length} bytes, in the middle of a geometry");
    }
}
