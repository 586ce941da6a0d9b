using System.Security.Cryptography;
using System.Text;

namespace Plinth.Ingestion.Photos;

/// <summary>One photograph as far as its flight is concerned.</summary>
/// <param name="Outline">What it sees of the ground, OGC:CRS84; null where that is not known.</param>
internal sealed record MissionPhoto(string Sha256, DateTime? TakenAt, string FileName, Position? At, string? View, string? Camera, double? SampleDistance, double? Height, IReadOnlyList<Position>? Outline);

/// <summary>The photographs of one folder as one flight: how much ground they cover, how often, and how they overlap.</summary>
internal static class Mission
{
    private const double MetresPerDegree = 111_320;
    private const int Neighbours = 2, SamplesSideways = 300;

    /// <summary>Names a set of photographs in a folder.</summary>
    public static string Hash(string folder, IEnumerable<string> photos) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{folder}\n{string.Join('\n', photos.Order(StringComparer.Ordinal))}")));

    /// <summary>A row of <c>imagery.mission</c>.</summary>
    public static object?[] Row(string folder, string hash, IReadOnlyList<MissionPhoto> photos, DateTime now)
    {
        var flown = photos.OrderBy(p => p.TakenAt ?? DateTime.MaxValue).ThenBy(p => p.FileName, StringComparer.Ordinal).ToList();
        var placed = flown.Where(p => p.At is not null).ToList();
        var frame = new Frame(placed.Count > 0 ? new(placed.Average(p => p.At!.Value.X), placed.Average(p => p.At!.Value.Y)) : default);
        var outlines = flown.Where(p => p.Outline is not null).Select(p => p.Outline!.Select(frame.ToLocal).ToList()).ToList();
        var cover = Coverage.Of(outlines);
        var views = new[] { "N", "E", "S", "W", "nadir" }.Select(v => photos.Count(p => p.View == v)).ToArray();
        var times = photos.Where(p => p.TakenAt is not null).Select(p => p.TakenAt!.Value).ToList();
        var hull = Rings.Hull(flown.Where(p => p.Outline is not null).SelectMany(p => p.Outline!));
        var notes = new List<string>();
        if (outlines.Count < photos.Count)
            notes.Add($"of {photos.Count - outlines.Count} photos the ground they see is not known: they count nowhere but in 'photos'");
        return
        [
            $"urn:plinth:mission:folder:{hash[..16]}", folder, photos.Count, placed.Count, outlines.Count, times.Count > 0 ? times.Min() : null, times.Count > 0 ? times.Max() : null,
            string.Join(", ", photos.Select(p => p.Camera).OfType<string>().Distinct().Order(StringComparer.Ordinal)) is { Length: > 0 } cameras ? cameras : null,
            views[0], views[1], views[2], views[3], views[4], Median(photos.Select(p => p.Height)), Median(photos.Select(p => p.SampleDistance)), Track(placed, frame),
            cover?.Area, cover?.MeanViews, cover?.Share(2), cover?.Share(3), cover?.Share(5),
            Forward(outlines), Sideways(outlines),
            hull.Count >= 3 ? Wkb.Polygon([hull]) : null, hull.Count >= 3 ? Wkb.Bbox(hull) : null, now, notes.Count == 0 ? null : string.Join("; ", notes), $"sha256:{photos[0].Sha256}",
        ];
    }

    private static double? Median(IEnumerable<double?> values)
    {
        var sorted = values.OfType<double>().Where(double.IsFinite).Order().ToList();
        return sorted.Count == 0 ? null : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static double? Track(List<MissionPhoto> placed, Frame frame) => placed.Count < 2 ? null : placed.Zip(placed.Skip(1), (a, b) =>
    {
        var (p, q) = (frame.ToLocal(a.At!.Value), frame.ToLocal(b.At!.Value));
        return Math.Sqrt((p.X - q.X) * (p.X - q.X) + (p.Y - q.Y) * (p.Y - q.Y));
    }).Sum();

    /// <summary>Median share of a photo's ground that the one taken after it sees too.</summary>
    private static double? Forward(List<List<Position>> outlines) => Median(outlines.Zip(outlines.Skip(1), Overlap));

    /// <summary>Median share of a photo's ground that the best of those not taken just before or after it sees too; of large flights, over a few hundred photos evenly apart.</summary>
    private static double? Sideways(List<List<Position>> outlines)
    {
        if (outlines.Count < 2 * Neighbours + 2)
            return null;
        var boxes = outlines.ConvertAll(o => (MinX: o.Min(p => p.X), MinY: o.Min(p => p.Y), MaxX: o.Max(p => p.X), MaxY: o.Max(p => p.Y)));
        var step = (outlines.Count + SamplesSideways - 1) / SamplesSideways;
        return Median(Enumerable.Range(0, outlines.Count).Where(i => i % step == 0).Select(i => (double?)outlines.Select((other, j) =>
            Math.Abs(i - j) <= Neighbours || boxes[i].MaxX < boxes[j].MinX || boxes[j].MaxX < boxes[i].MinX || boxes[i].MaxY < boxes[j].MinY || boxes[j].MaxY < boxes[i].MinY
                ? 0 : Overlap(outlines[i], other) ?? 0).Max()));
    }

    /// <summary>Share of the first outline that lies in the second too. Outlines on the ground are convex, but for those cut off far away, of which the cut is a little generous.</summary>
    private static double? Overlap(List<Position> a, List<Position> b)
    {
        var rest = a;
        for (var i = 0; i < b.Count && rest.Count > 2; i++)
        {
            var (p, q) = (b[i], b[(i + 1) % b.Count]);
            var kept = new List<Position>(rest.Count + 1);
            for (var j = 0; j < rest.Count; j++)
            {
                var (s, t) = (rest[j], rest[(j + 1) % rest.Count]);
                var (ds, dt) = (Side(p, q, s), Side(p, q, t));
                if (ds >= 0)
                    kept.Add(s);
                if (ds >= 0 != dt >= 0)
                    kept.Add(new(s.X + (t.X - s.X) * ds / (ds - dt), s.Y + (t.Y - s.Y) * ds / (ds - dt)));
            }
            rest = kept;
        }
        var whole = Math.Abs(Rings.SignedArea(a));
        return whole > 0 ? Math.Clamp(Math.Abs(Rings.SignedArea(rest)) / whole, 0, 1) : null;
    }

    private static double Side(Position a, Position b, Position p) => (b.X - a.X) * (p.Y - a.Y) - (b.Y - a.Y) * (p.X - a.X);

    /// <summary>Metres east and north of a place.</summary>
    private readonly record struct Frame(Position Centre)
    {
        public Position ToLocal(Position p) => new((p.X - Centre.X) * MetresPerDegree * Math.Cos(Centre.Y * Math.PI / 180), (p.Y - Centre.Y) * MetresPerDegree);
    }
}
