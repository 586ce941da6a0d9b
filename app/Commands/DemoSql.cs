namespace Plinth.App.Commands;

/// <summary>What the demo's summary asks.</summary>
internal static class DemoSql
{
    /// <summary>Families, the tables their rows go to, and where rejected rows are.</summary>
    internal static readonly (string Family, string[] Tables, string Rejected)[] Families =
    [
        ("photos", ["imagery.photo"], "imagery.rejected"),
        ("models", ["model.asset", "model.object"], "model.rejected"),
        ("imagery", ["imagery.scene", "imagery.tile"], "imagery.rejected"),
        ("hotline", ["hotline.service_request"], "hotline.rejected"),
        ("sensors", ["sensor.thing", "sensor.datastream", "sensor.observation", "sensor.event", "sensor.detector_config"], "sensor.rejected"),
        ("base", ["base.admin_unit"], "base.rejected"),
    ];

    /// <summary>Files and rows; each row's <c>source_row</c> begins with its file's hash. Names are this class's own.</summary>
    internal static string CountFiles(IEnumerable<string> tables) =>
        "SELECT count(DISTINCT split_part(source_row, '#', 1)), count(*) FROM (" + string.Join(" UNION ALL ", tables.Select(t => "SELECT source_row FROM " + t)) + ")";

    /// <summary>Photos and imagery share one table of rejected rows; the layout tells them apart.</summary>
    internal static string CountRejected(string table, string family) => "SELECT count(*) FROM " + table + family switch
    {
        "photos" => " WHERE contract = 'photo'",
        "imagery" => " WHERE contract <> 'photo'",
        _ => "",
    };

    internal static readonly (string Question, string Sql)[] Questions =
    [
        ("Who handles the requests, and how long does it take? · 各部门受理量与办结用时", """
            SELECT   source, agency_responsible AS agency, count(DISTINCT service_request_id) AS requests,
                     round(median(date_diff('minute', requested_datetime, closed_datetime)) / 60.0, 1) AS median_hours
            FROM     hotline.service_request
            GROUP BY source, agency
            ORDER BY requests DESC
            LIMIT    5
            """),
        ("Which buildings are the highest, and how much ground do they cover? · 最高的建筑与占地面积", """
            SELECT   local_id AS building, round(height_m, 1) AS height_m, round(ST_Area(geom)) AS ground_m2
            FROM     model.object
            WHERE    type = 'Building' AND geom IS NOT NULL
            ORDER BY height_m DESC NULLS LAST
            LIMIT    3
            """),
        ("How large is Huadu, and what is it made of? · 花都区面积与下辖单位", """
            SELECT   d.name, round(max(ST_Area(d.geom)) / 1e6, 1) AS km2,
                     (SELECT count(*) FROM base.admin_unit s WHERE s.level = 'street'  AND s.parent_code = '440114') AS streets_and_towns,
                     (SELECT count(*) FROM base.admin_unit v WHERE v.level = 'village' AND v.code LIKE '440114%')    AS villages
            FROM     base.admin_unit d
            WHERE    d.code = '440114' AND d.geom IS NOT NULL
            GROUP BY d.name
            """),
    ];
}
