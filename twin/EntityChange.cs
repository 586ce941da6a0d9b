namespace Plinth.Twin;

/// <summary>A difference between two times.</summary>
/// <param name="Change">appeared, vanished, moved or changed.</param>
/// <param name="Property">Null where the entity itself appeared or vanished; <c>geometry:&lt;role&gt;</c> for its shape.</param>
/// <param name="OldGeometry">GeoJSON in OGC:CRS84, and <paramref name="NewGeometry"/> alike, where a shape differs or the entity came or went.</param>
/// <param name="DistanceM">How far the middle of its shape lies from where it was; metres.</param>
/// <param name="OldClaimId">The claim behind the old value; <see cref="CityTwin.Claims"/> says where it comes from.</param>
public sealed record EntityChange(string EntityId, string Type, string? Name, string Change, string? Property, string? OldValue, string? NewValue, string? Unit,
    string? OldGeometry, string? NewGeometry, double? DistanceM, string? OldClaimId, string? NewClaimId);

/// <summary>Something that was recorded of an entity.</summary>
/// <param name="Kind">entity, geometry, claim, fact or relation.</param>
/// <param name="Property">Of an entity its type, of a geometry role and level of detail, of a relation the predicate.</param>
/// <param name="Closed">From <see cref="Recorded"/> on nothing of the kind is held any more.</param>
/// <param name="RuleId">Of a fact the rule that chose it, of a claim its method.</param>
/// <param name="Origin">Null for a fact whose claim is gone.</param>
public sealed record HistoryEntry(string Kind, string Property, string? Value, string? Unit, bool Closed, Interval Valid, Interval Recorded, string? ClaimId, string? RuleId, RowOrigin? Origin);

/// <summary>A box of the map: OGC:CRS84, degrees, borders included.</summary>
public readonly record struct MapBox(double West, double South, double East, double North)
{
    /// <exception cref="ArgumentException">It is turned over, or not on the earth.</exception>
    internal void Check()
    {
        if (!(West <= East && South <= North && West >= -180 && East <= 180 && South >= -90 && North <= 90))
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{West},{South},{East},{North} is no box: write west,south,east,north in degrees, longitude -180 to 180, latitude -90 to 90."));
    }
}
