namespace Plinth.Twin.Derivation;

/// <summary>Raster scenes (GeoTIFF): one entity a file.</summary>
internal static class SceneSql
{
    internal const string Views = """
        CREATE OR REPLACE VIEW fresh.scene AS
        SELECT s.*, CASE WHEN s.scene_id LIKE 'urn:%' THEN s.scene_id ELSE 'urn:plinth:scene:' || s.scene_id END AS entity_id
        FROM   fresh.imagery_scene s
        QUALIFY row_number() OVER (PARTITION BY s.scene_id, s.source_version ORDER BY s.source_row DESC) = 1;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, 'imagery.scene' AS source_id, source_version, recorded_at AS recorded_from FROM fresh.scene
        """;

    internal const string Entities = """
        SELECT s.entity_id, 'RasterScene' AS type, s.file_name AS name, '时空基础数据' AS cim_class, 'imagery.scene' AS source_id,
               'imagery.scene' AS source_table, s.source_version, s.source_row,
               s.acquired_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, s.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.scene s, fresh.run r
        """;

    internal const string Geometry = """
        SELECT s.entity_id, '0' AS lod, 'footprint' AS role, s.geom, s.bbox, s.crs, NULL::DOUBLE AS horizontal_accuracy_m, 'imagery.scene' AS source_id,
               'imagery.scene' AS source_table, s.source_version, s.source_row,
               s.acquired_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, s.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.scene s, fresh.run r
        WHERE  s.geom IS NOT NULL
        """;

    internal const string Claims = """
        WITH said AS (
            SELECT entity_id, source_version, property, value_text, NULL::DOUBLE AS value_num
            FROM   (UNPIVOT (SELECT entity_id, source_version, format, crs, data_type, compression FROM fresh.scene)
                    ON format, crs, data_type, compression INTO NAME property VALUE value_text)
            UNION ALL
            SELECT entity_id, source_version, property, NULL, value_num
            FROM   (UNPIVOT (SELECT entity_id, source_version, width::DOUBLE AS width, height::DOUBLE AS height, bands::DOUBLE AS bands, pixel_size_x, pixel_size_y FROM fresh.scene)
                    ON width, height, bands, pixel_size_x, pixel_size_y INTO NAME property VALUE value_num)
        )
        SELECT twin_claim_id(s.entity_id, c.property, 'imagery.scene', 'header', s.source_version) AS claim_id, s.entity_id, c.property,
               c.value_text, c.value_num, NULL::TIMESTAMPTZ AS value_ts, CASE WHEN c.property IN ('width', 'height') THEN '{pixel}' END AS unit,
               s.acquired_at AS phenomenon_time, 'imagery.scene' AS source_id,
               'imagery.scene' AS source_table, s.source_version, s.source_row, 'header' AS method,
               s.acquired_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, s.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   said c JOIN fresh.scene s ON s.entity_id = c.entity_id AND s.source_version = c.source_version, fresh.run r
        """;
}

/// <summary>Tile archives: one entity a tile set, with the extent of its tiles. A tile set comes in with one file, so in one version.</summary>
internal static class TilesetSql
{
    internal const string Views = """
        CREATE OR REPLACE VIEW fresh.tileset AS
        SELECT CASE WHEN t.tileset_id LIKE 'urn:%' THEN t.tileset_id ELSE 'urn:plinth:tileset:' || t.tileset_id END AS entity_id,
               t.source_version, any_value(t.recorded_at) AS recorded_at, min(t.source_row) AS source_row, min(t.taken_at) AS taken_at,
               min(t.z) AS zoom_min, max(t.z) AS zoom_max, count(*) AS tiles, any_value(t.media_type) AS media_type,
               {'xmin': min(t.bbox.xmin), 'ymin': min(t.bbox.ymin), 'xmax': max(t.bbox.xmax), 'ymax': max(t.bbox.ymax)} AS bbox
        FROM   fresh.imagery_tile t
        GROUP BY t.tileset_id, t.source_version;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, 'imagery.tile' AS source_id, source_version, recorded_at AS recorded_from FROM fresh.tileset
        """;

    internal const string Entities = """
        SELECT s.entity_id, 'RasterScene' AS type, split_part(s.entity_id, ':', -1) AS name, '时空基础数据' AS cim_class, 'imagery.tile' AS source_id,
               'imagery.tile' AS source_table, s.source_version, s.source_row,
               s.taken_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, s.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.tileset s, fresh.run r
        """;

    internal const string Geometry = """
        SELECT s.entity_id, '0' AS lod, 'footprint' AS role, ST_AsWKB(ST_MakeEnvelope(s.bbox.xmin, s.bbox.ymin, s.bbox.xmax, s.bbox.ymax)) AS geom, s.bbox,
               'EPSG:3857' AS crs, NULL::DOUBLE AS horizontal_accuracy_m, 'imagery.tile' AS source_id,
               'imagery.tile' AS source_table, s.source_version, s.source_row,
               s.taken_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, s.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.tileset s, fresh.run r
        WHERE  s.bbox.xmin IS NOT NULL
        """;

    internal const string Claims = """
        WITH said AS (
            SELECT entity_id, source_version, property, value_num, NULL AS value_text
            FROM   (UNPIVOT (SELECT entity_id, source_version, zoom_min::DOUBLE AS zoom_min, zoom_max::DOUBLE AS zoom_max, tiles::DOUBLE AS tiles FROM fresh.tileset)
                    ON zoom_min, zoom_max, tiles INTO NAME property VALUE value_num)
            UNION ALL
            SELECT entity_id, source_version, 'format', NULL, media_type FROM fresh.tileset WHERE media_type IS NOT NULL
        )
        SELECT twin_claim_id(s.entity_id, c.property, 'imagery.tile', 'header', s.source_version) AS claim_id, s.entity_id, c.property,
               c.value_text, c.value_num, NULL::TIMESTAMPTZ AS value_ts, NULL::VARCHAR AS unit, s.taken_at AS phenomenon_time, 'imagery.tile' AS source_id,
               'imagery.tile' AS source_table, s.source_version, s.source_row, 'header' AS method,
               s.taken_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, s.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   said c JOIN fresh.tileset s ON s.entity_id = c.entity_id AND s.source_version = c.source_version, fresh.run r
        """;
}
