using System.Globalization;
using Plinth.Catalog;
using Plinth.Lakehouse;

namespace Plinth.Benchmarks;

/// <summary>A district that never was: buildings on a jittered grid of about 30 km by 30 km, photos over it, orders in it. The same for the same numbers.</summary>
internal static class SyntheticLake
{
    public const double West = 113.0, South = 23.3, Side = 0.3;

    /// <summary>Footprints of 4 to 12 corners, one in ten with a court.</summary>
    private const string Buildings = """
        WITH n AS (SELECT i, i % side AS gx, i // side AS gy, hash(i) AS h FROM (SELECT unnest(range($1::BIGINT, $2::BIGINT)) AS i), (SELECT ceil(sqrt($3::DOUBLE))::BIGINT AS side)),
        placed AS (
            SELECT i, h, $4 + (gx + 0.2 + 0.3 * (h % 1000) / 1000.0) * $6 / ceil(sqrt($3::DOUBLE)) AS x, $5 + (gy + 0.2 + 0.3 * (h // 1000 % 1000) / 1000.0) * $6 / ceil(sqrt($3::DOUBLE)) AS y,
                   (0.00006 + 0.00009 * (h // 1000000 % 1000) / 1000.0) AS r, 4 + (h // 1000000000 % 9)::INTEGER AS corners
            FROM   n
        ), ring AS (
            SELECT i, h, x, y, r,
                   list_transform(range(corners + 1), lambda k: round(x + r * (0.75 + 0.25 * (hash(i + k % corners) % 100) / 100.0) * cos(2 * pi() * (k % corners) / corners), 8) || ' ' ||
                                                            round(y + r * (0.75 + 0.25 * (hash(i + k % corners) % 100) / 100.0) * sin(2 * pi() * (k % corners) / corners), 8)) AS outline,
                   list_transform(range(5), lambda k: round(x + 0.3 * r * cos(-2 * pi() * (k % 4) / 4), 8) || ' ' || round(y + 0.3 * r * sin(-2 * pi() * (k % 4) / 4), 8)) AS court
            FROM   placed
        )
        SELECT 'urn:plinth:object:synthetic:' || i AS object_id, 'urn:plinth:asset:synthetic' AS asset_id, i::VARCHAR AS local_id, 'Building' AS type, NULL AS parent_id, '1' AS lod,
               '{"yearOfConstruction": ' || (1950 + h % 70) || ', "measuredHeight": ' || (3 + h % 90) || $7::VARCHAR || '}' AS attributes,
               (3 + h % 88)::DOUBLE AS height_m, 2.0 AS ground_m, (5 + h % 88)::DOUBLE AS roof_m, 'OGC:CRS84' AS source_crs,
               ST_AsWKB(ST_GeomFromText('POLYGON((' || array_to_string(outline, ',') || ')' || CASE WHEN i % 10 = 0 THEN ',(' || array_to_string(court, ',') || ')' ELSE '' END || ')'))::BLOB AS geom,
               {'xmin': x - r, 'ymin': y - r, 'xmax': x + r, 'ymax': y + r} AS bbox, 'sha256:synthetic#' || i AS source_row
        FROM   ring
        """;

    private const string Orders = """
        SELECT i::VARCHAR AS service_request_id, 'synthetic' AS source, TIMESTAMPTZ '2024-01-01' + INTERVAL 1 MINUTE * (hash(i) % 500000) AS requested_datetime, NULL::TIMESTAMPTZ AS updated_datetime,
               CASE WHEN i % 5 <> 0 THEN TIMESTAMPTZ '2024-01-01' + INTERVAL 1 MINUTE * (hash(i) % 500000 + 60 + hash(i + 1) % 9000) END AS closed_datetime,
               CASE WHEN i % 5 <> 0 THEN 'closed' ELSE $7::VARCHAR END AS status, '噪音' AS service_name, 'Noise' AS category, 'agency ' || (i % 12) AS agency_responsible, NULL AS address, NULL AS description, 20.0 AS accuracy_m,
               $4 + $6 * (hash(i) % 1000003) / 1000003.0 AS longitude, $5 + $6 * (hash(i + 7) % 1000003) / 1000003.0 AS latitude,
               ST_AsWKB(ST_Point(longitude, latitude))::BLOB AS geom, {'xmin': longitude, 'ymin': latitude, 'xmax': longitude, 'ymax': latitude} AS bbox, 'sha256:orders#' || i AS source_row
        FROM   (SELECT unnest(range($1::BIGINT, $2::BIGINT)) AS i) WHERE $3::BIGINT > 0
        """;

    private const string Photos = """
        SELECT 'urn:plinth:photo:sha256:' || i AS photo_id, i::VARCHAR AS sha256, i || '.jpg' AS file_name, TIMESTAMPTZ '2024-05-01' + INTERVAL 1 SECOND * (i % 600000) AS taken_at, 'DJI' AS camera_make, $7::VARCHAR AS camera_model,
               5280 AS width, 3956 AS height, 3700.0 AS focal_px, $4 + $6 * (hash(i) % 1000003) / 1000003.0 AS longitude, $5 + $6 * (hash(i + 7) % 1000003) / 1000003.0 AS latitude,
               100.0 AS relative_altitude_m, 180.0 AS altitude_m, (90 * (i % 4))::DOUBLE AS yaw_deg, CASE WHEN i % 5 = 0 THEN -90.0 ELSE -55.0 END AS pitch_deg, 0.0 AS roll_deg, 'xmp' AS pose_source, 2.0 AS position_accuracy_m,
               CASE WHEN i % 5 = 0 THEN 'nadir' ELSE ['N', 'E', 'S', 'W'][i % 4 + 1] END AS view_bucket,
               ST_AsWKB(ST_Point(longitude, latitude))::BLOB AS geom, {'xmin': longitude, 'ymin': latitude, 'xmax': longitude, 'ymax': latitude} AS bbox, 'sha256:photos#' || i AS source_row
        FROM   (SELECT unnest(range($1::BIGINT, $2::BIGINT)) AS i) WHERE $3::BIGINT > 0
        """;

    /// <summary>Adds things numbered <paramref name="from"/> up to before <paramref name="to"/> of <paramref name="all"/>.</summary>
    public static async Task AddAsync(CityCatalog catalog, string table, long from, long to, long all, string mark)
    {
        var name = TableName.Parse(table);
        var schema = catalog.Datasets[name].ToSchema();
        using var database = catalog.Lake.OpenSql();
        using var connection = database.Connect();
        Twin.SpatialSql.Register(connection);
        connection.Execute("CREATE TABLE given AS " + table switch { "model.object" => Buildings, "imagery.photo" => Photos, _ => Orders }, [from, to, all, West, South, Side, mark]);
        var columns = connection.Rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'given'").Select(r => (string)r[0]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var select = string.Join(", ", schema.Columns.Select(c => columns.Contains(c.Name) ? c.Name : $"NULL AS {c.Name}"));
        var outcome = await catalog.Lake.CommitAsync(new Commit { Table = name, Schema = schema, Rows = new RowSource.Query(connection, $"SELECT {select} FROM given") });
        outcome.RequireVersion(name);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{table}: {to - from} rows"));
    }
}
