using System.Text;
using Plinth.Sandbox;
using Plinth.Sandbox.Isolation;
using Plinth.Sandbox.Scoring;
using Plinth.Sandbox.Scoring.Metrics;
using Plinth.Tests.Isolation;

namespace Plinth.Tests.Scoring;

public sealed class IsolatedScorerTests
{
    private static readonly ScoreSpec Spec = new("hidden", AnswerKind.Number, ["mae"], "s");
    private static readonly byte[] Answers = Encoding.UTF8.GetBytes("k,v\na,1\nb,3\n");

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("gvisor")]
    public async Task Scoring_in_its_own_process_gives_what_the_library_gives_on_each_back_end(string backend)
    {
        var scores = await ScoreAsync(backend, Spec, "k,v\na,1\nb,2\n");
        scores.Should().Equal(Scorer.Score(Spec, Encoding.UTF8.GetBytes("k,v\na,1\nb,2\n"), Answers));
        scores.Single().Score.Should().Be(0.5);
    }

    [Theory]
    [InlineData("bubblewrap")]
    [InlineData("gvisor")]
    public async Task A_publishers_sql_runs_on_each_back_end(string backend) =>
        (await ScoreAsync(backend, Spec with { Sql = "SELECT max(abs(t.v - a.v)) AS mae FROM truth t JOIN answer a USING (k)" }, "k,v\na,1\nb,2\n")).Select(s => (s.Metric, s.Score)).Should().Equal(("mae", 1));

    [Fact]
    public async Task Without_isolation_or_with_files_that_do_not_fit_there_is_no_score()
    {
        await FluentActions.Invoking(() => ScoreAsync("bubblewrap", Spec, "k,v\na,1\nb,2\n", available: false)).Should().ThrowAsync<IsolationUnavailableException>();
        (await FluentActions.Invoking(() => ScoreAsync("bubblewrap", Spec, "k,v\na,1\nc,2\n")).Should().ThrowAsync<ScoringFailedException>())
            .WithMessage("Split 'hidden' of scenario 's' was not scored: the scorer ended as Crashed, exit code 1: A key of the truth has no answer.");
    }

    [Theory]
    [InlineData("no json", "its result is not the JSON of scores")]
    [InlineData("[]", "its result holds no scores")]
    [InlineData("[null]", "its result holds no scores")]
    [InlineData("""[{"Split":"public","Metric":"mae","Score":1,"Rows":1,"Low":1,"High":1}]""", "its result holds a score that was not asked for")]
    [InlineData("""[{"Split":"hidden","Metric":"auc","Score":1,"Rows":1,"Low":1,"High":1}]""", "its result holds a score that was not asked for")]
    [InlineData("""[{"Split":"hidden","Metric":"mae","Score":"NaN","Rows":1,"Low":1,"High":1}]""", "metric 'mae' has no value on these rows")]
    [InlineData("""[{"Split":"hidden","Metric":"mae[1]","Score":1,"Rows":1,"Low":1,"High":1}]""", "its result does not hold 'mae' once")]
    public void A_result_that_is_not_the_scores_asked_for_is_refused(string json, string reason) =>
        FluentActions.Invoking(() => IsolatedScorer.Read(Spec, Encoding.UTF8.GetBytes(json))).Should().Throw<ScoringFailedException>().WithMessage($"*was not scored: {reason}.");

    private static Task<System.Collections.Immutable.ImmutableArray<Evaluation>> ScoreAsync(string backend, ScoreSpec spec, string truth, bool available = true)
    {
        Given.Isolation();
        if (backend == "gvisor")
            Given.GVisor();
        var scorer = new IsolatedScorer(Given.Options with { Backend = backend }, _ => Task.FromResult(new IsolationVerdict(available, backend, "", [], available ? null : "not here", [])));
        return scorer.ScoreAsync(spec, (file, cancel) => File.WriteAllTextAsync(file, truth, cancel), Answers, CancellationToken.None);
    }
}
