using System.Text;
using Plinth.Sandbox;
using Plinth.Sandbox.Scoring;

namespace Plinth.Tests;

public sealed class ScoringTests
{
    private static readonly HashSet<string> Keys = ["1", "2", "3"], Labels = ["NYPD", "DSNY"];

    [Fact]
    public void Macro_f1_agrees_with_a_computation_by_hand()
    {
        // truth a a a a b b c c, answers a a b c b a c d
        // a: right 2, answered 3, true 4: 4/7. b: right 1, answered 2, true 2: 1/2. c: right 1, answered 2, true 2: 1/2. d: never true: 0.
        var confusion = Confusion.Of("aaaabbcc".Zip("aabcbacd", (truth, answer) => (truth.ToString(), answer.ToString())));
        confusion.Score("macro_f1").Should().BeApproximately((4.0 / 7 + 0.5 + 0.5 + 0) / 4, 1e-12);
        confusion.Score("accuracy").Should().Be(0.5);
        confusion.Rows.Should().Be(8);
    }

    [Fact]
    public void A_perfect_answer_scores_one_with_an_interval_of_one()
    {
        var confusion = Confusion.Of([("a", "a"), ("b", "b"), ("b", "b")]);
        confusion.Score("macro_f1").Should().Be(1);
        confusion.Interval("accuracy", 1).Should().Be((1, 1));
    }

    [Fact]
    public void The_interval_of_accuracy_is_that_of_the_binomial_and_hangs_on_the_seed_alone()
    {
        var pairs = Enumerable.Range(0, 1000).Select(i => ("a", i < 800 ? "a" : "b")).ToList();
        var interval = Confusion.Of(pairs).Interval("accuracy", 42);
        interval.Low.Should().BeApproximately(0.8 - 1.96 * Math.Sqrt(0.8 * 0.2 / 1000), 0.006);
        interval.High.Should().BeApproximately(0.8 + 1.96 * Math.Sqrt(0.8 * 0.2 / 1000), 0.006);
        Confusion.Of(Enumerable.Reverse(pairs)).Interval("accuracy", 42).Should().Be(interval, "the order of rows does not matter");
        Confusion.Of(pairs).Interval("accuracy", 43).Should().NotBe(interval);
    }

    [Fact]
    public void A_sound_output_is_written_anew_in_order_of_key_with_confidence_to_three_decimals()
    {
        var (predictions, fault) = Check("service_request_id,agency_responsible,confidence\r\n\"2\",DSNY,0.123456789\r\n1,NYPD,1e0\n3,\"NYPD\",\n");
        fault.Should().BeNull();
        Encoding.UTF8.GetString(predictions!.ToCsv(ManifestTests.GivenScenario())).Should().Be("service_request_id,agency_responsible,confidence\n1,NYPD,1\n2,DSNY,0.123\n3,NYPD,\n");
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("id,agency\n", "the header must be 'service_request_id,agency_responsible' or 'service_request_id,agency_responsible,confidence'")]
    [InlineData("service_request_id,agency_responsible\n1,NYPD\n2,DSNY\n", "1 of 3 keys have no row")]
    [InlineData("service_request_id,agency_responsible\n1,NYPD\n1,NYPD\n2,DSNY\n3,DSNY\n", "line 3 repeats a key")]
    [InlineData("service_request_id,agency_responsible\n1,NYPD\n2,DSNY\n3,DSNY\n4,DSNY\n5,DSNY\n", "line 5 has a key that was not asked for (and 1 more such lines)")]
    [InlineData("service_request_id,agency_responsible\n1,FBI\n2,DSNY\n3,DSNY\n", "line 2 has a label that does not occur in train.csv")]
    [InlineData("service_request_id,agency_responsible,confidence\n1,NYPD,NaN\n2,DSNY,1\n3,DSNY,0\n", "line 2 has a confidence that is not a number from 0 to 1")]
    [InlineData("service_request_id,agency_responsible,confidence\n1,NYPD,Infinity\n2,DSNY,-0.1\n3,DSNY,\"0,5\"\n", "line 2 has a confidence that is not a number from 0 to 1 (and 2 more such lines)")]
    [InlineData("service_request_id,agency_responsible\n1,NYPD,x\n2\n3,DSNY\n", "line 2 has not 2 fields (and 1 more such lines)")]
    [InlineData("service_request_id,agency_responsible\n1,\"NYPD\n", "line 3: a quote is not closed")]
    public void A_faulty_output_is_refused_with_line_and_reason(string csv, string fault) => Check(csv).Fault.Should().Be(fault);

    [Fact]
    public void On_hidden_rows_a_fault_is_counted_and_neither_shown_nor_placed()
    {
        var (_, fault) = Check("service_request_id,agency_responsible\n1,secret-from-the-input\n2,DSNY\n3,DSNY\n", explain: false);
        fault.Should().Be("1 rows: each has a label that does not occur in train.csv");
    }

    [Fact]
    public void Bytes_that_are_no_text_and_fields_without_end_are_refused()
    {
        Predictions.Check([0x61, 0xff, 0xfe], ManifestTests.GivenScenario(), Keys, Labels, explain: true).Fault.Should().Be("it is not UTF-8");
        Check("service_request_id,agency_responsible\n1," + new string('x', 5000)).Fault.Should().Be("line 2: a field has more than 4096 characters");
    }

    [Fact]
    public void A_leaderboard_ranks_best_hidden_scores_and_ties_what_cannot_be_told_apart()
    {
        Submission Of(string organisation, double score, double low) => new(organisation + score, "s", organisation, "", SubmissionState.ScoredHidden, default, default)
        {
            Scores = [new("hidden", "macro_f1", score, 100, low, 1), new("public", "macro_f1", 0.9, 100, 0.8, 1)],
        };
        var board = Leaderboard.Of(ManifestTests.GivenScenario(), [Of("a", 0.90, 0.85), Of("b", 0.86, 0.80), Of("c", 0.84, 0.75), Of("b", 0.5, 0.4), Of("d", 0.76, 0.7)], [new("hidden", "macro_f1", 0.1, 100, 0.1, 0.1)]);
        board.Select(line => (line.Rank, line.Organisation, line.Tied)).Should().Equal((1, "a", true), (1, "b", true), (3, "c", true), (3, "d", true), (null, "baseline: most frequent label", false));
    }

    private static (Predictions? Predictions, string? Fault) Check(string csv, bool explain = true) =>
        Predictions.Check(Encoding.UTF8.GetBytes(csv), ManifestTests.GivenScenario(), Keys, Labels, explain);
}
