namespace Plinth.Twin.Query;

/// <summary>The map's layers: which entities, which of their geometries, which facts go along as properties.</summary>
internal sealed record Layer(string Name, string Title, string TitleZh, string Geometry, string Types, string Role, string Properties)
{
    public const int MostZoom = 16;

    /// <summary>Farther out the layer's tiles are empty.</summary>
    public int LeastZoom { get; init; } = 8;

    public static readonly IReadOnlyList<Layer> All =
    [
        new("buildings", "Buildings", "建筑", "polygon", "Building,BuildingPart", "footprint", "height,ground_height,roof_height,year_of_construction,storeys,function") { LeastZoom = 12 },
        new("city_objects", "Roads, water, green", "道路水系绿地", "polygon", "Road,Railway,Square,WaterBody,Waterway,PlantCover,LandUse,Bridge,GenericOccupiedSpace", "footprint", "class,function") { LeastZoom = 10 },
        new("admin_units", "Administrative units", "行政区划", "polygon", "AdministrativeUnit", "outline", "level,code") { LeastZoom = 0 },
        new("responsibility", "Areas of responsibility", "职责范围", "polygon", "ResponsibilityArea", "outline", "department,matter"),
        new("devices", "Devices and junctions", "设备与路口", "point", "Device,Intersection", "point", "kind,local_id"),
        new("photo_footprints", "Ground that photos see", "照片视域", "polygon", "Photo", "view_footprint", "view_bucket,camera,taken_at"),
        new("photos", "Photos", "照片", "point", "Photo", "point", "view_bucket,camera,taken_at,yaw,pitch,relative_altitude"),
        new("flight_areas", "Flight areas", "航飞范围", "polygon", "FlightArea", "footprint", ""),
        new("orders", "Hotline orders", "热线工单", "point", "ServiceRequest", "point", "status,category,agency,requested_at,closed_at"),
        new("scenes", "Raster scenes", "影像", "polygon", "RasterScene", "footprint", "format,bands,zoom_min,zoom_max") { LeastZoom = 0 },
    ];

    /// <exception cref="ArgumentException">There is no such layer; the message lists them.</exception>
    public static Layer Named(string name) => All.FirstOrDefault(l => l.Name == name)
        ?? throw new ArgumentException($"There is no layer '{name}'; take one of {string.Join(", ", All.Select(l => l.Name))}.", nameof(name));
}

/// <summary>Features of a layer. Parameters: $1 types, $2 role, $3 properties (comma-separated), $4 valid at, $5 known at.</summary>
internal static class LayerSql
{
    internal const string Features = """
        WITH member AS (
            SELECT e.entity_id, e.type, e.name, e.valid_from, e.valid_to, g.geom, g.source_id
            FROM   twin.entity_at($4::TIMESTAMPTZ, $5::TIMESTAMPTZ) e
            JOIN   twin.geometry_at($4::TIMESTAMPTZ, $5::TIMESTAMPTZ) g ON g.entity_id = e.entity_id AND g.role = $2
            WHERE  list_contains(string_split($1, ','), e.type)
            -- One feature an entity: the most detailed geometry.
            QUALIFY row_number() OVER (PARTITION BY e.entity_id ORDER BY g.lod DESC NULLS LAST, g.source_id) = 1
        ), said AS (
            SELECT f.entity_id,
                   list({property: f.property, text: f.value_text, num: f.value_num, ts: f.value_ts} ORDER BY f.property) AS facts
            FROM   (SELECT * FROM twin.fact_at($4::TIMESTAMPTZ, $5::TIMESTAMPTZ) WHERE list_contains(string_split($3, ','), property)
                    QUALIFY row_number() OVER (PARTITION BY entity_id, property ORDER BY valid_from DESC NULLS LAST) = 1) f
            SEMI JOIN member m ON m.entity_id = f.entity_id
            GROUP BY f.entity_id
        )
        SELECT m.entity_id, m.type, m.name, m.valid_from, m.valid_to, m.geom, s.facts
        FROM   member m LEFT JOIN said s ON s.entity_id = m.entity_id
        ORDER BY m.entity_id
        """;

    /// <summary>$1 types, $2 role.</summary>
    internal const string Count = """
        SELECT count(DISTINCT e.entity_id)
        FROM   twin.entity_at() e JOIN twin.geometry_at() g ON g.entity_id = e.entity_id AND g.role = $2
        WHERE  list_contains(string_split($1, ','), e.type)
        """;
}
