namespace Plinth.Ingestion.Models;

/// <summary>Puts a model that names no CRS where its <c>metadata.xml</c> or its contract says.</summary>
internal static class PlacedModels
{
    public static ReadResult Of(FileInput input, ModelContent content)
    {
        var place = ModelPlace.Beside(input.Path);
        if (place?.Tangent is { } tangent)
        {
            // A plane that touches the ellipsoid: heights are above it there.
            var frame = Geocentric.EastNorthUp(tangent) * Matrix4.Translation(place.Origin.X, place.Origin.Y, place.Origin.Z);
            content.Notes.Add("placed by the ENU plane of its metadata.xml");
            return ModelRows.Of(input, content, Geocentric.Crs, "", frame);
        }
        if (place is not null)
            content.Bounds.Move(place.Origin);
        return ModelRows.Of(input, content, CrsName.Of(place?.Crs, input.Contract.Crs),
            place is null ? "it names no CRS and no metadata.xml lies beside it, so that it has no place; declare one in the contract" : "the SRS of its metadata.xml is local, so that it has no place");
    }
}
