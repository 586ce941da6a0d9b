namespace Plinth.Twin.Derivation;

/// <summary>Photographs: where they were taken from, what ground they see, how the camera looked. There from the moment they were taken.</summary>
internal static class PhotoSql
{
    /// <summary><c>loaded.photo_view</c> holds what each photo sees of flat ground; see <see cref="DeriverSql"/>.</summary>
    internal const string Views = """
        CREATE OR REPLACE VIEW fresh.photo AS
        SELECT p.*, p.photo_id AS entity_id
        FROM   fresh.imagery_photo p
        QUALIFY row_number() OVER (PARTITION BY p.photo_id, p.source_version ORDER BY p.source_row DESC) = 1;

        CREATE OR REPLACE VIEW fresh.owner AS
        SELECT entity_id AS owner, 'imagery.photo' AS source_id, source_version, recorded_at AS recorded_from FROM fresh.photo
        """;

    internal const string Entities = """
        SELECT p.entity_id, 'Photo' AS type, p.file_name AS name, '时空基础数据' AS cim_class, 'imagery.photo' AS source_id,
               'imagery.photo' AS source_table, p.source_version, p.source_row,
               p.taken_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, p.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   fresh.photo p, fresh.run r
        """;

    internal const string Geometry = """
        WITH placed AS (
            SELECT p.*, 'point' AS role, p.geom AS shape, p.bbox AS box, p.position_accuracy_m AS accuracy FROM fresh.photo p WHERE p.geom IS NOT NULL
            UNION ALL
            -- Flat ground: good to about a tenth of the height where the pose is the camera's own.
            SELECT p.*, 'view_footprint', v.geom, v.bbox, v.accuracy_m
            FROM   fresh.photo p JOIN loaded.photo_view v ON v.photo_id = p.photo_id AND v.source_version = p.source_version
        )
        SELECT p.entity_id, '0' AS lod, p.role, p.shape AS geom, p.box AS bbox, NULL::VARCHAR AS crs, p.accuracy AS horizontal_accuracy_m, 'imagery.photo' AS source_id,
               'imagery.photo' AS source_table, p.source_version, p.source_row,
               p.taken_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, p.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   placed p, fresh.run r
        """;

    internal const string Claims = """
        WITH said AS (
            SELECT photo_id, source_version, property, value_num, NULL AS value_text, NULL::TIMESTAMPTZ AS value_ts,
                   CASE property WHEN 'altitude' THEN 'm' WHEN 'relative_altitude' THEN 'm' WHEN 'yaw' THEN 'deg' WHEN 'pitch' THEN 'deg' WHEN 'roll' THEN 'deg' ELSE '{pixel}' END AS unit
            FROM   (UNPIVOT (SELECT photo_id, source_version, altitude_m AS altitude, relative_altitude_m AS relative_altitude, yaw_deg AS yaw, pitch_deg AS pitch, roll_deg AS roll,
                                    focal_px AS focal_length, width::DOUBLE AS width, height::DOUBLE AS height FROM fresh.photo)
                    ON altitude, relative_altitude, yaw, pitch, roll, focal_length, width, height INTO NAME property VALUE value_num)
            UNION ALL
            SELECT photo_id, source_version, property, NULL, value_text, NULL, NULL
            FROM   (UNPIVOT (SELECT photo_id, source_version, nullif(concat_ws(' ', camera_make, camera_model), '') AS camera, view_bucket, pose_source, focal_method, time_source FROM fresh.photo)
                    ON camera, view_bucket, pose_source, focal_method, time_source INTO NAME property VALUE value_text)
            UNION ALL
            SELECT photo_id, source_version, 'taken_at', NULL, NULL, taken_at, NULL FROM fresh.photo WHERE taken_at IS NOT NULL
        )
        SELECT twin_claim_id(p.entity_id, s.property, 'imagery.photo', 'metadata', p.source_version) AS claim_id, p.entity_id, s.property,
               s.value_text, s.value_num, s.value_ts, s.unit, p.taken_at AS phenomenon_time, 'imagery.photo' AS source_id,
               'imagery.photo' AS source_table, p.source_version, p.source_row, 'metadata' AS method,
               p.taken_at AS valid_from, NULL::TIMESTAMPTZ AS valid_to, p.recorded_at AS recorded_from, NULL::TIMESTAMPTZ AS recorded_to, r.run_id, 1.0 AS confidence
        FROM   said s JOIN fresh.photo p ON p.photo_id = s.photo_id AND p.source_version = s.source_version, fresh.run r
        """;
}
