using System.Globalization;
using System.Text;
using Plinth.Catalog;
using Plinth.Sandbox.Scoring;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Tests;

/// <summary>The sample's submissions against what anybody could say without looking.</summary>
public sealed class ReferenceSubmissionTests
{
    [Fact]
    public async Task The_words_of_a_request_tell_the_agency_far_better_than_the_most_frequent_one_and_for_nearly_every_request()
    {
        using var lake = await GivenLake.WithRequestsAsync();
        using var sandbox = lake.Open();
        await sandbox.PublishAsync(GivenLake.Scenario, Principal.Operator);
        var id = (await sandbox.SubmitAsync(GivenLake.Scenario, "acme", GivenLake.Submission("agency-naive-bayes"))).Id;
        (await sandbox.ProcessAsync(id)).Failure.Should().BeNull();
        var board = await sandbox.LeaderboardAsync(GivenLake.Scenario);
        board[0].Hidden.Low.Should().BeGreaterThan(board.Single(line => line.IsBaseline).Hidden.High + 0.8);

        // the coverage that the field claims as 80 % and 98 %, at 85 % accuracy
        var truth = lake.Sql("hotline.service_request", "DISTINCT service_request_id, agency_responsible, requested_datetime").Where(row => Time(row[2]) >= Day(2, 27) && Time(row[2]) < Day(3, 11));
        var answers = await File.ReadAllBytesAsync(Path.Combine(lake.Root, "sandbox", "runs", id, "hidden", "predictions.csv"));
        var scores = Scorer.Score(new("hidden", AnswerKind.Label, ["coverage_at_85", "coverage_at_100", "macro_f1"], "s"),
            Encoding.UTF8.GetBytes("key,label\n" + string.Concat(truth.Select(row => $"{row[0]},{row[1]}\n"))), answers);
        scores[0].Score.Should().Be(1, "all requests can be answered with 85 % right");
        scores[1].Score.Should().BeLessThan(1, "but not all rightly");
        scores[2].Score.Should().BeApproximately(board[0].Hidden.Score, 1e-12, "both ways of scoring agree");
    }

    private static DateTimeOffset Day(int month, int day) => new(2025, month, day, 0, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset Time(object? value) => value switch
    {
        DateTimeOffset time => time,
        DateTime time => new(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        _ => DateTimeOffset.Parse(Convert.ToString(value, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture),
    };
}
