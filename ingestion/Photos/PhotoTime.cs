using System.Globalization;
using MetadataExtractor.Formats.Exif;

namespace Plinth.Ingestion.Photos;

/// <summary>When a photograph was taken, in UTC, and which clock says so.</summary>
internal static class PhotoTime
{
    private const int OffsetTimeOriginal = 0x9011, OffsetTimeDigitized = 0x9012;

    /// <summary>
    /// In this order: UTC written by the aircraft (<c>xmp-utc</c>), satellites (<c>gps</c>), the camera's clock with its offset (<c>exif-offset</c>), the
    /// camera's clock in the contract's zone (<c>exif-local Europe/Warsaw</c>).
    /// </summary>
    public static (DateTime? TakenAt, string? Source) Of(ExifData exif, XmpPose xmp, string zone, List<string> notes)
    {
        if ((Utc(xmp.SenseFlyText("UTCTime")) ?? Utc(xmp.DjiText("UTCAtExposure"))) is { } utc)
            return (utc, "xmp-utc");
        if (exif.GpsTime is { } gps)
            return (gps, "gps");
        if ((Local(exif, ExifDirectoryBase.TagDateTimeOriginal, ExifDirectoryBase.TagSubsecondTimeOriginal)
            ?? Local(exif, ExifDirectoryBase.TagDateTimeDigitized, ExifDirectoryBase.TagSubsecondTimeDigitized)) is not { } local)
            return (null, null);
        if (Offset(exif.Text(OffsetTimeOriginal) ?? exif.Text(OffsetTimeDigitized)) is { } offset)
            return (DateTime.SpecifyKind(local - offset, DateTimeKind.Utc), "exif-offset");
        try
        {
            // Of an hour that comes twice when summer ends, the standard one; an hour that never was counts on from the one before.
            return (DateTime.SpecifyKind(local - TimeZoneInfo.FindSystemTimeZoneById(zone).GetUtcOffset(local), DateTimeKind.Utc), $"exif-local {zone}");
        }
        catch (Exception unknown) when (unknown is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            notes.Add($"this machine does not know the zone {zone}, so that its time is not");
            return (null, null);
        }
    }

    private static DateTime? Utc(string? text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) && time.Year >= 1990 ? Microseconds(time) : null;

    private static DateTime? Local(ExifData exif, int tag, int fractionTag)
    {
        if (!DateTime.TryParseExact(exif.Text(tag), ["yyyy:MM:dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss", "yyyy:MM:dd HH:mm:ss.FFFFFF"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            || time.Year < 1990)
            return null;
        return exif.Text(fractionTag) is { Length: <= 9 } digits && digits.All(char.IsAsciiDigit) && double.TryParse("0." + digits, CultureInfo.InvariantCulture, out var fraction)
            ? time.AddTicks((long)Math.Round(fraction * 1e6) * 10) : time;
    }

    private static TimeSpan? Offset(string? text)
    {
        if (text is null or { Length: < 6 } || text[0] is not ('+' or '-') || !TimeSpan.TryParseExact(text.AsSpan(1), @"hh\:mm", CultureInfo.InvariantCulture, out var span) || span.TotalHours > 14)
            return null;
        return text[0] == '-' ? -span : span;
    }

    private static DateTime Microseconds(DateTime time) => time.AddTicks(-(time.Ticks % 10));
}
