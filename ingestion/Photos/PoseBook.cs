using Plinth.Lakehouse;
using Plinth.Lakehouse.Engine;

namespace Plinth.Ingestion.Photos;

/// <summary>A photograph by what position files find it by.</summary>
internal sealed record PlacedPhoto(string Sha256, string Stem, string Folder, string? PoseSource, bool HasPosition, string? FocalMethod, int Width, int Height, DateTime? TakenAt);

/// <summary>All positions, marks, flight logs and calibrations of a lake, and which photograph takes which of them.</summary>
/// <remarks>
/// A label finds the photograph of its name, without regard to ending and case, in its own folder; else in the folder around or within it, else in one beside it, where only one
/// folder has such a photograph. An orientation goes before all else; marks and logs go to photographs without a position.
/// </remarks>
internal sealed class PoseBook
{
    private const double AfterLog = 2, Speed = 15, LeastMarkAccuracy = 50;

    private readonly ILookup<string, (string Folder, BetterPose Pose)> _poses, _marks;
    private readonly ILookup<string, (string Stem, DateTime? At, BetterPose Pose)> _logs;
    private readonly List<(string Folder, int Width, int Height, double Focal)> _cameras;

    private PoseBook(ILookup<string, (string, BetterPose)> poses, ILookup<string, (string, BetterPose)> marks, ILookup<string, (string, DateTime?, BetterPose)> logs, List<(string, int, int, double)> cameras) =>
        (_poses, _marks, _logs, _cameras) = (poses, marks, logs, cameras);

    public bool IsEmpty => _poses.Count + _marks.Count + _logs.Count + _cameras.Count == 0;

    /// <param name="rows">Rows of a query over a table named <c>imagery.…</c>; none where there is no such table.</param>
    public static PoseBook Read(Func<string, Func<string, string>, IEnumerable<object?[]>> rows) => new(
        rows("pose", PoseSql.Poses).Select(r => (Stem: (string)r[0]!, Found: ((string)r[1]!, new BetterPose(new((double)r[2]!, (double)r[3]!), r[4] as double?, null, (double)r[5]!, (double)r[6]!, (double)r[7]!, "at", (double)r[8]!, (string)r[9]!))))
            .ToLookup(p => p.Stem, p => p.Found, StringComparer.Ordinal),
        rows("ground_control", PoseSql.Marks).Select(r => (Stem: (string)r[0]!, Found: ((string)r[1]!, new BetterPose(new((double)r[2]!, (double)r[3]!), null, null, null, null, null, "gcp", Math.Max(LeastMarkAccuracy, (double)r[5]!), (string)r[6]!))))
            .ToLookup(p => p.Stem, p => p.Found, StringComparer.Ordinal),
        rows("flight_log", PoseSql.Logs).Select(r => (Folder: ((string)r[1]!).ToLowerInvariant(), Found: ((string)r[0]!, r[2] as DateTime?,
            new BetterPose(new((double)r[3]!, (double)r[4]!), r[5] as double?, r[6] as double?, r[7] as double?, r[8] as double?, r[9] as double?, "srt", PhotoPose.DefaultAccuracy, (string)r[10]!))))
            .ToLookup(p => p.Folder, p => p.Found, StringComparer.Ordinal),
        [.. rows("camera", PoseSql.Cameras).Select(r => ((string)r[0]!, (int)r[1]!, (int)r[2]!, (double)r[3]!))]);

    /// <summary>What each photograph takes that gains by it.</summary>
    public Dictionary<string, (BetterPose? Pose, double? Focal)> Match(IEnumerable<PlacedPhoto> photos)
    {
        var found = new Dictionary<string, (BetterPose? Pose, double? Focal)>(StringComparer.Ordinal);
        foreach (var same in photos.GroupBy(p => p.Stem, StringComparer.Ordinal))
        {
            var (posed, marked) = (Chosen(_poses[same.Key], same), Chosen(_marks[same.Key], same));
            foreach (var photo in same)
            {
                var pose = photo.PoseSource == "at" ? null : posed.GetValueOrDefault(photo.Sha256);
                if (pose is null && !photo.HasPosition)
                    pose = FromLog(photo) ?? marked.GetValueOrDefault(photo.Sha256);
                var focal = photo.FocalMethod == "at" ? null : Focal(photo);
                if (pose is not null || focal is not null)
                    found[photo.Sha256] = (pose, focal);
            }
        }
        return found;
    }

    /// <summary>The poses of one label, for the photographs of that name.</summary>
    private static Dictionary<string, BetterPose> Chosen(IEnumerable<(string Folder, BetterPose Pose)> poses, IEnumerable<PlacedPhoto> photos)
    {
        var chosen = new Dictionary<string, (int Distance, BetterPose Pose)>(StringComparer.Ordinal);
        foreach (var (folder, pose) in poses)
        {
            var nearest = photos.Select(p => (Photo: p, Distance: FlightFolder.Distance(p.Folder, folder))).Where(p => p.Distance is not null).GroupBy(p => p.Distance!.Value).MinBy(g => g.Key);
            if (nearest is null || nearest.Key > 0 && nearest.Select(p => p.Photo.Folder).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1)
                continue;
            foreach (var (photo, _) in nearest)
                if (!chosen.TryGetValue(photo.Sha256, out var other) || nearest.Key < other.Distance || nearest.Key == other.Distance && pose.Accuracy < other.Pose.Accuracy)
                    chosen[photo.Sha256] = (nearest.Key, pose);
        }
        return chosen.ToDictionary(c => c.Key, c => c.Value.Pose, StringComparer.Ordinal);
    }

    /// <summary>The entry at the moment it was taken; else, of the log that has its name, the first.</summary>
    private BetterPose? FromLog(PlacedPhoto photo)
    {
        var logs = _logs[photo.Folder.ToLowerInvariant()];
        if (photo.TakenAt is { } taken && logs.Where(l => l.At is not null).Select(l => ((DateTime? At, BetterPose Pose)?)(l.At, l.Pose)).MinBy(l => (l!.Value.At!.Value - taken).Duration()) is { At: { } at, Pose: { } then } && (at - taken).Duration().TotalSeconds <= AfterLog)
            return then with { Accuracy = then.Accuracy + Speed * (at - taken).Duration().TotalSeconds };
        var own = logs.Where(l => l.Stem == photo.Stem).Select(l => l.Pose).ToList();
        return own.Count == 0 ? null : own[0] with { Accuracy = own[0].Accuracy + own.Max(p => Metres(p.At, own[0].At)) };
    }

    /// <summary>Of the calibrations in the nearest folder that are of the photograph's size, where they agree.</summary>
    private double? Focal(PlacedPhoto photo)
    {
        var nearest = _cameras.Where(c => c.Width == photo.Width && c.Height == photo.Height || c.Width == photo.Height && c.Height == photo.Width)
            .GroupBy(c => FlightFolder.Distance(photo.Folder, c.Folder) ?? int.MaxValue).MinBy(g => g.Key);
        return nearest is null || nearest.Key == int.MaxValue ? null : nearest.Select(c => c.Focal).Distinct().ToList() is [var one] ? one : null;
    }

    private static double Metres(Position a, Position b) => Math.Sqrt(Math.Pow((a.X - b.X) * Math.Cos(a.Y * Math.PI / 180), 2) + Math.Pow(a.Y - b.Y, 2)) * 111_320;
}
