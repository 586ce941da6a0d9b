using System.Globalization;
using MetadataExtractor.Formats.Exif;

namespace Plinth.Ingestion.Photos;

/// <summary>Where a camera was and where it looked.</summary>
/// <param name="Yaw">Of the camera, degrees clockwise from north, -180 to 180.</param>
/// <param name="Pitch">0 the horizon, -90 straight down.</param>
/// <param name="Source"><c>xmp-dji, xmp-sensefly, xmp-parrot, xmp-skydio, xmp-camera</c> (attitude or position from there), <c>exif</c> (position alone), <c>none</c>.</param>
/// <param name="Accuracy">Standard deviation of the horizontal position, metres; null without position.</param>
internal sealed record PhotoPose(double? Longitude, double? Latitude, double? Altitude, double? RelativeAltitude, double? Yaw, double? Pitch, double? Roll, string Source, double? Accuracy)
{
    /// <summary>Accuracy of a position about which a file says nothing: a single-frequency GPS receiver in the open.</summary>
    public const double DefaultAccuracy = 3;

    private const double NadirElevation = -75;
    private const double MetresPerDegree = 111_320;
    private const double Disagreement = 100;

    public static PhotoPose From(ExifData exif, XmpPose xmp, List<string> notes)
    {
        var (position, fromXmp) = PositionOf(exif, xmp, notes);
        var (yaw, pitch, roll, from) = Attitude(xmp, notes);
        var altitude = xmp.SenseFly("AltitudeAMSL") ?? exif.Altitude ?? xmp.Dji("AbsoluteAltitude") ?? xmp.Skydio("AbsoluteAltitude");
        if (xmp.SenseFly("AltitudeAMSL") is not null && xmp.SenseFly("AltitudeWGS84") is { } ellipsoidal)
            notes.Add($"its altitude above the ellipsoid is {ellipsoidal.ToString("0.0##", CultureInfo.InvariantCulture)} m");
        if (position is null)
            notes.Add("it has no position");
        return new(position?.X, position?.Y, altitude, xmp.Dji("RelativeAltitude") ?? xmp.SenseFly("Height") ?? xmp.Skydio("RelativeAltitude"), yaw, pitch, roll,
            from ?? fromXmp ?? (position is null ? "none" : "exif"), position is null ? null : AccuracyOf(exif, xmp));
    }

    /// <summary><c>nadir</c> where the camera looks steeply down, else <c>N, E, S, W</c>: the direction it looks in (not the side it shows).</summary>
    public string? ViewBucket
    {
        get
        {
            if (Pitch is not { } pitch)
                return null;
            var elevation = Math.Asin(Math.Sin(pitch * Math.PI / 180)) * 180 / Math.PI;
            if (elevation < NadirElevation)
                return "nadir";
            if (Yaw is not { } yaw)
                return null;
            var azimuth = Math.Cos(pitch * Math.PI / 180) >= 0 ? yaw : yaw + 180;
            return "NESW".Substring((int)Math.Floor((azimuth + 45) % 360 / 90 + 4) % 4, 1);
        }
    }

    /// <summary>Brings an angle to -180 (exclusive) to 180.</summary>
    public static double Wrap(double degrees)
    {
        var wrapped = Math.IEEERemainder(degrees, 360);
        return wrapped <= -180 ? 180 : wrapped;
    }

    /// <summary>XMP of DJI's survey drones is finer than their EXIF, so it goes first where both agree; elsewhere EXIF does.</summary>
    private static (Position? At, string? Source) PositionOf(ExifData exif, XmpPose xmp, List<string> notes)
    {
        var plain = Checked(exif.Angle(GpsDirectory.TagLongitude, GpsDirectory.TagLongitudeRef, 180, 'W'), exif.Angle(GpsDirectory.TagLatitude, GpsDirectory.TagLatitudeRef, 90, 'S'));
        if (plain is null && exif.HasGps)
            notes.Add("its EXIF position is void");
        // DJI misspelt its own name for years.
        var dji = Checked(xmp.Dji("GpsLongitude") ?? xmp.Dji("GpsLongtitude"), xmp.Dji("GpsLatitude"));
        if (plain is { } p && dji is { } d)
        {
            var apart = Math.Sqrt(Math.Pow((p.X - d.X) * Math.Cos(p.Y * Math.PI / 180), 2) + Math.Pow(p.Y - d.Y, 2)) * MetresPerDegree;
            if (apart <= Disagreement)
                return (dji, "xmp-dji");
            notes.Add($"its XMP position lies {apart.ToString("0", CultureInfo.InvariantCulture)} m from its EXIF one, which was taken");
            return (plain, null);
        }
        if (plain is not null)
            return (plain, null);
        if (dji is not null)
            return (dji, "xmp-dji");
        if (Checked(xmp.SenseFly("Longitude"), xmp.SenseFly("Latitude")) is { } flown)
            return (flown, "xmp-sensefly");
        return Checked(xmp.Skydio("Longitude"), xmp.Skydio("Latitude")) is { } own ? (own, "xmp-skydio") : (null, null);
    }

    private static Position? Checked(double? longitude, double? latitude) =>
        longitude is { } x && latitude is { } y && Math.Abs(x) <= 180 && Math.Abs(y) <= 90 && (x != 0 || y != 0) ? new(x, y) : null;

    private static double AccuracyOf(ExifData exif, XmpPose xmp)
    {
        if (xmp.Dji("RtkStdLon") is > 0 and var east && xmp.Dji("RtkStdLat") is > 0 and var north && xmp.Dji("RtkFlag") is not (null or 0))
            return Math.Sqrt(east * east + north * north);
        return exif.GpsNumber(0x001F) is > 0 and var error ? error : DefaultAccuracy;
    }

    private static (double? Yaw, double? Pitch, double? Roll, string? Source) Attitude(XmpPose xmp, List<string> notes)
    {
        if (xmp.Dji("GimbalYawDegree") is { } yaw && xmp.Dji("GimbalPitchDegree") is { } pitch)
        {
            var roll = xmp.Dji("GimbalRollDegree") ?? 0;
            if (yaw == 0 && xmp.Dji("FlightYawDegree") is { } flight && Math.Abs(flight) > 5)
            {
                notes.Add("its gimbal yaw is a bare 0, so the aircraft's was taken");
                yaw = flight;
            }
            if (pitch <= -85 && Math.Abs(roll) >= 170)
            {
                notes.Add("its gimbal stands past the nadir (roll 180): yaw was turned by it");
                (yaw, roll) = (yaw + roll, 0);
            }
            return (Wrap(yaw), pitch, roll, "xmp-dji");
        }
        if (xmp.SenseFly("Heading") is { } heading && xmp.SenseFly("PitchAngle") is { } nose && xmp.SenseFly("RollAngle") is { } bank)
            return Below(heading, nose, bank, "xmp-sensefly", notes);
        // Both write the camera's own angles, 0 the horizon. Parrot's Camera:Pitch beside them counts from straight down.
        if (xmp.Parrot("CameraYawDegree") is { } turned && xmp.Parrot("CameraPitchDegree") is { } tilted)
            return (Wrap(turned), tilted, xmp.Parrot("CameraRollDegree") ?? 0, "xmp-parrot");
        if (xmp.Skydio("Yaw") is { } north && xmp.Skydio("Pitch") is { } level)
            return (Wrap(north), level, xmp.Skydio("Roll") ?? 0, "xmp-skydio");
        if (xmp.Camera("Yaw") is { } y && xmp.Camera("Pitch") is { } p && xmp.Camera("Roll") is { } r)
            return Below(y, p, r, xmp.HasSenseFly ? "xmp-sensefly" : "xmp-camera", notes);
        return (null, null, null, null);
    }

    /// <summary>A camera that looks straight down out of an aircraft: its own angles out of the aircraft's.</summary>
    /// <remarks>Rz(yaw)·Ry(pitch)·Rx(roll)·Ry(-90°), taken apart again into yaw, pitch, roll, with the roll that is nearer to level; pitch may pass -90.</remarks>
    private static (double? Yaw, double? Pitch, double? Roll, string? Source) Below(double heading, double nose, double bank, string source, List<string> notes)
    {
        notes.Add("its attitude is the aircraft's; the camera is taken to look straight down from it");
        var (sy, cy) = Math.SinCos(heading * Math.PI / 180);
        var (sp, cp) = Math.SinCos(nose * Math.PI / 180);
        var (sr, cr) = Math.SinCos(bank * Math.PI / 180);
        // Columns of Rz·Ry·Rx are the body's axes in north, east, down. The camera's forward is the body's down; its down is the body's backward.
        var forward = (N: cy * sp * cr + sy * sr, E: sy * sp * cr - cy * sr, D: cp * cr);
        var right = (N: cy * sp * sr - sy * cr, E: sy * sp * sr + cy * cr, D: cp * sr);
        var down = (N: -cy * cp, E: -sy * cp, D: sp);
        var yaw = Math.Atan2(forward.E, forward.N) * 180 / Math.PI;
        var pitch = -Math.Asin(Math.Clamp(forward.D, -1, 1)) * 180 / Math.PI;
        var roll = Math.Atan2(right.D, down.D) * 180 / Math.PI;
        if (Math.Abs(roll) > 90)
            (yaw, pitch, roll) = (yaw + 180, -180 - pitch, roll + 180);
        return (Wrap(yaw), pitch, Wrap(roll), source);
    }
}
