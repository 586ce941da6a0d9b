using System.Buffers.Binary;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;

namespace Plinth.Twin;

/// <summary>Between WKB, WKT and NetTopologySuite's objects. What is written is little-endian ISO WKB, as DuckDB's GEOMETRY holds it.</summary>
internal static class Wkb
{
    [ThreadStatic] private static WKBReader? t_reader;
    [ThreadStatic] private static WKTReader? t_textReader;

    /// <exception cref="FormatException">It is no WKB, or no geometry.</exception>
    public static Geometry Read(ReadOnlySpan<byte> wkb)
    {
        if (wkb.Length == 21 && WkbShape.TryReadPoint(wkb, out var x, out var y)) // without Z
            return double.IsNaN(x) ? Point.Empty : new Point(x, y);
        WkbShape.Read(wkb);
        try
        {
            return (t_reader ??= new WKBReader()).Read(wkb.ToArray());
        }
        catch (Exception e) when (e is ArgumentException or ParseException or IOException)
        {
            throw new FormatException($"Invalid geometry: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <exception cref="FormatException">It is no WKT, or names another SRID than longitude, latitude.</exception>
    public static Geometry FromText(string text)
    {
        var body = text;
        if (text.AsSpan().TrimStart().StartsWith("SRID=", StringComparison.OrdinalIgnoreCase))
        {
            var semicolon = text.IndexOf(';', StringComparison.Ordinal);
            var srid = semicolon < 0 ? "" : text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..semicolon].Trim();
            if (srid is not ("4326" or "4490"))
                throw new FormatException($"SRID={srid} is not longitude, latitude: leave the prefix away and use ST_Transform.");
            body = text[(semicolon + 1)..];
        }
        try
        {
            return (t_textReader ??= new WKTReader { IsOldNtsCoordinateSyntaxAllowed = false }).Read(body);
        }
        catch (Exception e) when (e is ParseException or ArgumentException or FormatException or NullReferenceException or InvalidOperationException)
        {
            throw new FormatException($"Invalid WKT '{(text.Length > 60 ? text[..60] + "…" : text)}': {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>WKT as DuckDB writes it, e.g. <c>POINT Z (1 2 3)</c>; digits enough to read the same number back.</summary>
    public static string ToText(Geometry geometry) =>
        new WKTWriter(HasZ(geometry) ? 3 : 2).Write(geometry).Replace("Z(", "Z (", StringComparison.Ordinal);

    /// <summary>Little-endian ISO WKB; Z where any coordinate has one. An empty point is (NaN, NaN).</summary>
    public static byte[] Write(Geometry geometry)
    {
        using var stream = new MemoryStream();
        Span<byte> buffer = stackalloc byte[8];
        Write(stream, buffer, geometry, HasZ(geometry));
        return stream.ToArray();
    }

    /// <summary>A point as little-endian WKB.</summary>
    public static void WritePoint(Span<byte> into, double x, double y)
    {
        into[0] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(into[1..], 1);
        BinaryPrimitives.WriteDoubleLittleEndian(into[5..], x);
        BinaryPrimitives.WriteDoubleLittleEndian(into[13..], y);
    }

    /// <summary>The same geometry as little-endian ISO WKB; the bytes themselves where they are that already.</summary>
    public static byte[] Normalise(ReadOnlySpan<byte> wkb)
    {
        WkbShape.Read(wkb);
        return wkb[0] == 1 && wkb[4] == 0 ? wkb.ToArray() : Write(Read(wkb));
    }

    private static bool HasZ(Geometry geometry) => geometry is GeometryCollection all ? all.Geometries.Any(HasZ) : !geometry.IsEmpty && !double.IsNaN(geometry.Coordinate.Z);

    private static void Write(MemoryStream stream, Span<byte> buffer, Geometry geometry, bool z)
    {
        var type = geometry switch
        {
            Point => WkbType.Point,
            LineString => WkbType.LineString,
            Polygon => WkbType.Polygon,
            MultiPoint => WkbType.MultiPoint,
            MultiLineString => WkbType.MultiLineString,
            MultiPolygon => WkbType.MultiPolygon,
            GeometryCollection => WkbType.GeometryCollection,
            _ => throw new NotSupportedException($"A {geometry.GeometryType} has no WKB."),
        };
        stream.WriteByte(1);
        Count(stream, buffer, (uint)type + (z ? 1000u : 0));
        switch (geometry)
        {
            case Point { IsEmpty: true }:
                for (var i = 0; i < (z ? 3 : 2); i++)
                    Ordinate(stream, buffer, double.NaN);
                break;
            case Point point:
                Coordinates(stream, buffer, point.CoordinateSequence, z);
                break;
            case LineString line:
                Count(stream, buffer, (uint)line.NumPoints);
                Coordinates(stream, buffer, line.CoordinateSequence, z);
                break;
            case Polygon polygon:
                Count(stream, buffer, polygon.IsEmpty ? 0u : (uint)polygon.NumInteriorRings + 1);
                for (var ring = -1; ring < (polygon.IsEmpty ? -1 : polygon.NumInteriorRings); ring++)
                {
                    var line = ring < 0 ? polygon.ExteriorRing : polygon.GetInteriorRingN(ring);
                    Count(stream, buffer, (uint)line.NumPoints);
                    Coordinates(stream, buffer, line.CoordinateSequence, z);
                }
                break;
            default:
                Count(stream, buffer, (uint)geometry.NumGeometries);
                for (var i = 0; i < geometry.NumGeometries; i++)
                    Write(stream, buffer, geometry.GetGeometryN(i), z);
                break;
        }
    }

    private static void Coordinates(MemoryStream stream, Span<byte> buffer, CoordinateSequence sequence, bool z)
    {
        for (var i = 0; i < sequence.Count; i++)
        {
            Ordinate(stream, buffer, sequence.GetX(i));
            Ordinate(stream, buffer, sequence.GetY(i));
            if (z)
                Ordinate(stream, buffer, sequence.GetZ(i));
        }
    }

    private static void Ordinate(MemoryStream stream, Span<byte> buffer, double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(buffer, value);
        stream.Write(buffer);
    }

    private static void Count(MemoryStream stream, Span<byte> buffer, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, value);
        stream.Write(buffer[..4]);
    }
}
