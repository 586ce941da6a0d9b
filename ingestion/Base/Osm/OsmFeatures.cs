using System.Collections.Frozen;
using System.Text;

namespace Plinth.Ingestion.Base.Osm;

/// <summary>What an element's tags make of it.</summary>
internal enum OsmFeature
{
    None,
    Road,
    Waterway,
    WaterArea,
    Footprint,
    Poi,
    AdminUnit,
}

/// <summary>Tells from tags which table an element belongs to (wiki.openstreetmap.org, Map features).</summary>
internal static class OsmFeatures
{
    /// <summary>Keys that make an element a point of interest, in the order in which they name it.</summary>
    public static readonly string[] PoiKeys =
        ["amenity", "shop", "tourism", "office", "healthcare", "leisure", "historic", "craft", "emergency", "public_transport", "railway", "aeroway", "man_made", "place"];

    /// <summary>Elements without any of these are geometry for others at most.</summary>
    public static readonly FrozenSet<string> Keys = PoiKeys.Concat(["highway", "waterway", "natural", "building", "landuse", "water", "type", "boundary"]).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<int> KeyLengths = Keys.Select(k => k.Length).ToFrozenSet();

    /// <summary>Whether UTF-8 text is one of <see cref="Keys"/>.</summary>
    public static bool IsKey(ReadOnlySpan<byte> text) => KeyLengths.Contains(text.Length) && Keys.Contains(Encoding.Latin1.GetString(text));

    /// <summary>What a way is. A closed one that is tagged as a building or as water is an area, any other a line.</summary>
    public static OsmFeature OfWay(OsmTags tags, bool isClosed)
    {
        if (tags.IsEmpty)
            return OsmFeature.None;
        if (isClosed && IsBuilding(tags))
            return OsmFeature.Footprint;
        if (isClosed && IsWaterArea(tags))
            return OsmFeature.WaterArea;
        if (tags["highway"] is { Length: > 0 } and not ("platform" or "rest_area" or "services" or "no"))
            return OsmFeature.Road;
        if (tags["waterway"] is { Length: > 0 } and not ("riverbank" or "dock" or "boatyard" or "dam" or "weir" or "lock_gate"))
            return OsmFeature.Waterway;
        return isClosed && tags["name"] is not null && OfNode(tags) == OsmFeature.Poi ? OsmFeature.Poi : OsmFeature.None;
    }

    /// <summary>What a multipolygon or a boundary is.</summary>
    public static OsmFeature OfRelation(OsmTags tags) => tags.IsEmpty || tags["type"] is not ("multipolygon" or "boundary") ? OsmFeature.None
        : tags["boundary"] == "administrative" && tags["admin_level"] is not null && tags["name"] is not null ? OsmFeature.AdminUnit
        : tags["type"] == "boundary" ? OsmFeature.None
        : IsBuilding(tags) ? OsmFeature.Footprint
        : IsWaterArea(tags) ? OsmFeature.WaterArea
        : OsmFeature.None;

    /// <summary>Whether a multipolygon leaves it to its outer way to say what it is, as all did before 2010 and some still do.</summary>
    public static bool IsOldMultipolygon(OsmTags tags) => tags["type"] == "multipolygon" && tags.All.All(t => t.Key is "type" or "source" or "created_by" or "note" or "fixme");

    public static OsmFeature OfNode(OsmTags tags) => PoiOf(tags) is null ? OsmFeature.None : OsmFeature.Poi;

    /// <summary>The tag by which an element is a point of interest: tracks, signals and pylons are none.</summary>
    public static (string Category, string Kind)? PoiOf(OsmTags tags)
    {
        if (tags.IsEmpty)
            return null;
        foreach (var key in PoiKeys)
            if (tags[key] is { Length: > 0 } value and not "no" && (key, value) is not ("railway", not ("station" or "halt" or "tram_stop" or "subway_entrance"))
                and not ("man_made", not ("water_tower" or "works" or "wastewater_plant" or "water_works" or "lighthouse" or "observatory" or "tower")) and not ("aeroway", not ("aerodrome" or "helipad" or "terminal")))
                return (key, value);
        return null;
    }

    private static bool IsBuilding(OsmTags tags) => tags["building"] is { Length: > 0 } and not "no";

    private static bool IsWaterArea(OsmTags tags) =>
        tags["natural"] == "water" || tags["waterway"] is "riverbank" or "dock" || tags["landuse"] is "reservoir" or "basin";
}
