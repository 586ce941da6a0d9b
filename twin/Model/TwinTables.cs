using Plinth.Lakehouse;

namespace Plinth.Twin.Model;

/// <summary>The twin's own tables, and the tables it is derived from. Columns stand in the contracts.</summary>
internal static class TwinTables
{
    public static readonly TableName Entity = new("twin", "entity");
    public static readonly TableName Geometry = new("twin", "entity_geometry");
    public static readonly TableName Claim = new("twin", "claim");
    public static readonly TableName Fact = new("twin", "fact");
    public static readonly TableName Relation = new("twin", "relation");

    public static readonly TableName ModelObject = new("model", "object");
    public static readonly TableName ModelTile = new("model", "tile");
    public static readonly TableName AdminUnit = new("base", "admin_unit");
    public static readonly TableName ResponsibilityArea = new("base", "responsibility_area");
    public static readonly TableName Road = new("base", "road");
    public static readonly TableName Waterway = new("base", "waterway");
    public static readonly TableName Footprint = new("base", "footprint");
    public static readonly TableName Poi = new("base", "poi");
    public static readonly TableName Thing = new("sensor", "thing");
    public static readonly TableName Datastream = new("sensor", "datastream");
    public static readonly TableName DetectorConfig = new("sensor", "detector_config");
    public static readonly TableName Photo = new("imagery", "photo");
    public static readonly TableName Scene = new("imagery", "scene");
    public static readonly TableName Tile = new("imagery", "tile");
    public static readonly TableName ServiceRequest = new("hotline", "service_request");

    /// <summary>In the order in which a derivation fills them.</summary>
    public static readonly IReadOnlyList<TableName> All = [Entity, Geometry, Claim, Fact, Relation];
}
