using System.Globalization;
using Plinth.Sandbox;

namespace Plinth.App.Web;

/// <summary>A leaderboard as a JSON Feed 1.1: one item an organisation's best, so that a reader sees when a rank changes hands.</summary>
internal static class LeaderboardFeed
{
    internal static object Of(Scenario scenario, IReadOnlyList<LeaderboardLine> lines, string root) => new
    {
        version = "https://jsonfeed.org/version/1.1",
        title = $"{scenario.TitleZh} · {scenario.Title}",
        home_page_url = $"{root}/sandbox/#/scenario/{scenario.Id}",
        feed_url = $"{root}/api/sandbox/scenarios/{scenario.Id}/feed.json",
        items = lines.Where(line => !line.IsBaseline).Select(line => new
        {
            id = $"{scenario.Id}@{scenario.Version}/{line.SubmissionId}/{line.Rank}",
            title = $"{line.Rank}. {line.Organisation}{(line.Tied ? " (=)" : "")}",
            content_text = string.Create(CultureInfo.InvariantCulture, $"{scenario.Metric} {line.Hidden.Score:0.0000} (95 %: {line.Hidden.Low:0.0000}–{line.Hidden.High:0.0000}), {line.Hidden.Rows} rows"),
        }),
    };
}
