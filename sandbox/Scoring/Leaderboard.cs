using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox.Scoring;

/// <summary>Ranks organisations by their best hidden score. A score that lies inside the interval of the best of its group is not told apart from it and shares its rank.</summary>
internal static class Leaderboard
{
    public static IReadOnlyList<LeaderboardLine> Of(Scenario scenario, IEnumerable<Submission> submissions, IEnumerable<Evaluation> baseline)
    {
        var sign = scenario.LowerIsBetter ? -1 : 1;
        var best = submissions
            .Select(s => (Submission: s, Hidden: Pick(s.Scores, "hidden", scenario.Metric), Public: Pick(s.Scores, "public", scenario.Metric)))
            .Where(entry => entry.Hidden is not null)
            .GroupBy(entry => entry.Submission.Organisation)
            .Select(group => group.OrderByDescending(entry => sign * entry.Hidden!.Score).ThenBy(entry => entry.Submission.SubmittedAt).First())
            .OrderByDescending(entry => sign * entry.Hidden!.Score).ThenBy(entry => entry.Submission.SubmittedAt).ThenBy(entry => entry.Submission.Organisation, StringComparer.Ordinal)
            .ToList();
        var ranks = new List<int>();
        for (var i = 0; i < best.Count; i++)
        {
            var leader = i == 0 ? 0 : ranks[i - 1] - 1;
            ranks.Add((scenario.LowerIsBetter ? best[i].Hidden!.Score <= best[leader].Hidden!.High : best[i].Hidden!.Score >= best[leader].Hidden!.Low) ? leader + 1 : i + 1);
        }
        var lines = best.Select((entry, i) => new LeaderboardLine(ranks[i], entry.Submission.Organisation, entry.Submission.Id, entry.Hidden!, entry.Public, ranks.Count(rank => rank == ranks[i]) > 1)).ToList();
        var scores = baseline.ToList();
        if (Pick(scores, "hidden", scenario.Metric) is { } trivial)
            lines.Add(new(null, "baseline: " + Trivial.Words(scenario.Kind), null, trivial, Pick(scores, "public", scenario.Metric), false));
        return lines;
    }

    private static Evaluation? Pick(IEnumerable<Evaluation> scores, string split, string metric) => scores.FirstOrDefault(score => score.Split == split && score.Metric == metric);
}
