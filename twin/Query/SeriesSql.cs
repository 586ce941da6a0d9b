namespace Plinth.Twin.Query;

/// <summary>Sensors in SQL: latest values, roll-ups, gaps, alerts, junctions, gauges. They read <c>sensor.*</c> as the connection shows it.</summary>
internal static class SeriesSql
{
    internal const long Tables = 3;

    internal const string TablesThere = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'sensor' AND table_name IN ('thing', 'datastream', 'observation')";

    internal const string Macros = """
        -- The newest value of every datastream, at or before an instant, with its device and place.
        CREATE OR REPLACE MACRO twin.latest(until := NULL) AS TABLE
            WITH newest AS (
                SELECT datastream_id, max(phenomenon_time) AS phenomenon_time, arg_max({result: result, quality: quality}, phenomenon_time) AS value, count(*) AS observations
                FROM   sensor.observation WHERE until IS NULL OR phenomenon_time <= until::TIMESTAMPTZ
                GROUP BY datastream_id
            ), stream AS (
                SELECT * FROM sensor.datastream QUALIFY row_number() OVER (PARTITION BY datastream_id ORDER BY source_row DESC) = 1
            ), thing AS (
                SELECT * FROM sensor.thing QUALIFY row_number() OVER (PARTITION BY thing_id ORDER BY source_row DESC) = 1
            )
            SELECT s.datastream_id, 'urn:plinth:device' || substr(s.thing_id, length('urn:plinth:thing') + 1) AS entity_id, coalesce(t.name, t.local_id) AS name, t.kind, s.observed_property,
                   n.value.result AS result, s.unit, n.value.quality AS quality, n.phenomenon_time, n.observations, t.longitude AS lon, t.latitude AS lat
            FROM   stream s LEFT JOIN newest n ON n.datastream_id = s.datastream_id LEFT JOIN thing t ON t.thing_id = s.thing_id;

        -- Roll-ups of any width, each made from the raw values in the order of their times, so that every digit is that of the raw data.
        CREATE OR REPLACE MACRO twin.rollup(width, from_time := NULL, to_time := NULL) AS TABLE
            SELECT datastream_id, time_bucket(width::INTERVAL, phenomenon_time, TIMESTAMPTZ '2000-01-01') AS starts, count(result) AS observations, min(result) AS least, max(result) AS most,
                   sum(result ORDER BY phenomenon_time, result) AS total, sum(result ORDER BY phenomenon_time, result) / nullif(count(result), 0) AS mean,
                   arg_min(result, phenomenon_time) AS first_value, arg_max(result, phenomenon_time) AS last_value
            FROM   sensor.observation
            WHERE  (from_time IS NULL OR phenomenon_time >= from_time::TIMESTAMPTZ) AND (to_time IS NULL OR phenomenon_time < to_time::TIMESTAMPTZ)
            GROUP BY datastream_id, starts;

        -- A datastream for a chart: so many points of it that the line looks the same (largest triangle three buckets); all of them where there are not more.
        CREATE OR REPLACE MACRO twin.chart(stream, points := 500, from_time := NULL, to_time := NULL) AS TABLE
            WITH RECURSIVE value AS (
                SELECT phenomenon_time, result, epoch(phenomenon_time) AS x, row_number() OVER (ORDER BY phenomenon_time) - 1 AS i, count(*) OVER () AS n
                FROM   (SELECT phenomenon_time, any_value(result) AS result FROM sensor.observation
                        WHERE  datastream_id = stream AND result IS NOT NULL
                          AND  (from_time IS NULL OR phenomenon_time >= from_time::TIMESTAMPTZ) AND (to_time IS NULL OR phenomenon_time < to_time::TIMESTAMPTZ)
                        GROUP BY phenomenon_time)
            ), bucketed AS (
                SELECT *, greatest(points, 3)::BIGINT AS most,
                       CASE WHEN i = 0 THEN 0 WHEN i = n - 1 THEN most - 1 ELSE (i * (most - 2) + n - 3) // (n - 2) END AS bucket
                FROM   value WHERE n > greatest(points, 3)
            ), bucket AS (
                SELECT bucket, list(struct_pack(t := phenomenon_time, x := x, y := result) ORDER BY i) AS held, avg(x) AS mean_x, avg(result) AS mean_y FROM bucketed GROUP BY bucket
            ), ahead AS (
                SELECT bucket, held, lead(mean_x, 1, mean_x) OVER (ORDER BY bucket) AS ahead_x, lead(mean_y, 1, mean_y) OVER (ORDER BY bucket) AS ahead_y FROM bucket
            ), walk AS (
                SELECT bucket, held[1] AS chosen FROM ahead WHERE bucket = 0
                UNION ALL
                -- Of each bucket the point that spans the largest triangle with the one chosen before and the middle of the next bucket.
                SELECT bucket, held[list_position(spans, list_max(spans))]
                FROM   (SELECT a.bucket, a.held,
                               list_transform(a.held, lambda p: abs((w.chosen.x - a.ahead_x) * (p.y - w.chosen.y) - (w.chosen.x - p.x) * (a.ahead_y - w.chosen.y))) AS spans
                        FROM   walk w JOIN ahead a ON a.bucket = w.bucket + 1)
            )
            SELECT chosen.t AS phenomenon_time, chosen.y AS result FROM walk
            UNION ALL
            SELECT phenomenon_time, result FROM value WHERE n <= greatest(points, 3)
            ORDER BY phenomenon_time;

        -- Where values are missing: longer between two than some times the datastream's usual step (the median).
        CREATE OR REPLACE MACRO twin.gaps(times := 2.5) AS TABLE
            WITH step AS (
                SELECT datastream_id, lag(phenomenon_time) OVER stream AS gap_from, phenomenon_time AS gap_to, epoch(phenomenon_time) - epoch(lag(phenomenon_time) OVER stream) AS seconds
                FROM   sensor.observation WINDOW stream AS (PARTITION BY datastream_id ORDER BY phenomenon_time)
            ), usual AS (
                SELECT datastream_id, median(seconds) AS usual_seconds FROM step WHERE seconds > 0 GROUP BY datastream_id
            )
            SELECT s.datastream_id, s.gap_from, s.gap_to, s.seconds, u.usual_seconds, round(s.seconds / u.usual_seconds)::BIGINT - 1 AS missing
            FROM   step s JOIN usual u ON u.datastream_id = s.datastream_id
            WHERE  s.seconds > times * u.usual_seconds;

        -- Spells beyond a threshold with hysteresis: one begins when the value reaches `high` and ends when it falls to `low`; what lies between changes nothing.
        -- (With high < low it begins below high and ends above low.)
        CREATE OR REPLACE MACRO twin.alerts(property, high, low) AS TABLE
            WITH judged AS (
                SELECT o.datastream_id, o.phenomenon_time, o.result,
                       last_value(CASE WHEN (high >= low AND o.result >= high) OR (high < low AND o.result <= high) THEN true
                                       WHEN (high >= low AND o.result <= low) OR (high < low AND o.result >= low) THEN false END IGNORE NULLS) OVER so_far AS alarmed
                FROM   sensor.observation o
                SEMI JOIN (SELECT datastream_id FROM sensor.datastream WHERE observed_property = property) d ON d.datastream_id = o.datastream_id
                WHERE  o.result IS NOT NULL
                WINDOW so_far AS (PARTITION BY o.datastream_id ORDER BY o.phenomenon_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
            ), turned AS (
                SELECT *, coalesce(alarmed, false) AS is_on, coalesce(alarmed, false) <> coalesce(lag(alarmed) OVER stream, false) AS turns FROM judged
                WINDOW stream AS (PARTITION BY datastream_id ORDER BY phenomenon_time)
            ), spell AS (
                SELECT *, count(*) FILTER (turns) OVER (PARTITION BY datastream_id ORDER BY phenomenon_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS spell FROM turned
            ), bounded AS (
                SELECT datastream_id, spell, bool_or(is_on) AS is_on, min(phenomenon_time) AS began, count(*) AS observations,
                       CASE WHEN any_value(high) >= any_value(low) THEN max(result) ELSE min(result) END AS extreme
                FROM   spell GROUP BY datastream_id, spell
            ), ended AS (
                SELECT *, lead(began) OVER (PARTITION BY datastream_id ORDER BY spell) AS ended FROM bounded
            ), device AS (
                SELECT datastream_id, any_value('urn:plinth:device' || substr(thing_id, length('urn:plinth:thing') + 1)) AS entity_id FROM sensor.datastream GROUP BY datastream_id
            ), place AS (
                SELECT entity_id, any_value(geom) AS geom FROM twin.geometry_at() WHERE role = 'point' AND entity_id IN (SELECT entity_id FROM device) GROUP BY entity_id
            ), area AS (
                SELECT g.entity_id, e.name, e.type, g.geom, g.bbox FROM twin.geometry_at() g JOIN twin.entity_at() e ON e.entity_id = g.entity_id AND e.type IN ('ResponsibilityArea', 'AdministrativeUnit')
                WHERE  g.role = 'outline'
            ), responsible AS (
                SELECT p.entity_id, a.entity_id AS responsible_id, coalesce(f.value_text, a.name) AS responsible
                FROM   place p JOIN area a ON ST_Intersects(a.geom, p.geom)
                LEFT JOIN twin.fact_at() f ON f.entity_id = a.entity_id AND f.property = 'department'
                QUALIFY row_number() OVER (PARTITION BY p.entity_id ORDER BY a.type = 'ResponsibilityArea' DESC, ST_Area(a.geom), a.entity_id) = 1
            )
            SELECT s.datastream_id, d.entity_id, s.began, s.ended, s.extreme, s.observations, r.responsible_id, r.responsible
            FROM   ended s JOIN device d ON d.datastream_id = s.datastream_id LEFT JOIN responsible r ON r.entity_id = d.entity_id
            WHERE  s.is_on;

        -- A junction's detectors: channel, phase and function (lanes are what the configuration's function names).
        CREATE OR REPLACE MACRO twin.junction(id, valid := NULL, known := NULL) AS TABLE
            SELECT r.subject_id AS detector_id, (r.attributes ->> 'channel')::INTEGER AS channel, (r.attributes ->> 'phase')::INTEGER AS phase, r.attributes ->> 'function' AS function, r.source_id, r.source_row
            FROM   twin.relation_at(valid := valid, known := known) r
            WHERE  r.object_id = id AND r.predicate = 'observes'
            ORDER BY phase, channel;

        -- Gauges with the river reach they stand at: the nearest water within some metres, and their newest value.
        CREATE OR REPLACE MACRO twin.gauges(property := 'water_level', metres := 200.0) AS TABLE
            WITH gauge AS (
                SELECT * FROM twin.latest() WHERE observed_property = property AND lon IS NOT NULL
            ), water AS (
                SELECT e.entity_id, e.name, e.type, g.geom, g.bbox FROM twin.entity_at() e JOIN twin.geometry_at() g ON g.entity_id = e.entity_id WHERE e.type IN ('WaterBody', 'Waterway')
            )
            SELECT g.*, w.entity_id AS reach_id, w.name AS reach, ST_Distance(ST_Point(g.lon, g.lat), w.geom) AS distance_m
            FROM   gauge g
            LEFT JOIN water w ON w.bbox.xmin <= g.lon + metres / (111000.0 * cos(radians(g.lat))) AND w.bbox.xmax >= g.lon - metres / (111000.0 * cos(radians(g.lat)))
                             AND w.bbox.ymin <= g.lat + metres / 110500.0 AND w.bbox.ymax >= g.lat - metres / 110500.0 AND ST_DWithin(ST_Point(g.lon, g.lat), w.geom, metres)
            QUALIFY row_number() OVER (PARTITION BY g.datastream_id ORDER BY distance_m NULLS LAST, w.entity_id) = 1
        """;
}
