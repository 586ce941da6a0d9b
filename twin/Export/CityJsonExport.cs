using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using NetTopologySuite.Algorithm;
using NetTopologySuite.Geometries;

namespace Plinth.Twin.Export;

/// <summary>CityJSON 2.0 in the UTM zone of what is written, millimetres: footprints as surfaces of level 0, or raised to solids of level 1.</summary>
internal static class CityJsonExport
{
    private const double Scale = 0.001;

    private static readonly HashSet<string> s_types = new(StringComparer.Ordinal)
    {
        "Bridge", "Building", "CityFurniture", "LandUse", "OtherConstruction", "PlantCover", "SolitaryVegetationObject", "Railway", "Road", "TransportSquare", "Tunnel", "WaterBody", "Waterway",
    };

    public static long Write(ExportSource source, string file)
    {
        var main = source.MainGeometry("CityJSON");
        if (!source.Columns.Any(c => c.Name == "entity_id"))
            throw new ArgumentException("The query has no entity_id, which CityJSON needs to name its objects.");
        var rows = source.Connection.Rows(source.With(g => $"ST_AsWKB({g})::BLOB"), cancellationToken: source.CancellationToken);
        var objects = new List<(object?[] Row, List<Polygon> Areas)>();
        var extent = new Envelope();
        foreach (var row in rows)
            if (Value(source, row, main) is byte[] wkb && Areas(Wkb.Read(wkb)) is { Count: > 0 } areas)
            {
                objects.Add((row, areas));
                areas.ForEach(a => extent.ExpandToInclude(a.EnvelopeInternal));
            }
        if (objects.Count == 0)
            throw new ArgumentException("The query gives no row with an area, so there is nothing to make a CityJSON object of.");
        var crs = string.Create(CultureInfo.InvariantCulture, $"EPSG:{(extent.Centre.Y >= 0 ? 32600 : 32700) + Math.Clamp((int)Math.Floor((extent.Centre.X + 180) / 6) + 1, 1, 60)}");
        var vertices = new VertexList(crs);
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("type", "CityJSON");
        json.WriteString("version", "2.0");
        json.WriteStartObject("metadata");
        json.WriteString("referenceSystem", $"https://www.opengis.net/def/crs/EPSG/0/{crs[5..]}");
        json.WriteEndObject();
        json.WriteStartObject("CityObjects");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (row, areas) in objects)
            if (Value(source, row, "entity_id") is string id && names.Add(id))
                CityObject(json, source, row, id, areas, vertices);
        json.WriteEndObject();
        vertices.Write(json);
        json.WriteEndObject();
        return names.Count;
    }

    private static void CityObject(Utf8JsonWriter json, ExportSource source, object?[] row, string id, List<Polygon> areas, VertexList vertices)
    {
        var type = Value(source, row, "type") as string;
        var (height, ground) = (Number(Value(source, row, "height")), Number(Value(source, row, "ground_height")) ?? 0);
        json.WriteStartObject(id);
        json.WriteString("type", type is not null && s_types.Contains(type) ? type : "OtherConstruction");
        json.WriteStartObject("attributes");
        if (type is not null && !s_types.Contains(type))
            json.WriteString("type", type);
        for (var i = 0; i < row.Length; i++)
            if (source.Columns[i].Name is not ("entity_id" or "type" or "bbox") && !source.Geometry.Contains(source.Columns[i].Name) && row[i] is not null)
            {
                json.WritePropertyName(source.Columns[i].Name);
                GeoJsonExport.Value(json, row[i]);
            }
        json.WriteEndObject();
        json.WriteStartArray("geometry");
        if (height is > 0)
            foreach (var area in areas)
                Solid(json, area, ground, ground + height.Value, vertices);
        else
            Surfaces(json, areas, ground, vertices);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Surfaces(Utf8JsonWriter json, List<Polygon> areas, double ground, VertexList vertices)
    {
        json.WriteStartObject();
        json.WriteString("type", "MultiSurface");
        json.WriteString("lod", "0");
        json.WriteStartArray("boundaries");
        foreach (var area in areas)
            Surface(json, Rings(area).Select(r => vertices.Add(r, ground)));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A closed shell: the floor seen from below, the roof from above, a wall for each edge of each ring.</summary>
    private static void Solid(Utf8JsonWriter json, Polygon area, double low, double high, VertexList vertices)
    {
        var rings = Rings(area).Select(r => (Low: vertices.Add(r, low), High: vertices.Add(r, high))).ToList();
        json.WriteStartObject();
        json.WriteString("type", "Solid");
        json.WriteString("lod", "1");
        json.WriteStartArray("boundaries");
        json.WriteStartArray();
        Surface(json, rings.Select(r => r.Low.Reverse().ToArray()));
        Surface(json, rings.Select(r => r.High));
        foreach (var (l, h) in rings)
            for (var i = 0; i < l.Length; i++)
            {
                var next = i + 1 < l.Length ? i + 1 : 0;
                Surface(json, [[l[i], l[next], h[next], h[i]]]);
            }
        json.WriteEndArray();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Surface(Utf8JsonWriter json, IEnumerable<int[]> rings)
    {
        json.WriteStartArray();
        foreach (var ring in rings)
        {
            json.WriteStartArray();
            foreach (var vertex in ring)
                json.WriteNumberValue(vertex);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    /// <summary>The outline counter-clockwise seen from above, holes clockwise, without closing points.</summary>
    private static IEnumerable<Coordinate[]> Rings(Polygon area)
    {
        yield return Turned(area.ExteriorRing, counterClockwise: true);
        foreach (var hole in area.InteriorRings)
            yield return Turned(hole, counterClockwise: false);

        static Coordinate[] Turned(LineString ring, bool counterClockwise)
        {
            var open = ring.Coordinates[..^1];
            if (Orientation.IsCCW(ring.CoordinateSequence) != counterClockwise)
                Array.Reverse(open);
            return open;
        }
    }

    private static List<Polygon> Areas(Geometry geometry) => geometry switch
    {
        Polygon { IsEmpty: false } polygon => [polygon],
        GeometryCollection several => [.. several.Geometries.SelectMany(Areas)],
        _ => [],
    };

    private static object? Value(ExportSource source, object?[] row, string column)
    {
        for (var i = 0; i < row.Length; i++)
            if (source.Columns[i].Name == column)
                return row[i];
        return null;
    }

    private static double? Number(object? value) => value is double or float or decimal or int or long or short ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : null;

    /// <summary>Vertices, each once.</summary>
    private sealed class VertexList(string crs)
    {
        private readonly Dictionary<(long X, long Y, long Z), int> _numbers = [];

        public int[] Add(Coordinate[] ring, double z)
        {
            var numbers = new List<int>(ring.Length);
            foreach (var at in ring)
            {
                var (x, y) = Coordinates.Transform("OGC:CRS84", crs, at.X, at.Y);
                var key = ((long)Math.Round(x / Scale), (long)Math.Round(y / Scale), (long)Math.Round(z / Scale));
                if (!_numbers.TryGetValue(key, out var number))
                    _numbers.Add(key, number = _numbers.Count);
                if (numbers.Count == 0 || numbers[^1] != number)
                    numbers.Add(number);
            }
            return [.. numbers];
        }

        public void Write(Utf8JsonWriter json)
        {
            var (x0, y0) = (_numbers.Keys.Min(k => k.X), _numbers.Keys.Min(k => k.Y));
            json.WriteStartObject("transform");
            json.WriteStartArray("scale");
            for (var i = 0; i < 3; i++)
                json.WriteNumberValue(Scale);
            json.WriteEndArray();
            json.WriteStartArray("translate");
            json.WriteNumberValue(x0 * (decimal)Scale);
            json.WriteNumberValue(y0 * (decimal)Scale);
            json.WriteNumberValue(0);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("vertices");
            foreach (var (x, y, z) in _numbers.Keys)
            {
                json.WriteStartArray();
                json.WriteNumberValue(x - x0);
                json.WriteNumberValue(y - y0);
                json.WriteNumberValue(z);
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
    }
}
