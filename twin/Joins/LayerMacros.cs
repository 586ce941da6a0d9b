namespace Plinth.Twin.Joins;

/// <summary>Short forms over <see cref="LayerFunctions"/>.</summary>
internal static class LayerMacros
{
    internal const string Sql = """
        -- The id of the region that a point is in; NULL outside of all.
        CREATE OR REPLACE MACRO region_at(layer, lon, lat) AS region_id(layer, region_key(layer, lon, lat));
        -- The ids of all regions that a point is in.
        CREATE OR REPLACE MACRO regions_at(layer, lon, lat) AS list_transform(regions_over(layer, lon, lat), lambda r: region_id(layer, r.key));
        -- The road that a point is on (with the direction it moves in, where known): id, metres, fraction, lon, lat, heading; NULL when none is so near.
        CREATE OR REPLACE MACRO road_at(layer, lon, lat, metres := 30.0) AS roads_near(layer, lon, lat, -1.0, metres::DOUBLE)[1],
            (layer, lon, lat, heading, metres) AS roads_near(layer, lon, lat, heading::DOUBLE, metres::DOUBLE)[1];
        -- As tables.
        CREATE OR REPLACE MACRO nearest_to(layer, lon, lat, k) AS TABLE SELECT unnest(nearest(layer, lon, lat, k), recursive := true);
        CREATE OR REPLACE MACRO within_of(layer, lon, lat, metres) AS TABLE SELECT unnest(within_metres(layer, lon, lat, metres), recursive := true);
        CREATE OR REPLACE MACRO overlapping(layer, geom) AS TABLE SELECT unnest(overlaps(layer, geom), recursive := true);
        -- Of a table or view with columns lon and lat: its rows with the region's id, and how many lie in each region.
        CREATE OR REPLACE MACRO with_region(points, layer) AS TABLE SELECT p.*, region_at(layer, p.lon, p.lat) AS region FROM query_table(points) p;
        CREATE OR REPLACE MACRO count_by_region(points, layer) AS TABLE
            SELECT region_id(layer, m.key) AS region, sum(n)::BIGINT AS n
            FROM   (SELECT unnest(region_members(layer, s)) AS m, n FROM (SELECT region_set(layer, p.lon, p.lat) AS s, count(*) AS n FROM query_table(points) p GROUP BY s))
            GROUP  BY m.key;
        """;
}
