using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Query;

/// <summary>Photos that see an entity or a point: candidates by the boxes of what they see, then the camera's own geometry.</summary>
internal static class PhotoReader
{
    public static IReadOnlyList<PhotoSighting> Of(SqlConnection connection, string entityId, TwinTime at)
    {
        if (CardReader.Number(connection, entityId) is not { } seq)
            return [];
        var shape = connection.Rows(PhotoQuerySql.Target(seq), [CardReader.Time(at.ValidAt), CardReader.Time(at.KnownAt)]);
        return shape is [var row] ? Find(connection, PhotoTarget.Of(Wkb.Read((byte[])row[0]!), row[1] as double? ?? 0), at) : [];
    }

    public static IReadOnlyList<PhotoSighting> At(SqlConnection connection, double longitude, double latitude, double height, TwinTime at) =>
        Find(connection, PhotoTarget.At(longitude, latitude, height), at);

    private static IReadOnlyList<PhotoSighting> Find(SqlConnection connection, PhotoTarget target, TwinTime at)
    {
        var near = connection.Rows(PhotoQuerySql.Near, [target.Box.MinX, target.Box.MinY, target.Box.MaxX, target.Box.MaxY]).Select(r => (long)r[0]!).ToList();
        var found = new List<PhotoSighting>();
        foreach (var r in near.Count == 0 ? [] : connection.Rows(PhotoQuerySql.Candidates(near), [CardReader.Time(at.ValidAt), CardReader.Time(at.KnownAt)]))
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
    /// <summary>$1 valid at, $2 known at.</summary>
    internal static string Target(long seq) => $"""
        SELECT g.geom, (SELECT max(value_num) FROM {HeldSql.AsOf("fact", HeldSql.Is(seq), "$1", "$2")} WHERE property = 'height')
        FROM   {HeldSql.AsOf("geometry", HeldSql.Is(seq), "$1", "$2")} g
        ORDER BY g.role = 'view_footprint', g.lod DESC NULLS LAST, g.source_id
        LIMIT  1
        """;

    /// <summary>$1..$4 west, south, east, north of what is looked for. What rises 100 m and more beside a view may stand in it: 0.001 degrees.</summary>
    internal const string Near = """
        SELECT DISTINCT seq FROM held.place
        WHERE  role = 'view_footprint' AND xmin <= $3::DOUBLE + 0.001 AND xmax >= $1::DOUBLE - 0.001 AND ymin <= $4::DOUBLE + 0.001 AND ymax >= $2::DOUBLE - 0.001
        """;

    /// <summary>Poses of photos: $1 valid at, $2 known at.</summary>
    internal static string Candidates(IReadOnlyCollection<long> near) => $"""
        WITH posed AS (
            SELECT seq, any_value(value_text) FILTER (property = 'view_bucket') AS view_bucket, any_value(value_num) FILTER (property = 'relative_altitude') AS height,
                   any_value(value_num) FILTER (property = 'yaw') AS yaw, any_value(value_num) FILTER (property = 'pitch') AS pitch, any_value(value_num) FILTER (property = 'roll') AS roll,
                   any_value(value_num) FILTER (property = 'focal_length') AS focal, any_value(value_num) FILTER (property = 'width') AS width, any_value(value_num) FILTER (property = 'height') AS rows
            FROM   {HeldSql.AsOf("fact", HeldSql.In(near), "$1", "$2")}
            WHERE  property IN ('view_bucket', 'relative_altitude', 'yaw', 'pitch', 'roll', 'focal_length', 'width', 'height')
            GROUP BY seq
        ), place AS (
            SELECT * FROM {HeldSql.AsOf("geometry", HeldSql.In(near), "$1", "$2")}
        )
        SELECT e.entity_id, e.name, e.valid_from, p.view_bucket, ST_X(g.geom), ST_Y(g.geom), p.height, p.yaw, p.pitch, p.focal, p.width, p.rows, p.roll
        FROM   posed p
        JOIN   {HeldSql.AsOf("entity", HeldSql.In(near), "$1", "$2")} e ON e.seq = p.seq
        JOIN   place g ON g.seq = p.seq AND g.role = 'point'
        """;
}
