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
        new("roads", "Roads", "道路", "line", "Road", "centreline", "class,ref,lanes,max_speed") { LeastZoom = 10 },
        new("waterways", "Rivers and streams", "河流", "line", "Waterway", "centreline", "class,width"),
        new("pois", "Points of interest", "兴趣点", "point", "PointOfInterest", "point", "class,function,address") { LeastZoom = 14 },
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
    internal static readonly string Features = $"""
        WITH member AS (
            SELECT e.seq, e.entity_id, e.type, e.name, e.valid_from, e.valid_to, g.geom, g.source_id
            FROM   {HeldSql.AsOf("entity", "true", "$4", "$5")} e
            JOIN   {HeldSql.AsOf("geometry", "role = $2", "$4", "$5")} g ON g.seq = e.seq
            WHERE  list_contains(string_split($1, ','), e.type)
            -- One feature an entity: the most detailed geometry.
            QUALIFY row_number() OVER (PARTITION BY e.seq ORDER BY g.lod DESC NULLS LAST, g.source_id) = 1
        ), said AS (
            SELECT f.seq,
                   list(struct_pack(property := f.property, text := f.value_text, num := f.value_num, ts := f.value_ts) ORDER BY f.property) AS facts
            FROM   (SELECT * FROM {HeldSql.AsOf("fact", "list_contains(string_split($3, ','), property)", "$4", "$5")}
                    QUALIFY row_number() OVER (PARTITION BY seq, property ORDER BY valid_from DESC NULLS LAST) = 1) f
            SEMI JOIN member m ON m.seq = f.seq
            GROUP BY f.seq
        )
        SELECT m.entity_id, m.type, m.name, m.valid_from, m.valid_to, m.geom, s.facts
        FROM   member m LEFT JOIN said s ON s.seq = m.seq
        ORDER BY m.entity_id
        """;

    /// <summary>How many entities there are of each type with a geometry of each role.</summary>
    internal static readonly string Counts = $"""
        SELECT e.type, g.role, count(DISTINCT e.seq)
        FROM   {HeldSql.AsOf("entity", "true", "NULL", "NULL")} e JOIN {HeldSql.AsOf("geometry", "true", "NULL", "NULL")} g ON g.seq = e.seq
        GROUP BY e.type, g.role
        """;
}
