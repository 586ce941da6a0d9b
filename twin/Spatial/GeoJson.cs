using System.Buffers;
using System.Text.Json;
using NetTopologySuite.Geometries;

namespace Plinth.Twin;

/// <summary>GeoJSON geometries (RFC 7946): longitude, latitude, up to 9 decimals (0.1 mm).</summary>
internal static class GeoJson
{
    /// <summary>UTF-8 text of one geometry object.</summary>
    public static byte[] Write(Geometry geometry)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, geometry);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(Utf8JsonWriter json, Geometry geometry)
    {
        json.WriteStartObject();
        json.WriteString("type", geometry.GeometryType);
        if (geometry is GeometryCollection and not (MultiPoint or MultiLineString or MultiPolygon))
        {
            json.WriteStartArray("geometries");
            for (var i = 0; i < geometry.NumGeometries; i++)
                Write(json, geometry.GetGeometryN(i));
            json.WriteEndArray();
        }
        else
        {
            json.WritePropertyName("coordinates");
            Coordinates(json, geometry);
        }
        json.WriteEndObject();
    }

    /// <exception cref="FormatException">It is no GeoJSON geometry.</exception>
    public static Geometry Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8.ToArray());
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            throw new FormatException($"Invalid GeoJSON geometry: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private static Geometry Read(JsonElement json)
    {
        var type = json.GetProperty("type").GetString();
        if (type == "Feature")
            return Read(json.GetProperty("geometry"));
        if (type == "GeometryCollection")
            return new GeometryCollection([.. json.GetProperty("geometries").EnumerateArray().Select(Read)]);
        var at = json.GetProperty("coordinates");
        return type switch
        {
            "Point" => at.GetArrayLength() == 0 ? Point.Empty : new Point(Position(at)),
            "LineString" => new LineString(Line(at)),
            "Polygon" => Rings(at),
            "MultiPoint" => new MultiPoint([.. at.EnumerateArray().Select(p => new Point(Position(p)))]),
            "MultiLineString" => new MultiLineString([.. at.EnumerateArray().Select(l => new LineString(Line(l)))]),
            "MultiPolygon" => new MultiPolygon([.. at.EnumerateArray().Select(Rings)]),
            _ => throw new FormatException($"Invalid GeoJSON geometry: '{type}' is no geometry type."),
        };
    }

    private static Polygon Rings(JsonElement json)
    {
        var rings = json.EnumerateArray().Select(r => new LinearRing(Line(r))).ToArray();
        return rings.Length == 0 ? Polygon.Empty : new Polygon(rings[0], rings[1..]);
    }

    private static Coordinate[] Line(JsonElement json) => [.. json.EnumerateArray().Select(Position)];

    private static Coordinate Position(JsonElement json)
    {
        var (x, y) = (json[0].GetDouble(), json[1].GetDouble());
        return json.GetArrayLength() > 2 ? new CoordinateZ(x, y, json[2].GetDouble()) : new Coordinate(x, y);
    }

    private static void Coordinates(Utf8JsonWriter json, Geometry geometry)
    {
        switch (geometry)
        {
            case Point { IsEmpty: true }:
                json.WriteStartArray();
                json.WriteEndArray();
                break;
            case Point point:
                Position(json, point.Coordinate);
                break;
            case LineString line:
                json.WriteStartArray();
                foreach (var coordinate in line.Coordinates)
                    Position(json, coordinate);
                json.WriteEndArray();
                break;
            case Polygon polygon:
                json.WriteStartArray();
                if (!polygon.IsEmpty)
                    Coordinates(json, polygon.ExteriorRing);
                foreach (var hole in polygon.InteriorRings)
                    Coordinates(json, hole);
                json.WriteEndArray();
                break;
            default:
                json.WriteStartArray();
                for (var i = 0; i < geometry.NumGeometries; i++)
                    Coordinates(json, geometry.GetGeometryN(i));
                json.WriteEndArray();
                break;
        }
    }

    private static void Position(Utf8JsonWriter json, Coordinate at)
    {
        json.WriteStartArray();
        json.WriteNumberValue(Math.Round(at.X, 9));
        json.WriteNumberValue(Math.Round(at.Y, 9));
        if (!double.IsNaN(at.Z))
            json.WriteNumberValue(Math.Round(at.Z, 3));
        json.WriteEndArray();
    }
}
