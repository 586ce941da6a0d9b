using System.Text.Json;

namespace Plinth.Ingestion.Base;

/// <summary>A polygon or multipolygon in OGC:CRS84: exterior rings counter-clockwise, holes clockwise, rings closed, no point twice in a row.</summary>
internal sealed record Outline(byte[] Wkb, object?[] Bbox)
{
    /// <summary>Reads a feature's geometry, vertex by vertex out of <paramref name="crs"/>.</summary>
    /// <param name="problem">Why there is none, as the end of a sentence.</param>
    public static Outline? Read(JsonElement feature, ICoordinates coordinates, string crs, out string? problem)
    {
        problem = "has no geometry with 'type' and 'coordinates'; write a Polygon or MultiPolygon";
        if (!feature.TryGetProperty("geometry", out var geometry) || geometry.ValueKind != JsonValueKind.Object
            || !geometry.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String
            || !geometry.TryGetProperty("coordinates", out var array) || array.ValueKind != JsonValueKind.Array)
            return null;
        var reader = new RingReader(coordinates, crs);
        if (type.ValueEquals("Polygon"))
            return reader.Polygon(array) is { } rings ? Of(Ingestion.Wkb.Polygon(rings), rings) : reader.Fail(out problem);
        if (type.ValueEquals("MultiPolygon"))
        {
            var polygons = new List<List<List<Position>>>();
            foreach (var polygon in array.EnumerateArray())
            {
                if (reader.Polygon(polygon) is not { } rings)
                    return reader.Fail(out problem);
                polygons.Add(rings);
            }
            if (polygons.Count > 0)
                return Of(Ingestion.Wkb.MultiPolygon(polygons), polygons.SelectMany(p => p));
        }
        problem = "has a geometry that is no outline; write a Polygon or MultiPolygon that is not empty";
        return null;
    }

    private static Outline Of(byte[] wkb, IEnumerable<List<Position>> rings) => new(wkb, Ingestion.Wkb.Bbox(rings.SelectMany(r => r))!);

    /// <summary>Reads rings and remembers what is wrong with the first bad one.</summary>
    private sealed class RingReader(ICoordinates coordinates, string crs)
    {
        private string? _problem;

        public Outline? Fail(out string? problem)
        {
            problem = _problem;
            return null;
        }

        public List<List<Position>>? Polygon(JsonElement array)
        {
            if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() == 0)
                return Bad<List<List<Position>>>("has a polygon without rings");
            var rings = new List<List<Position>>();
            foreach (var element in array.EnumerateArray())
            {
                if (Ring(element) is not { } ring)
                    return null;
                if (Area(ring) > 0 != (rings.Count == 0))
                    ring.Reverse();
                rings.Add(ring);
            }
            return rings;
        }

        private List<Position>? Ring(JsonElement array)
        {
            if (array.ValueKind != JsonValueKind.Array)
                return Bad<List<Position>>("has a ring that is no list of positions");
            var ring = new List<Position>();
            foreach (var element in array.EnumerateArray())
            {
                if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() < 2 || !Number(element[0], out var x) || !Number(element[1], out var y))
                    return Bad<List<Position>>("has a position that is no pair of numbers");
                if (!coordinates.TryToCrs84(crs, x, y, out var longitude, out var latitude))
                    return Bad<List<Position>>(FormattableString.Invariant($"has the position ({x}, {y}), which has no place on earth in {crs}; look at 'crs' of the layout"));
                if (ring.Count == 0 || ring[^1] != new Position(longitude, latitude))
                    ring.Add(new(longitude, latitude));
            }
            if (ring.Count > 1 && ring[0] != ring[^1])
                ring.Add(ring[0]);
            return ring.Count >= 4 && Area(ring) != 0 ? ring : Bad<List<Position>>("has a ring that encloses nothing");
        }

        private static bool Number(JsonElement element, out double value)
        {
            value = 0;
            return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out value) && double.IsFinite(value);
        }

        /// <summary>Twice the signed area, in square degrees; above zero where the ring runs counter-clockwise.</summary>
        private static double Area(List<Position> ring)
        {
            var sum = 0.0;
            for (var i = 1; i < ring.Count; i++)
                sum += (ring[i - 1].X - ring[0].X) * (ring[i].Y - ring[0].Y) - (ring[i].X - ring[0].X) * (ring[i - 1].Y - ring[0].Y);
            return sum;
        }

        private T? Bad<T>(string problem) where T : class
        {
            _problem = problem;
            return null;
        }
    }
}
