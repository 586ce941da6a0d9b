using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Plinth.Benchmarks;

/// <summary>The table that is committed.</summary>
internal static class Report
{
    private static readonly (string Name, string What, bool OfPoints, double Wanted)[] s_lines =
    [
        ("communities", "10 M points in 250 communities, counted by community (one region a point)", true, 60),
        ("communities all", "the same, every region a point is in", true, 60),
        ("footprints", "10 M points in 200,000 footprints, counted by footprint (one region a point)", true, 15),
        ("footprints all", "the same, every region a point is in", true, 15),
        ("overlap", "200,000 footprints on 200,000 others: pairs that meet, common area", false, 10),
        ("nearest", "1,000 times the 10 nearest of 1 M points", false, 20),
    ];

    public static void Write(StringBuilder report, Dictionary<string, (double Ms, string Answer)> ours, Dictionary<string, (double Ms, string Answer)> postgis,
        Dictionary<string, (double Ms, string Answer)> trees, string version, double scale, double treeScale)
    {
        var culture = CultureInfo.InvariantCulture;
        report.AppendLine(culture, $"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}; PostgreSQL {version}; {(trees.TryGetValue("name", out var name) ? name.Answer : "no Shapely")}. Milliseconds, medians.");
        report.AppendLine(culture, $"PostGIS took {1 / scale:0.##} of the points, Shapely (one thread, tree built within the time) {1 / treeScale:0.##}; their times are multiplied. Bare scan (sum of both columns of the Parquet file): {ours["scan"].Ms:0} ms.");
        report.AppendLine().AppendLine("| what | Plinth | of the bare scan | PostGIS | ratio | wanted | GEOS STRtree | ratio |").AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var (key, what, ofPoints, wanted) in s_lines)
        {
            var plain = key.Split(' ')[0];
            var own = ours[key].Ms;
            string Peer(Dictionary<string, (double Ms, string Answer)> of, double scale) => of.TryGetValue(plain, out var peer)
                ? string.Create(culture, $"{peer.Ms * (ofPoints ? scale : 1):0} | {peer.Ms * (ofPoints ? scale : 1) / own:0.0}x") : "– | –";
            report.AppendLine(culture, $"| {what} | {own:0.0} | {(ofPoints ? (own / ours["scan"].Ms).ToString("0.0", culture) + "x" : "–")} | {Peer(postgis, scale)} | {wanted}x | {Peer(trees, treeScale)} |");
        }
        report.AppendLine();
        foreach (var layer in (string[])["communities", "footprints"])
            if (postgis.TryGetValue(layer, out var theirs))
                report.AppendLine(culture, $"Pairs in {layer} of the peers' part of the points: {ours[layer + " part"].Answer}, PostGIS {theirs.Answer.Split('\t')[0]}.");
        if (postgis.TryGetValue("overlap", out var pairs))
            report.AppendLine(culture, $"Pairs that meet: {ours["overlap"].Answer.Split(' ')[0]}, PostGIS {pairs.Answer.Split('\t')[0]}.");
    }
}
