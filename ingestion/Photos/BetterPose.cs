using Plinth.Catalog;
using Plinth.Ingestion.Tabular;

namespace Plinth.Ingestion.Photos;

/// <summary>A position, perhaps an attitude, that another file gives to a photograph.</summary>
/// <param name="Source"><c>at</c> (aerotriangulation), <c>gcp</c> (middle of the ground marks seen), <c>srt</c> (flight log).</param>
/// <param name="From">The row's <c>source_row</c>.</param>
internal sealed record BetterPose(Position At, double? Altitude, double? RelativeAltitude, double? Yaw, double? Pitch, double? Roll, string Source, double Accuracy, string From)
{
    /// <summary>A row of <c>imagery.photo</c> with this pose (null: its own) and focal length (null: its own). What follows from them, footprint and view, is worked out again.</summary>
    public static object?[] Apply(DatasetContract photo, object?[] row, BetterPose? better, double? focal)
    {
        var changed = (object?[])row.Clone();
        int At(string column) => DatasetColumns.IndexOf(photo, column);
        double? Own(string column) => row[At(column)] as double?;
        var notes = new List<string>();
        if (row[At("notes")] is string before)
            notes.Add(better is null ? before : string.Join("; ", before.Split("; ").Where(n => n != "it has no position")));
        if (better is not null)
            notes.Add(better.Source switch
            {
                "at" => $"its pose is that of {better.From}",
                "gcp" => $"its position is the middle of the ground marks seen in it, {better.From}",
                _ => $"its position is that of the flight log, {better.From}",
            });
        var pose = better is null
            ? new PhotoPose(Own("longitude"), Own("latitude"), Own("altitude_m"), Own("relative_altitude_m"), Own("yaw_deg"), Own("pitch_deg"), Own("roll_deg"), row[At("pose_source")] as string ?? "none", Own("position_accuracy_m"))
            : new PhotoPose(better.At.X, better.At.Y, better.Altitude ?? Own("altitude_m"), Own("relative_altitude_m") ?? better.RelativeAltitude, better.Yaw ?? Own("yaw_deg"), better.Pitch ?? Own("pitch_deg"),
                better.Roll ?? Own("roll_deg"), better.Source, better.Accuracy);
        var pixels = focal ?? Own("focal_px");
        var (width, height) = (row[At("width")] as int? ?? 0, row[At("height")] as int? ?? 0);
        // Of a camera above the middle of marks the foot is not known, nor then the ground it sees.
        var outline = pose is { Longitude: { } x, Latitude: { } y, Source: not "gcp" } && GroundFootprint.Local(pose, pixels, width, height) is { } local ? GroundFootprint.ToCrs84(local, x, y) : null;
        Set("longitude", pose.Longitude);
        Set("latitude", pose.Latitude);
        Set("altitude_m", pose.Altitude);
        Set("relative_altitude_m", pose.RelativeAltitude);
        Set("yaw_deg", pose.Yaw);
        Set("pitch_deg", pose.Pitch);
        Set("roll_deg", pose.Roll);
        Set("pose_source", pose.Source);
        Set("position_accuracy_m", pose.Accuracy);
        Set("view_bucket", pose.ViewBucket);
        Set("geom", pose is { Longitude: { } px, Latitude: { } py } ? Wkb.Point(px, py) : null);
        Set("bbox", pose is { Longitude: { } bx, Latitude: { } by } ? Wkb.Bbox(bx, by, bx, by) : null);
        Set("footprint", outline is null ? null : Wkb.Polygon([outline]));
        Set("ground_sample_m", GroundFootprint.SampleDistance(pose, pixels));
        if (focal is not null)
        {
            Set("focal_px", focal);
            Set("focal_method", "at");
        }
        Set("notes", notes.Count == 0 ? null : string.Join("; ", notes));
        return changed;

        void Set(string column, object? value) => changed[At(column)] = value;
    }
}
