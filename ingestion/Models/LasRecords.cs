using System.Buffers.Binary;
using System.Text;

namespace Plinth.Ingestion.Models;

/// <summary>What the variable length records of a LAS file tell: the CRS, and how points are packed.</summary>
internal sealed class LasRecords
{
    private const int MaximumRecords = 10_000;
    private const int MaximumBytes = 1 << 20;

    private byte[] _keyDirectory = [];
    private byte[] _keyText = [];
    private string? _wkt;
    private bool _prefersWkt;

    public bool IsLaz { get; private set; }

    public bool IsCopc { get; private set; }

    /// <summary><c>EPSG:n</c>, or WKT where that has no code; null where neither record tells it.</summary>
    public string? Crs
    {
        get
        {
            var fromWkt = _wkt is null ? null : CrsName.FromWkt(_wkt);
            var fromKeys = Keys.Crs;
            return _prefersWkt ? fromWkt ?? Definition ?? fromKeys : (fromKeys is not null && fromKeys.StartsWith("EPSG:", StringComparison.Ordinal) ? fromKeys : null) ?? fromWkt ?? Definition ?? fromKeys;
        }
    }

    /// <summary>The horizontal CRS as WKT; null where the file has none.</summary>
    public string? Definition => _wkt is null ? null : CrsName.Horizontal(_wkt);

    /// <summary>Metres in a unit of height; and whether that is only assumed from the horizontal unit.</summary>
    public (double Metres, bool Assumed) HeightUnit
    {
        get
        {
            if ((_wkt is null ? null : CrsName.VerticalUnit(_wkt)) is { } vertical)
                return (vertical, false);
            if (Keys.VerticalUnit is { } key)
                return (key, false);
            var horizontal = (_wkt is null ? null : CrsName.LinearUnit(_wkt)) ?? Keys.LinearUnit ?? 1;
            return (horizontal, horizontal != 1);
        }
    }

    private GeoKeys Keys => GeoKeys.FromLittleEndian(_keyDirectory, _keyText);

    public static LasRecords Read(ByteView bytes, LasHeader header, List<string> notes)
    {
        var records = new LasRecords { _prefersWkt = header.PrefersWkt };
        records.Walk(bytes, header.Length, header.PointsOffset, header.Records, headSize: 54, notes);
        if (header.ExtendedRecords > 0 && header.ExtendedOffset > 0)
            records.Walk(bytes, header.ExtendedOffset, bytes.Length, header.ExtendedRecords, headSize: 60, notes);
        return records;
    }

    private void Walk(ByteView bytes, long at, long end, uint count, int headSize, List<string> notes)
    {
        Span<byte> head = stackalloc byte[60];
        for (var i = 0U; i < count; i++)
        {
            var length = -1L;
            if (i < MaximumRecords && at + headSize <= end && bytes.Holds(at, headSize))
            {
                bytes.Read(at, head[..headSize]);
                length = headSize == 54 ? BinaryPrimitives.ReadUInt16LittleEndian(head[20..]) : BinaryPrimitives.ReadInt64LittleEndian(head[20..]);
            }
            if (length < 0 || length > end - at - headSize || !bytes.Holds(at + headSize, length))
            {
                notes.Add($"its {(headSize == 54 ? "variable" : "extended")} records end after {i} of the {count} announced");
                return;
            }
            var user = Encoding.Latin1.GetString(head.Slice(2, 16)).TrimEnd('\0', ' ');
            Take(user, BinaryPrimitives.ReadUInt16LittleEndian(head[18..]), bytes, at + headSize, length);
            at += headSize + length;
        }
    }

    private void Take(string user, ushort id, ByteView bytes, long at, long length)
    {
        IsLaz |= user == "laszip encoded" && id == 22204;
        IsCopc |= user == "copc" && id == 1;
        if (length > MaximumBytes)
            return;
        switch (user, id)
        {
            case ("LASF_Projection", 34735) when _keyDirectory.Length == 0:
                _keyDirectory = bytes.Read(at, length, MaximumBytes);
                break;
            case ("LASF_Projection", 34737) when _keyText.Length == 0:
                _keyText = bytes.Read(at, length, MaximumBytes);
                break;
            case ("LASF_Projection", 2112):
            case ("liblas", 2112) when _wkt is null:
                _wkt = Encoding.UTF8.GetString(bytes.Read(at, length, MaximumBytes)).Split('\0')[0].Trim() is { Length: > 0 } text ? text : _wkt;
                break;
            default:
                break;
        }
    }
}
