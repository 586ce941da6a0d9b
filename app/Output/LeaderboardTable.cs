using Plinth.Sandbox;

namespace Plinth.App.Output;

/// <summary>A leaderboard for people.</summary>
internal static class LeaderboardTable
{
    internal static void Print(IReadOnlyList<LeaderboardLine> lines)
    {
        var table = Tables.New("#rank", "organisation", "metric", "#hidden", "95 %", "#public", "submission");
        foreach (var l in lines)
            table.Row(l.IsBaseline ? "–" : l.Tied ? $"={l.Rank}" : $"{l.Rank}", l.IsBaseline ? Baseline(l.Organisation) : l.Organisation, l.Hidden.Metric,
                l.Hidden.Score, $"{l.Hidden.Low:0.000}–{l.Hidden.High:0.000}", l.Public?.Score, l.SubmissionId);
        table.Print();
    }

    private static string Baseline(string name) => name == "baseline: most frequent label" ? "(always the most frequent label)" : $"({name})";
}
