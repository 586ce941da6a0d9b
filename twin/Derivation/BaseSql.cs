using Plinth.Lakehouse;
using Plinth.Twin.Model;

namespace Plinth.Twin.Derivation;

/// <summary>Base maps: roads, waterways, footprints of buildings, points of interest. One table is as the other but for its names.</summary>
/// <param name="Class">The entity's type, an expression over the row (<c>b</c>).</param>
/// <param name="Slug">Of the entity's identifier.</param>
/// <param name="Role">Of its geometry, an expression.</param>
/// <param name="Said">Properties with their column, whether it is a number, and its unit.</param>
internal sealed record BaseSql(TableName Source, string Id, string Class, string Slug, string Role, IReadOnlyList<(string Property, string Column, string? Unit)> Said)
{
    private const string IsArea = "ST_Dimension(b.geom) = 2";

    /// <summary>What volunteers and others drew is held less sure than what was surveyed.</summary>
    private const string Confidence = "0.8";

    private static readonly BaseSql s_road = new(TwinTables.Road, "road_id", "'Road'", "road", $"CASE WHEN {IsArea} THEN 'footprint' ELSE 'centreline' END",
        [("class", "kind", null), ("ref", "ref", null), ("direction", "direction", null), ("surface", "surface", null), ("lanes", "lanes", "1"), ("max_speed", "max_speed_kmh", "km/h"), ("is_bridge", "is_bridge", null), ("is_tunnel", "is_tunnel", null)]);

    private static readonly BaseSql s_waterway = new(TwinTables.Waterway, "waterway_id", $"CASE WHEN {IsArea} THEN 'WaterBody' ELSE 'Waterway' END", "waterway", $"CASE WHEN {IsArea} THEN 'footprint' ELSE 'centreline' END",
        [("class", "kind", null), ("width", "width_m", "m")]);

    private static readonly BaseSql s_footprint = new(TwinTables.Footprint, "footprint_id", "'Building'", "building", "'footprint'",
        [("class", "kind", null), ("address", "address", null), ("height", "height_m", "m"), ("storeys", "levels", "1")]);

    private static readonly BaseSql s_poi = new(TwinTables.Poi, "poi_id", "'PointOfInterest'", "poi", "'point'",
        [("class", "category", null), ("function", "kind", null), ("address", "address", null)]);

    /// <summary>The steps of all four.</summary>
    internal static IEnumerable<Step> Steps =>
    [
        .. new[] { s_road, s_waterway, s_footprint, s_poi }.SelectMany(b => new Step[]
        {
            new(b.Source.Name + "-entity", b.Source, TwinTables.Entity, b.Entities, b.Views),
            new(b.Source.Name + "-geometry", b.Source, TwinTables.Geometry, b.Geometry, b.Views),
            new(b.Source.Name + "-claim", b.Source, TwinTables.Claim, b.Claims, b.Views),
        }),
    ];

    private string Views => $"""
        CREATE OR REPLACE VIEW fresh.drawn AS
        SELECT b.*, 'urn:plinth:{Slug}:' || substr(b.{Id}, length('urn:plinth:{Source.Name}:') + 1) AS entity_id
        FROM   fresh.base_{Source.Name} b
        QUALIFY row_number() OVER (PARTITION BY b.{Id}, b.source, b.source_version ORDER BY b.changed_at DESC NULLS LAST, b.source_row DESC) = 1;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, source AS source_id, source_version, recorded_at AS recorded_from FROM fresh.drawn
        """;

    /// <summary>Source, times of the world and of knowledge, run.</summary>
    private string Tail => $"""
        b.source AS source_id, '{Source}' AS source_table, b.source_version, b.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, b.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, {Confidence} AS confidence
        """;

    private string Entities => $"""
        SELECT b.entity_id, {Class} AS type, b.name, '时空基础数据' AS cim_class, {Tail}
        FROM   fresh.drawn b, fresh.run r
        """;

    private string Geometry => $"""
        SELECT b.entity_id, '0' AS lod, {Role} AS role, b.geom, b.bbox, b.source_crs AS crs, NULL::DOUBLE AS horizontal_accuracy_m, {Tail}
        FROM   fresh.drawn b, fresh.run r
        WHERE  b.geom IS NOT NULL
        """;

    private string Claims => $"""
        WITH said AS (
            SELECT b.*, unnest([{string.Join(", ", Said.Select(s => $"struct_pack(property := '{s.Property}', value_text := {(s.Unit is null ? $"b.{s.Column}::VARCHAR" : "NULL::VARCHAR")}, value_num := {(s.Unit is null ? "NULL::DOUBLE" : $"b.{s.Column}::DOUBLE")}, unit := {(s.Unit is null ? "NULL::VARCHAR" : $"'{s.Unit}'")}, method := 'attribute:{s.Column}')"))}]) AS c
            FROM   fresh.drawn b
        )
        SELECT twin_claim_id(b.entity_id, b.c.property, b.source, b.c.method, b.source_version) AS claim_id, b.entity_id, b.c.property AS property,
               b.c.value_text AS value_text, b.c.value_num AS value_num, NULL::TIMESTAMPTZ AS value_ts, b.c.unit AS unit, b.changed_at AS phenomenon_time, b.c.method AS method, {Tail}
        FROM   said b, fresh.run r
        WHERE  b.c.value_text IS NOT NULL OR b.c.value_num IS NOT NULL
        """;
}
