using Plinth.Sandbox.Scoring;

namespace Plinth.Tests.Scoring;

public sealed class LadderTests
{
    [Fact]
    public void Two_hundred_submissions_of_noise_climb_a_plain_board_and_hardly_the_ladder()
    {
        // The boosting attack: of many random answers to 2,000 public labels those that scored above chance vote; what they learn is the public labels' noise.
        double plain = 0, ladder = 0;
        const int rounds = 10;
        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(round);
            var truth = Labels(random);
            double? shown = null;
            var (all, kept, best) = (new int[truth.Length], new int[truth.Length], 0.0);
            for (var attempt = 0; attempt < 200; attempt++)
            {
                var answer = Labels(random);
                var score = Accuracy(truth, answer);
                if (score > 0.5)
                    Vote(all, answer);
                var now = Ladder.Show(shown, score, 0.01, higherIsBetter: true);
                if (shown is null || now > shown)
                    Vote(kept, answer);
                shown = now;
            }
            best = Accuracy(truth, [.. all.Select(votes => votes > 0)]);
            plain += best / rounds;
            ladder += Ladder.Show(shown, Accuracy(truth, [.. kept.Select(votes => votes > 0)]), 0.01, higherIsBetter: true) / rounds;
        }
        plain.Should().BeGreaterThan(0.56, "otherwise the attack proves nothing");
        ladder.Should().BeLessThan(0.535);
    }

    [Fact]
    public void A_score_is_shown_in_steps_and_only_when_it_is_better_by_one()
    {
        Ladder.Show(null, 0.8149, 0.01, true).Should().BeApproximately(0.81, 1e-12);
        Ladder.Show(0.81, 0.8199, 0.01, true).Should().Be(0.81);
        Ladder.Show(0.81, 0.70, 0.01, true).Should().Be(0.81);
        Ladder.Show(0.81, 0.8321, 0.01, true).Should().BeApproximately(0.83, 1e-12);
        Ladder.Show(4.0, 3.97, 0.05, false).Should().Be(4.0, "lower is better here, but not by a step");
        Ladder.Show(4.0, 3.81, 0.05, false).Should().BeApproximately(3.8, 1e-12);
    }

    private static bool[] Labels(Random random) => [.. Enumerable.Range(0, 2000).Select(_ => random.Next(2) == 1)];
    private static double Accuracy(bool[] truth, bool[] answer) => truth.Zip(answer).Count(pair => pair.First == pair.Second) / (double)truth.Length;

    private static void Vote(int[] votes, bool[] answer)
    {
        for (var i = 0; i < votes.Length; i++)
            votes[i] += answer[i] ? 1 : -1;
    }
}
