using Plinth.Lakehouse;
using Plinth.Twin.Model;

namespace Plinth.Twin.Derivation;

/// <summary>One derivation: rows of one source table that were not seen yet become rows of one table of the twin.</summary>
/// <param name="Name">Unique with <paramref name="Source"/>; part of the transaction's name, so never changed.</param>
/// <param name="Sql">A SELECT over <c>fresh.*</c> with the target's columns by name.</param>
/// <param name="Views">Views that <paramref name="Sql"/> reads, made before it.</param>
internal sealed record Step(string Name, TableName Source, TableName Target, string Sql, string? Views = null)
{
    /// <summary>Whether an owner's new rows stand for all that its source says of it, so that what they leave out is closed.</summary>
    public bool Replaces { get; init; } = true;

    /// <summary>The source id that the step gives its rows where the source gives none of its own that tells it from other steps.</summary>
    public string? SourceId { get; init; }

    /// <summary>The Delta transaction under which the target remembers the newest version of the source that is in it.</summary>
    public string AppId => $"twin:{Name}:{Source}";

    /// <summary>All steps, in order.</summary>
    public static readonly IReadOnlyList<Step> All =
    [
        new("unit-entity", TwinTables.AdminUnit, TwinTables.Entity, AdminUnitSql.Entities, AdminUnitSql.Views),
        new("unit-geometry", TwinTables.AdminUnit, TwinTables.Geometry, AdminUnitSql.Geometry, AdminUnitSql.Views),
        new("unit-claim", TwinTables.AdminUnit, TwinTables.Claim, AdminUnitSql.Claims, AdminUnitSql.Views),
        new("unit-within", TwinTables.AdminUnit, TwinTables.Relation, AdminUnitSql.Within, AdminUnitSql.Views),

        new("area-entity", TwinTables.ResponsibilityArea, TwinTables.Entity, ResponsibilityAreaSql.Entities, ResponsibilityAreaSql.Views),
        new("area-geometry", TwinTables.ResponsibilityArea, TwinTables.Geometry, ResponsibilityAreaSql.Geometry, ResponsibilityAreaSql.Views),
        new("area-claim", TwinTables.ResponsibilityArea, TwinTables.Claim, ResponsibilityAreaSql.Claims, ResponsibilityAreaSql.Views),

        .. BaseSql.Steps,

        new("object-entity", TwinTables.ModelObject, TwinTables.Entity, ObjectSql.Entities, ObjectSql.Views),
        new("object-geometry", TwinTables.ModelObject, TwinTables.Geometry, ObjectSql.Geometry, ObjectSql.Views),
        new("object-claim", TwinTables.ModelObject, TwinTables.Claim, ObjectSql.Claims, ObjectSql.Views),
        new("object-part", TwinTables.ModelObject, TwinTables.Relation, ObjectSql.Parts, ObjectSql.Views),

        new("model-tileset-entity", TwinTables.ModelTile, TwinTables.Entity, ModelTilesetSql.Entities, ModelTilesetSql.Views),
        new("model-tileset-geometry", TwinTables.ModelTile, TwinTables.Geometry, ModelTilesetSql.Geometry, ModelTilesetSql.Views),
        new("model-tileset-claim", TwinTables.ModelTile, TwinTables.Claim, ModelTilesetSql.Claims, ModelTilesetSql.Views),

        new("device-entity", TwinTables.Thing, TwinTables.Entity, SensorSql.Devices, SensorSql.Views),
        new("device-geometry", TwinTables.Thing, TwinTables.Geometry, SensorSql.DeviceGeometry, SensorSql.Views),
        new("device-claim", TwinTables.Thing, TwinTables.Claim, SensorSql.DeviceClaims, SensorSql.Views),
        new("device-controls", TwinTables.Thing, TwinTables.Relation, SensorSql.Controls, SensorSql.Views),
        new("datastream-observes", TwinTables.Datastream, TwinTables.Relation, SensorSql.Observes) { Replaces = false },
        new("detector-entity", TwinTables.DetectorConfig, TwinTables.Entity, SensorSql.Detectors, SensorSql.DetectorViews),
        new("detector-claim", TwinTables.DetectorConfig, TwinTables.Claim, SensorSql.DetectorClaims, SensorSql.DetectorViews),
        new("detector-relation", TwinTables.DetectorConfig, TwinTables.Relation, SensorSql.DetectorRelations, SensorSql.DetectorViews),

        new("request-entity", TwinTables.ServiceRequest, TwinTables.Entity, ServiceRequestSql.Entities, ServiceRequestSql.Views),
        new("request-geometry", TwinTables.ServiceRequest, TwinTables.Geometry, ServiceRequestSql.Geometry, ServiceRequestSql.Views),
        new("request-claim", TwinTables.ServiceRequest, TwinTables.Claim, ServiceRequestSql.Claims, ServiceRequestSql.Views),

        new("photo-entity", TwinTables.Photo, TwinTables.Entity, PhotoSql.Entities, PhotoSql.Views),
        new("photo-geometry", TwinTables.Photo, TwinTables.Geometry, PhotoSql.Geometry, PhotoSql.Views),
        new("photo-claim", TwinTables.Photo, TwinTables.Claim, PhotoSql.Claims, PhotoSql.Views),
        new("flight-entity", TwinTables.Photo, TwinTables.Entity, FlightAreaSql.Entities, FlightAreaSql.Views) { Replaces = false, SourceId = "flight-area" },
        new("flight-geometry", TwinTables.Photo, TwinTables.Geometry, FlightAreaSql.Geometry, FlightAreaSql.Views) { Replaces = false, SourceId = "flight-area" },
        new("flight-relation", TwinTables.Photo, TwinTables.Relation, FlightAreaSql.Relations, FlightAreaSql.Views) { SourceId = "flight-area" },

        new("scene-entity", TwinTables.Scene, TwinTables.Entity, SceneSql.Entities, SceneSql.Views),
        new("scene-geometry", TwinTables.Scene, TwinTables.Geometry, SceneSql.Geometry, SceneSql.Views),
        new("scene-claim", TwinTables.Scene, TwinTables.Claim, SceneSql.Claims, SceneSql.Views),
        new("tileset-entity", TwinTables.Tile, TwinTables.Entity, TilesetSql.Entities, TilesetSql.Views),
        new("tileset-geometry", TwinTables.Tile, TwinTables.Geometry, TilesetSql.Geometry, TilesetSql.Views),
        new("tileset-claim", TwinTables.Tile, TwinTables.Claim, TilesetSql.Claims, TilesetSql.Views),

        // From the twin itself, so last.
        new("place-relation", TwinTables.Geometry, TwinTables.Relation, PlaceSql.Relations, PlaceSql.Views) { Replaces = false },
        new("fact", TwinTables.Claim, TwinTables.Fact, FactSql.Facts, FactSql.Views) { Replaces = false },
    ];
}
