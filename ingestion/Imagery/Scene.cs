using System.Globalization;

namespace Plinth.Ingestion.Imagery;

/// <summary>What is known of one raster: a row of <c>imagery.scene</c>.</summary>
/// <param name="Format"><c>geotiff</c> or <c>vrt</c>.</param>
/// <param name="Crs"><c>EPSG:n</c>, a whole WKT, or null.</param>
/// <param name="Ring">Footprint in OGC:CRS84; null where it cannot be had.</param>
internal sealed record Scene(string Format, int Width, int Height, int Bands, string? DataType, string? Crs, GeoTransform? Transform, IReadOnlyList<Position>? Ring)
{
    public string? NoData { get; init; }

    public string? Compression { get; init; }

    public bool Tiled { get; init; }

    public int Overviews { get; init; }

    public DateTime? AcquiredAt { get; init; }

    /// <summary>Size of a tile or strip, pixels.</summary>
    public (int Width, int Height)? Block { get; init; }

    public string? Photometric { get; init; }

    /// <summary><c>pixel</c> or <c>band</c>.</summary>
    public string? Interleave { get; init; }

    /// <summary>Ground control points that place it; 0 where a transform does.</summary>
    public int ControlPoints { get; init; }

    /// <summary>Laid out so that a window can be read over the network with few requests.</summary>
    public bool CloudOptimized { get; init; }

    /// <summary>How the rows lie in the CRS: <c>north-up, south-up, rotated</c>; null without georeference.</summary>
    public string? Orientation => Transform is null ? null : Transform.IsRotated ? "rotated" : Transform.IsSouthUp ? "south-up" : "north-up";

    /// <summary>The row, in the contract's order.</summary>
    public object?[] Row(FileInput input, List<string> notes)
    {
        if (Transform is null)
            notes.Add("it has no georeference");
        else if (Transform.IsRotated)
            notes.Add("its rows are rotated against the CRS");
        else if (Transform.IsSouthUp)
            notes.Add("its first row is the southernmost");
        var id = $"urn:plinth:scene:sha256:{input.Sha256[..16]}";
        return
        [
            id, input.Sha256, Path.GetFileName(input.Path), Format, Width, Height, Bands, DataType, Crs, Transform?.PixelSize.X, Transform?.PixelSize.Y,
            NoData, Compression, Tiled, Overviews, AcquiredAt, Ring is null ? null : Wkb.Polygon([Ring]), Ring is null ? null : Wkb.Bbox(Ring),
            Transform?.ToGdal(), Orientation, ControlPoints, Block?.Width, Block?.Height, Photometric, Interleave, CloudOptimized, StacItem.Of(this, id, input),
            notes.Count == 0 ? null : string.Join("; ", notes), $"sha256:{input.Sha256}",
        ];
    }

    /// <summary>Footprint of a raster that has a transform and a CRS; says in the notes why there is none.</summary>
    public static IReadOnlyList<Position>? Footprint(FileInput input, string? crs, GeoTransform? transform, int width, int height, List<string> notes)
    {
        if (transform is null || crs is null)
            return null;
        var (ring, why) = Extent.Reproject(input.Coordinates, crs, [transform.At(0, 0), transform.At(0, height), transform.At(width, height), transform.At(width, 0)]);
        if (why is not null)
            notes.Add(why);
        return ring;
    }

    /// <summary>A nodata value as the tables have it: numbers in their shortest form, <c>NaN</c>, else the text.</summary>
    public static string? NoDataText(string? text) => text?.Trim() is { Length: > 0 } value
        ? double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number.ToString("R", CultureInfo.InvariantCulture) : value
        : null;
}
