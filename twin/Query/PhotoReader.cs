using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Query;

/// <summary>Photos that see an entity or a point: candidates by the boxes of what they see, then the camera's own geometry.</summary>
internal static class PhotoReader
{
    public static IReadOnlyList<PhotoSighting> Of(SqlConnection connection, string entityId, TwinTime at)
    {
        var shape = connection.Rows(PhotoQuerySql.Target, [entityId, CardReader.Time(at.ValidAt), CardReader.Time(at.KnownAt)]);
        return shape is [var row] ? Find(connection, PhotoTarget.Of(Wkb.Read((byte[])row[0]!), row[1] as double? ?? 0), at) : [];
    }

    public static IReadOnlyList<PhotoSighting> At(SqlConnection connection, double longitude, double latitude, double height, TwinTime at) =>
        Find(connection, PhotoTarget.At(longitude, latitude, height), at);

    private static IReadOnlyList<PhotoSighting> Find(SqlConnection connection, PhotoTarget target, TwinTime at)
    {
        var found = new List<PhotoSighting>();
        foreach (var r in connection.Rows(PhotoQuerySql.Candidates, [target.Box.MinX, target.Box.MinY, target.Box.MaxX, target.Box.MaxY, CardReader.Time(at.ValidAt), CardReader.Time(at.KnownAt)]))
        {
            if (r.Skip(4).Take(8).Any(v => v is null))
                continue;
            var pose = new PhotoPose((double)r[4]!, (double)r[5]!, (double)r[6]!, (double)r[7]!, (double)r[8]!, r[12] as double? ?? 0, (double)r[9]!, (int)(double)r[10]!, (int)(double)r[11]!);
            if (target.In(pose) is var (box, pixels, share, size))
                found.Add(new((string)r[0]!, (string?)r[1], CardReader.Instant(r[2]), (string?)r[3] ?? "", box.MinX, box.MinY, box.MaxX, box.MaxY, pixels, share, size));
        }
        // The most to see first; of equals the newest.
        return [.. found.OrderByDescending(f => f.Pixels).ThenByDescending(f => f.TakenAt).ThenBy(f => f.PhotoId, StringComparer.Ordinal)];
    }
}

/// <summary>Statements of <see cref="PhotoReader"/>.</summary>
internal static class PhotoQuerySql
{
    /// <summary>$1 entity, $2 valid at, $3 known at.</summary>
    internal const string Target = """
        SELECT g.geom, h.value_num
        FROM   twin.geometry_at($2::TIMESTAMPTZ, $3::TIMESTAMPTZ) g
        LEFT JOIN (SELECT entity_id, max(value_num) AS value_num FROM twin.fact_at($2::TIMESTAMPTZ, $3::TIMESTAMPTZ) WHERE property = 'height' AND entity_id = $1 GROUP BY entity_id) h ON h.entity_id = g.entity_id
        WHERE  g.entity_id = $1
        ORDER BY g.role = 'view_footprint', g.lod DESC NULLS LAST, g.source_id
        LIMIT  1
        """;

    /// <summary>$1..$4 west, south, east, north of what is looked for, $5 valid at, $6 known at. What rises 100 m and more beside a view may stand in it: 0.001 degrees.</summary>
    internal const string Candidates = """
        WITH near AS (
            SELECT DISTINCT entity_id FROM twin.geometry_at($5::TIMESTAMPTZ, $6::TIMESTAMPTZ)
            WHERE  role = 'view_footprint' AND bbox.xmin - 0.001 <= $3 AND bbox.xmax + 0.001 >= $1 AND bbox.ymin - 0.001 <= $4 AND bbox.ymax + 0.001 >= $2
        ), posed AS (
            SELECT entity_id, any_value(value_text) FILTER (property = 'view_bucket') AS view_bucket, any_value(value_num) FILTER (property = 'relative_altitude') AS height,
                   any_value(value_num) FILTER (property = 'yaw') AS yaw, any_value(value_num) FILTER (property = 'pitch') AS pitch, any_value(value_num) FILTER (property = 'roll') AS roll,
                   any_value(value_num) FILTER (property = 'focal_length') AS focal, any_value(value_num) FILTER (property = 'width') AS width, any_value(value_num) FILTER (property = 'height') AS rows
            FROM   twin.fact_at($5::TIMESTAMPTZ, $6::TIMESTAMPTZ) SEMI JOIN near USING (entity_id)
            WHERE  property IN ('view_bucket', 'relative_altitude', 'yaw', 'pitch', 'roll', 'focal_length', 'width', 'height')
            GROUP BY entity_id
        )
        SELECT e.entity_id, e.name, e.valid_from, p.view_bucket, ST_X(g.geom), ST_Y(g.geom), p.height, p.yaw, p.pitch, p.focal, p.width, p.rows, p.roll
        FROM   posed p
        JOIN   twin.entity_at($5::TIMESTAMPTZ, $6::TIMESTAMPTZ) e ON e.entity_id = p.entity_id
        JOIN   twin.geometry_at($5::TIMESTAMPTZ, $6::TIMESTAMPTZ) g ON g.entity_id = p.entity_id AND g.role = 'point'
        """;
}
