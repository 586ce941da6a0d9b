using Plinth.Lakehouse;

namespace Plinth.Ingestion.Models;

/// <summary>The row of <c>model.asset</c> of one file, gathered while it is read.</summary>
/// <param name="crs">What the row names.</param>
/// <param name="definition">The same CRS as WKT, for where its code is not known.</param>
internal sealed class ModelAsset(FileInput input, string? crs, string? definition = null)
{
    private double _xmin = double.PositiveInfinity, _ymin = double.PositiveInfinity, _zmin = double.PositiveInfinity;
    private double _xmax = double.NegativeInfinity, _ymax = double.NegativeInfinity, _zmax = double.NegativeInfinity;

    public string Id { get; } = $"urn:plinth:asset:sha256:{input.Sha256[..16]}";
    public string Format { get; set; } = "";
    public string? Version { get; set; }
    public string? Lod { get; set; }
    public long? Objects { get; set; }
    public long? Triangles { get; set; } = 0;
    public long? Points { get; set; }

    /// <summary>Bytes of textures, inside and beside the file; null where the format has none.</summary>
    public long? TextureBytes { get; set; }

    /// <summary>The extent in degrees and metres, where a format tells it so; else it is made of what was included.</summary>
    public Bounds? Bounds { get; set; }

    /// <summary>Metres in a unit of the source's heights.</summary>
    /// <value>1</value>
    public double HeightUnit { get; set; } = 1;

    /// <summary>Widens the extent.</summary>
    public void Include(Corner corner)
    {
        (_xmin, _ymin, _zmin) = (Math.Min(_xmin, corner.X), Math.Min(_ymin, corner.Y), Math.Min(_zmin, corner.Z));
        (_xmax, _ymax, _zmax) = (Math.Max(_xmax, corner.X), Math.Max(_ymax, corner.Y), Math.Max(_zmax, corner.Z));
    }

    public TableRows ToTable(List<string> notes)
    {
        IReadOnlyList<Position>? ring = null;
        if (crs is not null && _xmin <= _xmax)
        {
            (ring, var why) = Extent.Reproject(input.Coordinates, crs, Extent.Box(_xmin, _ymin, _xmax, _ymax));
            if (ring is null && definition is not null)
                (ring, why) = Extent.Reproject(input.Coordinates, definition, Extent.Box(_xmin, _ymin, _xmax, _ymax));
            if (why is not null)
                notes.Add(why);
        }
        if (Bounds is { } bounds)
        {
            (ring, _zmin, _zmax) = (Extent.Box(bounds.Low.X, bounds.Low.Y, bounds.High.X, bounds.High.Y), bounds.Low.Z, bounds.High.Z);
        }
        object?[] row =
        [
            Id, input.Sha256, Path.GetFileName(input.Path), Format, Version, crs, Lod, Objects, Triangles, Points,
            _zmin <= _zmax ? _zmin * HeightUnit : null, _zmin <= _zmax ? _zmax * HeightUnit : null,
            ring is null ? null : Wkb.Polygon([ring]), ring is null ? null : Wkb.Bbox(ring), notes.Count == 0 ? null : string.Join("; ", notes), $"sha256:{input.Sha256}", TextureBytes,
        ];
        return new(new("model", "asset"), [row]);
    }
}
