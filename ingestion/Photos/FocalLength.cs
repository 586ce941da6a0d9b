using System.Globalization;
using MetadataExtractor.Formats.Exif;

namespace Plinth.Ingestion.Photos;

/// <summary>The focal length in pixels of the image as it is stored.</summary>
/// <remarks>
/// The first that there is of: DJI's calibration (<c>dewarp</c>: DewarpData fx; <c>calibrated</c>: CalibratedFocalLength), the lens and the sensor's
/// width (<c>sensor-table</c> by model; <c>focal-plane</c>: EXIF's own resolution), the 35-mm equivalent over the diagonal (<c>35mm</c>).
/// A photogrammetric solution, where there is one, is better than all of them.
/// </remarks>
internal static class FocalLength
{
    private const double FullFrameDiagonal = 43.27;

    /// <summary>Widths of sensors along the image's longer side, millimetres, by EXIF model.</summary>
    private static readonly Dictionary<string, double> SensorWidths = new(StringComparer.OrdinalIgnoreCase)
    {
        ["FC300C"] = 6.17, ["FC300S"] = 6.17, ["FC300X"] = 6.17, ["FC300XW"] = 6.17, ["FC330"] = 6.17, ["FC350"] = 6.17, ["FC220"] = 6.17, // 1/2.3"
        ["FC6310"] = 13.2, ["FC6310S"] = 13.2, ["FC6310R"] = 13.2, ["L1D-20c"] = 13.2, ["FC3411"] = 13.2, // 1", Phantom 4 RTK among them
        ["FC550"] = 17.3, ["FC6520"] = 17.3, ["M3E"] = 17.3, ["L2D-20c"] = 17.3, // 4/3"
        ["FC6540"] = 23.5,
        ["ZenmuseP1"] = 35.9, ["P1"] = 35.9,
        ["FLIR"] = 10.88, ["XT2"] = 10.88, // 640 detectors of 17 µm
    };

    public static (double? Pixels, string? Method) Of(ExifData exif, XmpPose xmp, int width, int height, List<string> notes)
    {
        var longer = Math.Max(width, height);
        var scale = Scale(exif, longer);
        if (Plausible(Dewarp(xmp) * scale, longer) is { } dewarp)
            return (dewarp, "dewarp");
        if (Plausible(xmp.Dji("CalibratedFocalLength") * scale, longer) is { } calibrated)
            return (calibrated, "calibrated");
        var millimetres = exif.Number(ExifDirectoryBase.TagFocalLength);
        if (exif.Text(ExifDirectoryBase.TagModel) is { } model && SensorWidths.TryGetValue(model, out var sensor) && Plausible(millimetres * longer / sensor, longer) is { } table)
            return (table, "sensor-table");
        if (Plausible(millimetres * PixelsPerMillimetre(exif) * scale, longer) is { } plane)
        {
            if (scale != 1)
                notes.Add($"its focal length is scaled by {scale.ToString("0.####", CultureInfo.InvariantCulture)}, as the image is to the size its EXIF says");
            return (plane, "focal-plane");
        }
        return Plausible(exif.Number(ExifDirectoryBase.Tag35MMFilmEquivFocalLength) * Math.Sqrt((double)width * width + (double)height * height) / FullFrameDiagonal, longer) is { } film
            ? (film, "35mm") : (null, null);
    }

    /// <summary>An image that was made smaller after it was taken keeps the size it had in its EXIF.</summary>
    private static double Scale(ExifData exif, int longer) =>
        Math.Max(exif.Number(ExifDirectoryBase.TagExifImageWidth) ?? 0, exif.Number(ExifDirectoryBase.TagExifImageHeight) ?? 0) is > 0 and var was ? longer / was : 1;

    /// <summary><c>date;fx,fy,cx,cy,k1,k2,p1,p2,k3</c>, where the date may be absent.</summary>
    private static double? Dewarp(XmpPose xmp) =>
        xmp.DjiText("DewarpData") is { } text && text[(text.LastIndexOf(';') + 1)..].Split(',') is { Length: >= 9 } parts ? XmpPose.Parse(parts[0]) : null;

    private static double? PixelsPerMillimetre(ExifData exif) => exif.Number(ExifDirectoryBase.TagFocalPlaneXResolution) / exif.Number(ExifDirectoryBase.TagFocalPlaneResolutionUnit) switch
    {
        3 => 10,
        4 => 1,
        5 => 0.001,
        _ => 25.4,
    };

    private static double? Plausible(double? pixels, int longer) => pixels is { } value && double.IsFinite(value) && value > 0.1 * longer && value < 100.0 * longer ? value : null;
}
