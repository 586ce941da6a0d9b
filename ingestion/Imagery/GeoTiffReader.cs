using System.Globalization;
using Plinth.Lakehouse;

namespace Plinth.Ingestion.Imagery;

/// <summary>Reads what a GeoTIFF or COG says of itself, and never its pixels: one row of <c>imagery.scene</c>.</summary>
/// <remarks>
/// TIFF 6.0, BigTIFF, OGC GeoTIFF 1.1 (19-008), GDAL's nodata and metadata tags. The footprint is in OGC:CRS84, its edges densified.
/// No CRS, no georeference or an unreadable part leave columns empty and are said in <c>notes</c>. The contract's setting
/// <c>acquired_at</c> (ISO 8601) gives the time of files that tell none.
/// </remarks>
internal sealed class GeoTiffReader : IFileReader
{
    private const ushort NewSubfileType = 254, ImageWidth = 256, ImageLength = 257, BitsPerSample = 258, Compression = 259, SamplesPerPixel = 277,
        DateTimeTag = 306, TileWidth = 322, SampleFormat = 339, GeoKeyDirectory = 34735, GeoAscii = 34737, GdalMetadata = 42112, GdalNoData = 42113;

    private static readonly TableName Scene = new("imagery", "scene");

    public string Name => "geotiff";

    public string Expected => "a GeoTIFF or COG image (TIFF or BigTIFF)";

    public bool Recognises(ReadOnlySpan<byte> head, string fileName) => TiffFile.IsTiff(head);

    public ReadResult Read(FileInput input)
    {
        using var bytes = ByteView.Open(input.Path, Expected);
        return Read(bytes, input);
    }

    internal static ReadResult Read(ByteView bytes, FileInput input)
    {
        var notes = new List<string>();
        var directories = TiffFile.Read(bytes, notes);
        var image = directories.Find(d => (d.Integer(NewSubfileType) ?? 0) is var kind && (kind & 5) == 0) ?? directories[0];
        var (width, height) = (Dimension(ImageWidth, "width"), Dimension(ImageLength, "height"));
        var overviews = directories.Count(d => d != image && ((d.Integer(NewSubfileType) ?? 0) & 5) == 1);
        if (directories.Count(d => d != image && ((d.Integer(NewSubfileType) ?? 0) & 5) == 0) is > 0 and var pages)
            notes.Add($"it holds {pages} further images, which were not read");

        var keys = new GeoKeys(Array.ConvertAll(image.Integers(GeoKeyDirectory, 4 * 1024), value => (ushort)value), image.Text(GeoAscii, 64 * 1024) ?? "");
        var transform = GeoTransform.From(image, keys.PixelIsPoint, notes);
        var crs = CrsName.Of(keys.Crs, input.Contract.Crs);
        var ring = Footprint(input, keys, crs, transform, width, height, notes);
        TiffLayout.Check(bytes, image, notes);

        var items = SceneMetadata.Items(image.Text(GdalMetadata, 1024 * 1024));
        if (image.Text(DateTimeTag, 64) is { Length: > 0 } written)
            notes.Add($"its DateTime tag says {written.Trim()} without a zone");
        object?[] row =
        [
            $"urn:plinth:scene:sha256:{input.Sha256[..16]}", input.Sha256, Path.GetFileName(input.Path), "geotiff", width, height,
            (int)Math.Clamp(image.Integer(SamplesPerPixel) ?? 1, 0, ushort.MaxValue), DataTypeName(image), crs, transform?.PixelSize.X, transform?.PixelSize.Y,
            NoData(image), TiffLayout.CompressionName(image.Integer(Compression) ?? 1), image.Has(TileWidth), overviews,
            SceneMetadata.Acquired(items) ?? SceneMetadata.Parse(input.Contract.Settings.GetValueOrDefault("acquired_at")),
            ring is null ? null : Wkb.Polygon([ring]), ring is null ? null : Wkb.Bbox(ring), notes.Count == 0 ? null : string.Join("; ", notes),
            $"sha256:{input.Sha256}",
        ];
        return new([new(Scene, [row])], []);

        int Dimension(ushort tag, string name) =>
            image.Integer(tag) is > 0 and <= int.MaxValue and var value ? (int)value : throw bytes.Refuse($"its image has no {name}");
    }

    private static IReadOnlyList<Position>? Footprint(FileInput input, GeoKeys keys, string? crs, GeoTransform? transform, int width, int height, List<string> notes)
    {
        if (transform is null)
            notes.Add("it has no georeference");
        else if (transform.IsRotated)
            notes.Add("its rows are rotated against the CRS");
        else if (transform.IsSouthUp)
            notes.Add("its first row is the southernmost");
        if (keys.Crs is null)
            notes.Add(keys.Any ? $"its CRS '{keys.Name ?? "user defined"}' has no code" : "it names no CRS");
        if (transform is null || crs is null)
            return null;
        var (ring, why) = Extent.Reproject(input.Coordinates, crs,
            [transform.At(0, 0), transform.At(0, height), transform.At(width, height), transform.At(width, 0)]);
        if (why is not null)
            notes.Add(why);
        return ring;
    }

    private static string? NoData(TiffDirectory image) => image.Text(GdalNoData, 256)?.Trim() is { Length: > 0 } text
        ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value.ToString("R", CultureInfo.InvariantCulture) : text
        : null;

    /// <summary>The names of STAC's raster extension: <c>uint8, int16, float32, cfloat64 …</c>; of mixed bands the first one's.</summary>
    private static string DataTypeName(TiffDirectory image)
    {
        var bits = image.Integer(BitsPerSample) ?? 1;
        return (image.Integer(SampleFormat) ?? 1) switch
        {
            2 => $"int{bits}",
            3 => $"float{bits}",
            5 => $"cint{bits / 2}",
            6 => $"cfloat{bits / 2}",
            _ => $"uint{bits}",
        };
    }
}
