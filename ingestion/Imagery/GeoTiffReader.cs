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
        DateTimeTag = 306, TileWidth = 322, Photometric = 262, PlanarConfiguration = 284, GeoDoubles = 34736, SampleFormat = 339, GeoKeyDirectory = 34735, GeoAscii = 34737, GdalMetadata = 42112, GdalNoData = 42113;

    private static readonly TableName Table = new("imagery", "scene");

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

        var keys = new GeoKeys(Array.ConvertAll(image.Integers(GeoKeyDirectory, 4 * 1024), value => (ushort)value), image.Text(GeoAscii, 64 * 1024) ?? "", image.Numbers(GeoDoubles, 1024));
        if (CelestialBody.NotEarth(keys.Wkt ?? keys.Names, keys.SemiMajorAxis) is { } elsewhere)
            throw bytes.Refuse(elsewhere);
        var transform = GeoTransform.From(image, keys.PixelIsPoint, notes);
        var crs = CrsName.Of(keys.Crs, input.Contract.Crs);
        if (keys.Crs is null)
            notes.Add(keys.Any ? $"its CRS '{keys.Name ?? "user defined"}' has no code" : "it names no CRS");
        var bands = (int)Math.Clamp(image.Integer(SamplesPerPixel) ?? 1, 0, ushort.MaxValue);
        var ring = Scene.Footprint(input, crs, transform, width, height, notes);
        TiffLayout.Check(bytes, image, (width, height), bands, notes);

        var items = SceneMetadata.Items(image.Text(GdalMetadata, 1024 * 1024));
        if (image.Text(DateTimeTag, 64) is { Length: > 0 } written)
            notes.Add($"its DateTime tag says {written.Trim()} without a zone");
        var scene = new Scene("geotiff", width, height, bands, DataTypeName(image), crs, transform, ring)
        {
            NoData = Scene.NoDataText(image.Text(GdalNoData, 256)),
            Compression = TiffLayout.CompressionName(image.Integer(Compression) ?? 1),
            Tiled = image.Has(TileWidth),
            Overviews = overviews,
            AcquiredAt = SceneMetadata.Acquired(items) ?? SceneMetadata.Parse(input.Contract.Settings.GetValueOrDefault("acquired_at")) ?? SceneMetadata.OfName(input.Path),
            Block = TiffLayout.BlockSize(image, width, height),
            Photometric = TiffLayout.PhotometricName(image.Integer(Photometric)),
            Interleave = bands > 1 && image.Integer(PlanarConfiguration) == 2 ? "band" : "pixel",
            ControlPoints = GeoTransform.ControlPoints(image),
            CloudOptimized = TiffLayout.IsCloudOptimized(directories, image, width, height),
        };
        return new([new(Table, [scene.Row(input, notes)])], []);

        int Dimension(ushort tag, string name) =>
            image.Integer(tag) is > 0 and <= int.MaxValue and var value ? (int)value : throw bytes.Refuse($"its image has no {name}");
    }

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
