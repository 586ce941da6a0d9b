namespace Plinth.Ingestion.Models;

/// <summary>Makes the row of <c>model.asset</c> of a model that was counted as a whole.</summary>
internal static class ModelRows
{
    /// <param name="withoutCrs">What to say where there is no CRS.</param>
    /// <param name="frame">Brings coordinates to earth-centred ones first.</param>
    public static ReadResult Of(FileInput input, ModelContent content, string? crs, string withoutCrs, Matrix4? frame = null)
    {
        var asset = new ModelAsset(input, crs)
        {
            Format = content.Format, Version = content.Version, Lod = content.Lod, Objects = content.Objects, Triangles = content.CountsTriangles ? content.Triangles : null,
            Points = content.Points == 0 ? null : content.Points, TextureBytes = content.TextureBytes,
        };
        if (crs == Geocentric.Crs)
        {
            var bounds = new Bounds();
            foreach (var corner in content.Bounds.Corners())
                if (Geocentric.ToGeographic(frame?.Apply(corner) ?? corner) is { } place)
                    bounds.Include(place);
            asset.Bounds = bounds.IsEmpty ? null : bounds;
        }
        else
        {
            foreach (var corner in content.Bounds.Corners())
                asset.Include(corner);
        }
        if (crs is null)
            content.Notes.Add(withoutCrs);
        return new([asset.ToTable(content.Notes)], []);
    }
}
