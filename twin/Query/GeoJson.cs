using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Plinth.Twin.Query;

/// <summary>Writes WKB as GeoJSON (RFC 7946) without building objects: numbers go straight from one to the other, rounded to 1e-8 degrees (a millimetre).</summary>
internal static class GeoJson
{
    private static readonly string[] s_names = ["", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"];

    public static string Text(ReadOnlySpan<byte> wkb)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            Write(writer, wkb);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <exception cref="FormatException">The bytes are not little- or big-endian WKB of a known type.</exception>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> wkb)
    {
        var reader = new Reader(wkb);
        WriteGeometry(writer, ref reader);
    }

    private static void WriteGeometry(Utf8JsonWriter writer, ref Reader reader)
    {
        var type = reader.Header(out var dimensions);
        writer.WriteStartObject();
        writer.WriteString("type", s_names[type]);
        writer.WritePropertyName(type == 7 ? "geometries" : "coordinates");
        switch (type)
        {
            case 1:
                WritePosition(writer, ref reader, dimensions);
                break;
            case 2:
                WritePositions(writer, ref reader, dimensions);
                break;
            case 3:
                WriteRings(writer, ref reader, dimensions);
                break;
            default:
                WriteMembers(writer, ref reader, type);
                break;
        }
        writer.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter writer, ref Reader reader, int type)
    {
        writer.WriteStartArray();
        for (var left = reader.Count(); left > 0; left--)
        {
            if (type == 7)
            {
                WriteGeometry(writer, ref reader);
                continue;
            }
            switch (reader.Header(out var dimensions))
            {
                case 1:
                    WritePosition(writer, ref reader, dimensions);
                    break;
                case 2:
                    WritePositions(writer, ref reader, dimensions);
                    break;
                default:
                    WriteRings(writer, ref reader, dimensions);
                    break;
            }
        }
        writer.WriteEndArray();
    }

    private static void WriteRings(Utf8JsonWriter writer, ref Reader reader, int dimensions)
    {
        writer.WriteStartArray();
        for (var rings = reader.Count(); rings > 0; rings--)
            WritePositions(writer, ref reader, dimensions);
        writer.WriteEndArray();
    }

    private static void WritePositions(Utf8JsonWriter writer, ref Reader reader, int dimensions)
    {
        writer.WriteStartArray();
        for (var points = reader.Count(); points > 0; points--)
            WritePosition(writer, ref reader, dimensions);
        writer.WriteEndArray();
    }

    private static void WritePosition(Utf8JsonWriter writer, ref Reader reader, int dimensions)
    {
        writer.WriteStartArray();
        for (var axis = 0; axis < dimensions; axis++)
        {
            var value = reader.Number();
            if (axis < 2 && double.IsFinite(value))
                writer.WriteNumberValue(Math.Round(value, 8));
        }
        writer.WriteEndArray();
    }

    private ref struct Reader(ReadOnlySpan<byte> wkb)
    {
        private ReadOnlySpan<byte> _left = wkb;
        private bool _little;

        public int Header(out int dimensions)
        {
            _little = Take(1)[0] == 1;
            var code = (uint)Count();
            // ISO puts Z and M into thousands, EWKB into the highest bits, with an SRID behind.
            var (z, m) = ((code & 0x8000_0000) != 0 || code % 10_000 / 1000 is 1 or 3, (code & 0x4000_0000) != 0 || code % 10_000 / 1000 is 2 or 3);
            if ((code & 0x2000_0000) != 0)
                Take(4);
            dimensions = 2 + (z ? 1 : 0) + (m ? 1 : 0);
            var type = (int)((code & 0x0FFF_FFFF) % 1000);
            return type is >= 1 and <= 7 ? type : throw new FormatException($"WKB type {code} is not one of GeoJSON's.");
        }

        public int Count() => _little ? BinaryPrimitives.ReadInt32LittleEndian(Take(4)) : BinaryPrimitives.ReadInt32BigEndian(Take(4));

        public double Number() => _little ? BinaryPrimitives.ReadDoubleLittleEndian(Take(8)) : BinaryPrimitives.ReadDoubleBigEndian(Take(8));

        private ReadOnlySpan<byte> Take(int bytes)
        {
            if (_left.Length < bytes)
                throw new FormatException("The WKB ends too early.");
            var taken = _left[..bytes];
            _left = _left[bytes..];
            return taken;
        }
    }
}
