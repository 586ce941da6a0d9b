using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Plinth.Ingestion.Tabular;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Base.Osm;

/// <summary>Makes rows of the base tables out of OpenStreetMap's elements. Columns are in the order of the contracts.</summary>
internal sealed class OsmRows(FileInput input)
{
    private static readonly TableName Road = new("base", "road"), Waterway = new("base", "waterway"), Footprint = new("base", "footprint"), Poi = new("base", "poi"), AdminUnit = new("base", "admin_unit");
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Tags that tell how to reach somebody, or who drew the map.</summary>
    private static readonly string[] LeftOut = ["contact:", "phone", "fax", "email", "mobile", "operator:phone", "created_by", "note", "fixme", "source", "import"];

    private const string Crs = "OGC:CRS84";
    private readonly string _source = RowMapper.SourceName(input.Contract);

    public ReadItem Point(long id, OsmPoint? at, OsmTags tags, (string Category, string Kind) poi) =>
        at is { } point ? PoiRow("node", id, tags, poi, point.ToPosition()) : Reject("node", id, "has no place on earth");

    /// <param name="around">Node ids of the ways of an old multipolygon that it is part of, itself among them.</param>
    public ReadItem Way(OsmWay way, OsmNodeTable nodes, IReadOnlyList<long[]> around)
    {
        if (way.Nodes.Length < 2)
            return Reject("way", way.Id, $"has {way.Nodes.Length} nodes");
        if (nodes.Line(way.Nodes, out var missing) is not { } line)
            return Reject("way", way.Id, $"has {way.Nodes.Length} nodes, of which {missing} are not in the file or have no place");
        var box = Wkb.Bbox(line);
        switch (way.Feature)
        {
            case OsmFeature.Road:
                return RoadRow(way, way.Tags["area"] == "yes" && line.Length > 3 && Area(line) ? Wkb.Polygon([line]) : Wkb.Line(line), box);
            case OsmFeature.Waterway:
                return WaterRow("way", way.Id, way.Tags, way.Tags["waterway"]!, Wkb.Line(line), box);
        }
        if (!Area(line))
            return Reject("way", way.Id, "encloses nothing");
        var polygon = Wkb.Polygon(around.Count > 0 && OsmRings.Around(line, around, nodes) is { } holed ? holed : [line]);
        return way.Feature switch
        {
            OsmFeature.WaterArea => WaterRow("way", way.Id, way.Tags, WaterKind(way.Tags), polygon, box),
            OsmFeature.Footprint => FootprintRow("way", way.Id, way.Tags, polygon, box),
            _ => PoiRow("way", way.Id, way.Tags, OsmFeatures.PoiOf(way.Tags)!.Value, Middle(line)),
        };
    }

    public ReadItem Relation(OsmRelation relation, IReadOnlyDictionary<long, long[]> ways, OsmNodeTable nodes)
    {
        var members = relation.Ways.Select(id => ways.GetValueOrDefault(id)).OfType<long[]>().ToList();
        if (members.Count < relation.Ways.Length)
            return Reject("relation", relation.Id, $"has {relation.Ways.Length} ways, of which {relation.Ways.Length - members.Count} are not in the file");
        var (polygons, problem) = OsmRings.Polygons(members, nodes);
        if (polygons is null)
            return Reject("relation", relation.Id, problem!);
        var (wkb, box) = (Wkb.MultiPolygon(polygons), Wkb.Bbox(polygons.SelectMany(p => p[0])));
        return relation.Feature == OsmFeature.AdminUnit ? AdminRow(relation, wkb, box)
            : relation.Feature == OsmFeature.Footprint
            ? FootprintRow("relation", relation.Id, relation.Tags, wkb, box)
            : WaterRow("relation", relation.Id, relation.Tags, WaterKind(relation.Tags), wkb, box);
    }

    /// <summary>Whether a line encloses something; it is then turned counter-clockwise.</summary>
    private static bool Area(Position[] line)
    {
        var area = line[0] == line[^1] ? Rings.SignedArea(line) : 0;
        if (area < 0)
            Array.Reverse(line);
        return area != 0;
    }

    private ReadItem RoadRow(OsmWay way, byte[] geom, object?[]? box)
    {
        var tags = way.Tags;
        return ReadItem.Of(Road,
        [
            Urn("road", "way", way.Id), tags["name"], tags["highway"]!, tags["ref"], Direction(tags), Number(tags["lanes"]), Speed(tags["maxspeed"]), tags["surface"],
            Yes(tags["bridge"]), Yes(tags["tunnel"]), .. Last("way", way.Id, tags, geom, box),
        ]);
    }

    private ReadItem WaterRow(string element, long id, OsmTags tags, string kind, byte[] geom, object?[]? box) =>
        ReadItem.Of(Waterway, [Urn("waterway", element, id), tags["name"], kind, Number(tags["width"]), .. Last(element, id, tags, geom, box)]);

    private ReadItem FootprintRow(string element, long id, OsmTags tags, byte[] geom, object?[]? box) => ReadItem.Of(Footprint,
        [Urn("footprint", element, id), tags["name"], tags["building"]!, Number(tags["height"] ?? tags["building:height"]), Number(tags["building:levels"]), Address(tags), .. Last(element, id, tags, geom, box)]);

    private ReadItem PoiRow(string element, long id, OsmTags tags, (string Category, string Kind) poi, Position at) => ReadItem.Of(Poi,
        [Urn("poi", element, id), tags["name"], poi.Category, poi.Kind, Address(tags), .. Last(element, id, tags, Wkb.Point(at.X, at.Y), Wkb.Bbox(at.X, at.Y, at.X, at.Y))]);

    /// <summary>A unit's code is its relation: OpenStreetMap has no key for division codes that all countries share.</summary>
    private ReadItem AdminRow(OsmRelation relation, byte[] geom, object?[]? box) => ReadItem.Of(AdminUnit,
        [$"relation/{relation.Id}", relation.Tags["name"], Level(relation.Tags["admin_level"]!), null, Crs, geom, box, _source, $"sha256:{input.Sha256}#relation/{relation.Id}"]);

    /// <summary>What the layout's setting <c>admin_level_8</c> calls level 8; else <c>level 8</c>.</summary>
    private string Level(string level) => input.Contract.Settings.GetValueOrDefault($"admin_level_{level}") ?? $"level {level}";

    private object?[] Last(string element, long id, OsmTags tags, byte[] geom, object?[]? box) =>
        [TagsText(tags), tags.ChangedAt, Crs, geom, box, _source, $"sha256:{input.Sha256}#{element}/{id}"];

    private ReadItem Reject(string element, long id, string problem) =>
        ReadItem.Of(new RejectedRow(null, element, $"{id}", $"{Path.GetFileName(input.Path)}: {element} {id} {problem}"));

    private string Urn(string kind, string element, long id) => $"urn:plinth:{kind}:{_source}:{element}/{id}";

    private static string WaterKind(OsmTags tags) => tags["water"] ?? (tags["waterway"] is { } way ? way : tags["natural"] == "water" ? "water" : tags["landuse"]!);

    /// <summary>Where traffic may go: with the line, against it or both ways; null where nothing is said.</summary>
    private static string? Direction(OsmTags tags) => tags["oneway"] switch
    {
        "yes" or "true" or "1" => "forward",
        "-1" or "reverse" => "backward",
        "no" or "false" or "0" => "both",
        null when tags["junction"] is "roundabout" || tags["highway"] is "motorway" => "forward",
        _ => null,
    };

    private static bool? Yes(string? text) => text switch { null => null, "no" => false, _ => true };

    /// <summary>A length in metres or a count, as far as it is a plain number.</summary>
    private static double? Number(string? text)
    {
        if (text is null)
            return null;
        var trimmed = text.AsSpan().Trim();
        if (trimmed.EndsWith("m", StringComparison.Ordinal))
            trimmed = trimmed[..^1].TrimEnd();
        return double.TryParse(trimmed, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 100_000 ? number : null;
    }

    /// <summary>Kilometres an hour.</summary>
    private static double? Speed(string? text) => text is null ? null
        : text.EndsWith("mph", StringComparison.OrdinalIgnoreCase) ? Number(text[..^3]) * 1.609344
        : Number(text.EndsWith("km/h", StringComparison.OrdinalIgnoreCase) ? text[..^4] : text);

    private static string? Address(OsmTags tags)
    {
        if (tags["addr:full"] is { } full)
            return full;
        var street = tags["addr:street"] ?? tags["addr:place"];
        string?[] parts = [street is null ? tags["addr:housenumber"] : $"{street} {tags["addr:housenumber"]}".Trim(), tags["addr:postcode"], tags["addr:city"]];
        return string.Join(", ", parts.Where(p => p is not null)) is { Length: > 0 } address ? address : null;
    }

    private static string TagsText(OsmTags tags)
    {
        var kept = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags.All)
            if (!Array.Exists(LeftOut, o => key.StartsWith(o, StringComparison.Ordinal)))
                kept[key] = value;
        return JsonSerializer.Serialize(kept, Compact);
    }

    /// <summary>The centre of gravity of a ring that encloses something.</summary>
    private static Position Middle(Position[] ring)
    {
        var (x, y, area, origin) = (0.0, 0.0, 0.0, ring[0]);
        for (var i = 1; i < ring.Length; i++)
        {
            var (ax, ay, bx, by) = (ring[i - 1].X - origin.X, ring[i - 1].Y - origin.Y, ring[i].X - origin.X, ring[i].Y - origin.Y);
            var cross = ax * by - bx * ay;
            (x, y, area) = (x + (ax + bx) * cross, y + (ay + by) * cross, area + cross);
        }
        return new(origin.X + x / (3 * area), origin.Y + y / (3 * area));
    }
}
