namespace Plinth.Jobs;

/// <summary>What the built-in analyses ask. Each gives: key, subject, value, confidence, evidence (JSON), longitude, latitude.</summary>
internal static class FindingSql
{
    /// <summary>Orders with their places: id, longitude, latitude.</summary>
    internal const string Orders = """
        SELECT service_request_id, longitude, latitude
        FROM   hotline.service_request
        WHERE  source = 'nyc-311'
        """;

    /// <summary>
    /// A model needs each photograph to share about 75 % of its ground with the one before (the usual forward overlap of photogrammetric flights).
    /// Consecutive: taken within a minute of one another by the same camera model.
    /// </summary>
    internal const string PhotoOverlap = """
        WITH shot AS (                 -- photographs that show ground, in the order they were taken
            SELECT   p.photo_id, p.file_name, p.camera_model, p.taken_at, p.longitude, p.latitude, g.geom
            FROM     imagery.photo p
            JOIN     twin.entity_geometry g ON g.entity_id = p.photo_id AND g.role = 'view_footprint'
            WHERE    p.taken_at IS NOT NULL
            QUALIFY  row_number() OVER (PARTITION BY p.photo_id ORDER BY g.recorded_from DESC) = 1
        ),
        pair AS (
            SELECT   *, lag(photo_id) OVER flight AS before_id, lag(file_name) OVER flight AS before_name, lag(geom) OVER flight AS before_geom, lag(taken_at) OVER flight AS before_at
            FROM     shot
            WINDOW   flight AS (PARTITION BY camera_model ORDER BY taken_at, photo_id)
        ),
        overlap AS (
            SELECT   *, ST_Area(ST_Intersection(geom, before_geom)) / ST_Area(geom) AS share
            FROM     pair
            WHERE    before_id IS NOT NULL AND taken_at - before_at <= INTERVAL 1 MINUTE
        )
        SELECT   before_id || '|' || photo_id, photo_id, round(share, 3)::VARCHAR, NULL::DOUBLE,
                 to_json({before: before_name, after: file_name, overlap: round(share, 3), wanted: 0.75})::VARCHAR, longitude, latitude
        FROM     overlap
        WHERE    share < 0.75
        ORDER BY taken_at
        """;

    /// <summary>Spells of at least three readings in a row under three quarters of the detector's median speed, no more than 30 minutes from one to the next.</summary>
    internal const string SlowTraffic = """
        WITH speed AS (
            SELECT   d.thing_id, o.phenomenon_time, o.result AS speed, d.unit, median(o.result) OVER (PARTITION BY o.datastream_id) AS usual
            FROM     sensor.observation o
            JOIN     sensor.datastream  d USING (datastream_id)
            WHERE    d.observed_property = 'speed' AND o.result IS NOT NULL
        ),
        reading AS (                   -- a new spell begins after a fast reading or a gap
            SELECT   *, speed < 0.75 * usual AS slow,
                     coalesce(lag(speed < 0.75 * usual) OVER log AND phenomenon_time - lag(phenomenon_time) OVER log <= INTERVAL 30 MINUTE, false) AS goes_on
            FROM     speed
            WINDOW   log AS (PARTITION BY thing_id ORDER BY phenomenon_time)
        ),
        spell AS (
            SELECT   thing_id, unit, usual, phenomenon_time, speed, sum(CASE WHEN goes_on THEN 0 ELSE 1 END) OVER (PARTITION BY thing_id ORDER BY phenomenon_time) AS number
            FROM     reading
            WHERE    slow
        ),
        long_spell AS (
            SELECT   thing_id, any_value(unit) AS unit, any_value(usual) AS usual, min(phenomenon_time) AS from_at, max(phenomenon_time) AS to_at, count(*) AS readings, min(speed) AS lowest
            FROM     spell
            GROUP BY thing_id, number
            HAVING   count(*) >= 3
        )
        SELECT   s.thing_id || '|' || strftime(s.from_at, '%Y-%m-%dT%H:%M:%SZ'), s.thing_id, s.lowest::VARCHAR, NULL::DOUBLE,
                 to_json({from_time: strftime(s.from_at, '%Y-%m-%dT%H:%M:%SZ'), to_time: strftime(s.to_at, '%Y-%m-%dT%H:%M:%SZ'), readings: s.readings,
                          lowest: s.lowest, usual: s.usual, unit: s.unit})::VARCHAR, t.longitude, t.latitude
        FROM     long_spell s
        LEFT JOIN sensor.thing t USING (thing_id)
        ORDER BY s.thing_id, s.from_at
        """;
}
