namespace Plinth.Twin.Derivation;

/// <summary>3D Tiles: one entity a tileset, with the extent of its tiles and what they weigh. A tileset comes in with one file, so in one version.</summary>
internal static class ModelTilesetSql
{
    internal const string Views = """
        CREATE OR REPLACE VIEW fresh.model_tileset AS
        SELECT 'urn:plinth:model-tileset' || substr(t.asset_id, length('urn:plinth:asset') + 1) AS entity_id, t.asset_id, t.source_version,
               any_value(t.recorded_at) AS recorded_at, arg_min(t.source_row, t.level) AS source_row, count(*) AS tiles, max(t.level) + 1 AS levels,
               sum(t.triangle_count) AS triangles, sum(t.point_count) AS points, sum(t.object_count) AS objects, sum(t.size_bytes) AS bytes,
               count(*) FILTER (t.content_uri IS NOT NULL AND NOT coalesce(t.is_present, false)) AS missing, min(t.height_min_m) AS height_min, max(t.height_max_m) AS height_max,
               {'xmin': min(t.bbox.xmin), 'ymin': min(t.bbox.ymin), 'xmax': max(t.bbox.xmax), 'ymax': max(t.bbox.ymax)} AS bbox
        FROM   fresh.model_tile t
        GROUP BY t.asset_id, t.source_version;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, 'model.tile' AS source_id, source_version, recorded_at AS recorded_from FROM fresh.model_tileset
        """;

    private const string Tail = """
        'model.tile' AS source_id, 'model.tile' AS source_table, s.source_version, s.source_row,
               NULL::TIMESTAMPTZ AS valid_from, NULL::TIMESTAMPTZ AS valid_to, s.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        """;

    internal const string Entities = $"""
        SELECT s.entity_id, 'ModelTileset' AS type, split_part(s.asset_id, ':', -1) AS name, 'CIM成果数据' AS cim_class, {Tail}
        FROM   fresh.model_tileset s, fresh.run r
        """;

    internal const string Geometry = $"""
        SELECT s.entity_id, '0' AS lod, 'outline' AS role, ST_AsWKB(ST_MakeEnvelope(s.bbox.xmin, s.bbox.ymin, s.bbox.xmax, s.bbox.ymax)) AS geom, s.bbox,
               'EPSG:4978' AS crs, NULL::DOUBLE AS horizontal_accuracy_m, {Tail}
        FROM   fresh.model_tileset s, fresh.run r
        WHERE  s.bbox.xmin IS NOT NULL
        """;

    internal const string Claims = $"""
        WITH said AS (
            UNPIVOT (SELECT entity_id, source_version, tiles::DOUBLE AS tiles, levels::DOUBLE AS levels, triangles::DOUBLE AS triangles, points::DOUBLE AS points, objects::DOUBLE AS objects,
                            bytes::DOUBLE AS bytes, missing::DOUBLE AS missing_contents, height_min, height_max FROM fresh.model_tileset)
            ON tiles, levels, triangles, points, objects, bytes, missing_contents, height_min, height_max INTO NAME property VALUE value_num
        )
        SELECT twin_claim_id(s.entity_id, c.property, 'model.tile', 'header', s.source_version) AS claim_id, s.entity_id, c.property,
               NULL::VARCHAR AS value_text, c.value_num, NULL::TIMESTAMPTZ AS value_ts, CASE WHEN c.property = 'bytes' THEN 'By' WHEN c.property LIKE 'height%' THEN 'm' ELSE '1' END AS unit,
               NULL::TIMESTAMPTZ AS phenomenon_time, 'header' AS method, {Tail}
        FROM   said c JOIN fresh.model_tileset s ON s.entity_id = c.entity_id AND s.source_version = c.source_version, fresh.run r
        """;
}
