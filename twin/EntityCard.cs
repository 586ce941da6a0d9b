namespace Plinth.Twin;

/// <summary>All that is held of one entity, each part with where it came from.</summary>
/// <param name="Type">CityGML 3 class, or one beside it: AdministrativeUnit, Device, ServiceRequest, Photo, FlightArea, RasterScene, ModelTileset, PointOfInterest.</param>
/// <param name="CimClass">Data class of CJJ/T 315, in Chinese.</param>
/// <param name="RelationCounts">How many relations there are of each kind; <paramref name="Relations"/> holds the first of each.</param>
public sealed record EntityCard(string Id, string Type, string? Name, string? CimClass, Interval Valid, Interval Recorded, RowOrigin Origin,
    IReadOnlyList<EntityFact> Facts, IReadOnlyList<EntityRelation> Relations, IReadOnlyList<RelationCount> RelationCounts, IReadOnlyList<EntityGeometry> Geometry);

/// <summary>Half-open: from <paramref name="From"/> until before <paramref name="To"/>; null is open.</summary>
public sealed record Interval(DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Where a row of the twin came from.</summary>
/// <param name="SourceId">Contract, data set or asset that it is known from.</param>
/// <param name="Table">Source table, e.g. <c>model.object</c>.</param>
/// <param name="Version">That table's version that brought it.</param>
/// <param name="SourceRow"><c>sha256:&lt;hex&gt;#&lt;line or object&gt;</c>.</param>
public sealed record RowOrigin(string SourceId, string? Table, long? Version, string? SourceRow)
{
    /// <summary>SHA-256 of the raw object, lower-case hex, or null where the row names none.</summary>
    public string? Sha256 => SourceRow is { } row && row.StartsWith("sha256:", StringComparison.Ordinal)
        ? row["sha256:".Length..].Split('#')[0]
        : null;
}

/// <summary>What is held true of one property.</summary>
/// <param name="Value"><see cref="string"/>, <see cref="double"/> or <see cref="DateTimeOffset"/>.</param>
/// <param name="Unit">UCUM code.</param>
/// <param name="ClaimId">The claim that was chosen.</param>
/// <param name="RuleId">The rule that chose it.</param>
/// <param name="Claims">How many claims it was chosen among.</param>
/// <param name="Conflict">Whether they differ.</param>
public sealed record EntityFact(string Property, object? Value, string? Unit, string ClaimId, string RuleId, long Claims, bool Conflict,
    Interval Valid, Interval Recorded, RowOrigin Origin, string? Method, double? Confidence);

/// <summary>What one source says of a property: the candidates behind a fact.</summary>
/// <param name="Value"><see cref="string"/>, <see cref="double"/> or <see cref="DateTimeOffset"/>.</param>
/// <param name="PhenomenonTime">When it was observed.</param>
public sealed record EntityClaim(string ClaimId, string Property, object? Value, string? Unit, DateTimeOffset? PhenomenonTime,
    Interval Valid, Interval Recorded, RowOrigin Origin, string? Method, double? Confidence);

/// <summary>How the entity stands to another.</summary>
/// <param name="Outgoing">True where the entity of the card is the subject.</param>
/// <param name="OtherType">Null where the other is not an entity of the twin (a datastream).</param>
/// <param name="Attributes">JSON object.</param>
public sealed record EntityRelation(string Predicate, bool Outgoing, string OtherId, string? OtherType, string? OtherName, string? Attributes,
    Interval Valid, Interval Recorded, RowOrigin Origin, double? Confidence);

/// <summary>How many relations of one kind an entity has.</summary>
public sealed record RelationCount(string Predicate, bool Outgoing, long Count);

/// <summary>Where the entity is.</summary>
/// <param name="Role">footprint, outline, centreline, point or view_footprint.</param>
/// <param name="GeoJson">A GeoJSON geometry in OGC:CRS84.</param>
/// <param name="SourceCrs">The CRS it came in.</param>
public sealed record EntityGeometry(string Role, string? Lod, string GeoJson, string? SourceCrs, double? HorizontalAccuracyM, Interval Valid, Interval Recorded, RowOrigin Origin);

/// <summary>One entity of a list.</summary>
/// <param name="DistanceM">Metres from the point asked for; 0 inside.</param>
public sealed record EntitySummary(string Id, string Type, string? Name, double DistanceM);

/// <summary>A layer of the map.</summary>
/// <param name="Name">What <see cref="CityTwin.WriteLayer"/> takes.</param>
/// <param name="Geometry"><c>polygon</c>, <c>line</c> or <c>point</c>.</param>
/// <param name="Features">How many there are now.</param>
public sealed record LayerInfo(string Name, string Title, string TitleZh, string Geometry, long Features);

/// <summary>What a derivation added.</summary>
/// <param name="Rows">Rows added per twin table; a table that had nothing new is absent.</param>
/// <param name="Versions">The newest version of each twin table.</param>
public sealed record DeriveReport(IReadOnlyDictionary<string, long> Rows, IReadOnlyDictionary<string, long> Versions)
{
    /// <summary>Whether every source was derived already.</summary>
    public bool NothingNew => Rows.Count == 0;
}
