using System.Globalization;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using MetadataExtractor.IO;
using Directory = MetadataExtractor.Directory;

namespace Plinth.Ingestion.Photos;

/// <summary>The EXIF fields that readers of photographs ask for. Nothing here throws on a broken block: fields are then absent.</summary>
internal sealed class ExifData
{
    private readonly IReadOnlyList<Directory> _directories;

    private ExifData(IReadOnlyList<Directory> directories) => _directories = directories;

    /// <summary>Out of the EXIF segment of a JPEG file.</summary>
    public static ExifData FromSegment(byte[]? segment, List<string> notes)
    {
        if (segment is null)
        {
            notes.Add("it has no EXIF");
            return new([]);
        }
        return From(() => new ExifReader().Extract(new ByteArrayReader(segment)), notes);
    }

    /// <summary>Out of a TIFF file.</summary>
    public static ExifData FromTiff(Stream stream, List<string> notes) => From(() => MetadataExtractor.Formats.Tiff.TiffMetadataReader.ReadMetadata(stream), notes);

    public string? Text(int tag) => Find(tag)?.GetString(tag)?.Trim('\0', ' ') is { Length: > 0 } text ? text : null;

    public double? Number(int tag) => Find(tag) is { } directory && directory.TryGetDouble(tag, out var value) && double.IsFinite(value) ? value : null;

    public byte[]? Bytes(int tag) => Find(tag)?.GetByteArray(tag);

    /// <summary>A GPS angle of degrees, minutes, seconds with its hemisphere; null where either is absent or out of range.</summary>
    public double? Angle(int tag, int referenceTag, double limit, char negative)
    {
        if (Gps?.GetRationalArray(tag) is not { Length: 3 } parts || Gps.GetString(referenceTag)?.Trim('\0', ' ') is not { Length: > 0 } reference)
            return null;
        var value = parts[0].ToDouble() + parts[1].ToDouble() / 60 + parts[2].ToDouble() / 3600;
        return double.IsFinite(value) && Math.Abs(value) <= limit ? char.ToUpperInvariant(reference[0]) == negative ? -value : value : null;
    }

    /// <summary>Metres above sea level (below: negative).</summary>
    public double? Altitude => Gps is { } gps && gps.TryGetRational(GpsDirectory.TagAltitude, out var altitude) && double.IsFinite(altitude.ToDouble())
        ? altitude.ToDouble() * (gps.TryGetInt32(GpsDirectory.TagAltitudeRef, out var below) && below == 1 ? -1 : 1) : null;

    /// <summary>A GPS number, such as the horizontal error.</summary>
    public double? GpsNumber(int tag) => Gps is { } gps && gps.TryGetDouble(tag, out var value) && double.IsFinite(value) ? value : null;

    /// <summary>There is a GPS block with a latitude in it, whether or not it can be read.</summary>
    public bool HasGps => Gps?.ContainsTag(GpsDirectory.TagLatitude) == true;

    /// <summary>Date and time of the satellites, UTC.</summary>
    public DateTime? GpsTime
    {
        get
        {
            if (Gps?.GetString(GpsDirectory.TagDateStamp)?.Trim('\0', ' ') is not { } stamp || Gps.GetRationalArray(GpsDirectory.TagTimeStamp) is not { Length: 3 } parts
                || !DateTime.TryParseExact(stamp, ["yyyy:MM:dd", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day))
                return null;
            var seconds = parts[0].ToDouble() * 3600 + parts[1].ToDouble() * 60 + parts[2].ToDouble();
            return day.Year >= 1990 && seconds is >= 0 and < 86401 ? day.AddTicks((long)Math.Round(seconds * 1e6) * 10) : null;
        }
    }

    private GpsDirectory? Gps => _directories.OfType<GpsDirectory>().FirstOrDefault();

    private Directory? Find(int tag) => _directories.FirstOrDefault(d => d is ExifIfd0Directory or ExifSubIfdDirectory && d.ContainsTag(tag));

    private static ExifData From(Func<IReadOnlyList<Directory>> read, List<string> notes)
    {
        try
        {
            var found = read();
            if (found.Any(d => d.HasError && d is not ExifThumbnailDirectory) || !found.Any(d => d is ExifIfd0Directory && d.TagCount > 0))
                notes.Add("its EXIF is damaged or empty");
            return new(found);
        }
        catch (Exception wrong) when (wrong is not OutOfMemoryException)
        {
            // The library throws many kinds on broken blocks; whatever it is, the photograph is still one.
            notes.Add("its EXIF cannot be read");
            return new([]);
        }
    }
}
