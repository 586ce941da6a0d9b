using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Plinth.Sandbox;
using Plinth.Sandbox.Scoring;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Tests.Scoring;

/// <summary>Each metric on random answers, beside scikit-learn (or, where that has none, numpy and shapely) in a process of its own.</summary>
public sealed class MetricsTests
{
    private static readonly Random Dice = new(20260115);

    [Fact]
    public async Task Every_metric_agrees_with_an_independent_implementation_on_random_answers()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/sklearn") && Directory.Exists("/usr/lib/python3/dist-packages/shapely"),
            "python3-sklearn or python3-shapely is not installed; tools/setup.sh --tests installs them");
        var cases = Enumerable.Range(0, 12).SelectMany(_ => Labels().Concat(Numbers()).Concat(Ranked()).Concat(Shapes()).Concat(Alarms())).ToList();
        var theirs = await PeerAsync(cases.Select(c => c.Json));
        theirs.Should().HaveSameCount(cases);
        var compared = new HashSet<string>();
        foreach (var ((name, ours, json), peer) in cases.Zip(theirs))
        {
            ours.Should().BeApproximately(peer, 1e-9 * Math.Max(1, Math.Abs(peer)), $"{name} of {json[..Math.Min(300, json.Length)]}");
            compared.Add(name);
        }
        compared.Should().HaveCount(14);
    }

    [Fact]
    public void A_metric_has_a_direction_and_a_number_within_its_range_or_is_not_known()
    {
        MetricName.Find("precision_at_100").Should().Be(new MetricName("precision_at_", AnswerKind.Rank, 100, true));
        MetricName.Find("mae[15]")!.Value.HigherIsBetter.Should().BeFalse();
        new[] { "map_0", "map_100", "map_5x", "precision_at_", "f1", "auc_1" }.Should().OnlyContain(name => MetricName.Find(name) == null);
    }

    [Fact]
    public void A_shape_that_is_none_is_not_taken()
    {
        new[] { "", "1 2 3", "3 3 1 1", "0 0 1 1 0 1 1 0", "0 0 1 1 2 2", "0 0 NaN 1", "0 0 1e300 1", "a b c d" }.Should().OnlyContain(text => Shape.Parse(text) == null);
        Shape.Parse("0 0 2 2")!.Overlap(Shape.Parse("1 0 3 0 3 2 1 2")!).Should().BeApproximately(1.0 / 3, 1e-12);
    }

    [Fact]
    public void Every_interval_holds_the_score_and_narrows_with_more_rows()
    {
        static Evaluation Score(int rows)
        {
            var random = new Random(5);
            var lines = Enumerable.Range(0, rows).Select(i => (Key: $"{i:000000}", Truth: random.NextDouble() * 50, Error: random.NextDouble() * 4)).ToList();
            return Scorer.Score(new("hidden", AnswerKind.Number, ["mae"], "s"), Csv("k,v", lines.Select(l => $"{l.Key},{l.Truth:R}")), Csv("k,v", lines.Select(l => $"{l.Key},{l.Truth + l.Error:R}"))).Single();
        }
        var (few, many) = (Score(200), Score(20_000));
        foreach (var score in new[] { few, many })
            (score.Low < score.Score && score.Score < score.High).Should().BeTrue();
        few.Score.Should().BeApproximately(2, 0.3);
        // errors are uniform from 0 to 4: standard error 1.155 / sqrt(n)
        (few.High - few.Low).Should().BeApproximately(2 * 1.96 * 1.155 / Math.Sqrt(200), 0.06);
        (many.High - many.Low).Should().BeApproximately(2 * 1.96 * 1.155 / Math.Sqrt(20_000), 0.004);
    }

    [Fact]
    public void Scores_are_given_for_all_rows_and_for_each_group_and_the_order_of_rows_does_not_matter()
    {
        byte[] truth = Csv("k,v,g", ["a,1,15", "b,2,15", "c,3,30", "d,4,60"]), answers = Csv("k,v", ["a,1", "b,3", "c,1", "d,4"]), shuffled = Csv("k,v", ["d,4", "b,3", "a,1", "c,1"]);
        var spec = new ScoreSpec("public", AnswerKind.Number, ["mae"], "s");
        Scorer.Score(spec, truth, answers).Select(s => (s.Metric, s.Score)).Should().Equal(("mae", 0.75), ("mae[15]", 0.5), ("mae[30]", 2), ("mae[60]", 0));
        Scorer.Score(spec, truth, shuffled).Should().Equal(Scorer.Score(spec, truth, answers));
        FluentActions.Invoking(() => Scorer.Score(spec, truth, Csv("k,v", ["a,1", "b,3", "c,1"]))).Should().Throw<InvalidDataException>();
        foreach (var more in new[] { Csv("k,v", ["a,1", "b,3", "bb,9", "c,1", "d,4", "e,1"]), Csv("k,v", ["e,1", "d,4", "b,3", "a,1", "c,1"]) })
            Scorer.Score(spec, truth, more).Should().Equal(Scorer.Score(spec, truth, answers), "an answer whose truth is not known counts for nothing");
    }

    [Fact]
    public void A_scenarios_own_sql_gives_the_scores_and_reads_no_file()
    {
        byte[] truth = Csv("k,v", ["a,1", "b,0"]), answers = Csv("k,v,confidence", ["a,1,0.5", "b,1,0.5"]);
        var spec = new ScoreSpec("public", AnswerKind.Label, ["cost"], "s") { Sql = "SELECT sum(CASE WHEN t.v = a.v THEN 0 WHEN t.v = 1 THEN 10 ELSE 1 END) AS cost, avg(confidence) AS sure FROM truth t JOIN answer a USING (k)" };
        Scorer.Score(spec, truth, answers).Select(s => (s.Metric, s.Score, s.Rows)).Should().Equal(("cost", 1, 2), ("sure", 0.5, 2));
        FluentActions.Invoking(() => Scorer.Score(spec with { Sql = "SELECT count(*) FROM read_text('/etc/passwd')" }, truth, answers)).Should().Throw<Exception>().WithMessage("*disabled*");
        FluentActions.Invoking(() => Scorer.Score(spec with { Sql = "SELECT k FROM truth" }, truth, answers)).Should().Throw<InvalidDataException>().WithMessage("*2 rows*");
    }

    private static IEnumerable<(string Name, double Ours, string Json)> Labels()
    {
        var rows = Dice.Next(20, 200);
        string Label() => "abcdefg"[Dice.Next(7)].ToString();
        var truth = Enumerable.Range(0, rows).Select(_ => Label()).ToList();
        var answer = truth.Select(t => Dice.NextDouble() < 0.6 ? t : Label()).ToList();
        var confidence = truth.Zip(answer, (t, a) => Math.Round((t == a ? 0.4 : 0) + Dice.NextDouble() * 0.6, 2)).ToList();
        var scores = Score(AnswerKind.Label, ["accuracy", "macro_f1", "coverage_at_85"], truth, answer, confidence);
        foreach (var (name, ours) in scores)
            yield return (name, ours, JsonSerializer.Serialize(new { metric = name, truth, answer, confidence, k = 85 }));
    }

    private static IEnumerable<(string Name, double Ours, string Json)> Numbers()
    {
        var rows = Dice.Next(3, 5000);
        var truth = Enumerable.Range(0, rows).Select(i => i % 97 == 5 ? 0.0 : Dice.NextDouble() * 70).ToList();
        var answer = truth.Select(t => t + Dice.NextDouble() * 20 - 10).ToList();
        foreach (var (name, ours) in Score(AnswerKind.Number, ["mae", "rmse", "mape"], truth, answer))
            yield return (name, ours, JsonSerializer.Serialize(new { metric = name, truth, answer }));
    }

    private static IEnumerable<(string Name, double Ours, string Json)> Ranked()
    {
        var rows = Dice.Next(30, 300);
        var truth = Enumerable.Range(0, rows).Select(i => i < 2 || Dice.NextDouble() < 0.3 ? 1 : 0).ToList();
        truth[^1] = 0;
        var ties = truth.Select(t => Math.Round(t * 0.3 + Dice.NextDouble(), 1)).ToList();
        foreach (var (name, ours) in Score(AnswerKind.Rank, ["auc"], truth, ties))
            yield return (name, ours, JsonSerializer.Serialize(new { metric = name, truth, score = ties }));
        var distinct = truth.Select((t, i) => t * 0.3 + Dice.NextDouble() + i * 1e-9).ToList();
        foreach (var (name, ours) in Score(AnswerKind.Rank, ["precision_at_20", "recall_at_20"], truth, distinct))
            yield return (name, ours, JsonSerializer.Serialize(new { metric = name, truth, score = distinct, k = 20 }));
    }

    private static IEnumerable<(string Name, double Ours, string Json)> Shapes()
    {
        string Shape()
        {
            double x = Dice.Next(20), y = Dice.Next(20), w = 2 + Dice.NextDouble() * 10, h = 2 + Dice.NextDouble() * 10;
            return Dice.Next(2) == 0 ? Text(x, y, x + w, y + h) : Text(x, y, x + w, y + h / 3, x + w / 2, y + h, x + w / 3, y + h / 2);
        }
        string Near(string shape) => Text([.. shape.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture) + (Dice.NextDouble() - 0.5) * 0.8)]);
        var truth = Enumerable.Range(0, 25).Select(_ => (Key: $"p{Dice.Next(6)}", Label: "ab"[Dice.Next(2)].ToString(), Shape: Shape())).ToList();
        var found = truth.Where(_ => Dice.NextDouble() < 0.8).Select(t => (t.Key, t.Label, Confidence: Dice.NextDouble(), Shape: Near(t.Shape)))
            .Concat(Enumerable.Range(0, 8).Select(_ => ($"p{Dice.Next(6)}", "abc"[Dice.Next(3)].ToString(), Dice.NextDouble(), Shape()))).Where(f => Sandbox.Scoring.Metrics.Shape.Parse(f.Item4) is not null).ToList();
        var scores = Scorer.Score(new("public", AnswerKind.Shape, ["map_50", "map_75"], "s"), Csv("k,l,s", truth.Select(t => $"{t.Key},{t.Label},{t.Shape}")), Csv("k,l,c,s", found.Select(f => $"{f.Item1},{f.Item2},{f.Item3:R},{f.Item4}")));
        foreach (var score in scores)
            yield return (score.Metric, score.Score, JsonSerializer.Serialize(new { metric = score.Metric, k = int.Parse(score.Metric[4..], CultureInfo.InvariantCulture), truth = truth.Select(t => new object[] { t.Key, t.Label, t.Shape }), found = found.Select(f => new object[] { f.Item1, f.Item2, f.Item3, f.Item4 }) }));
        var (a, b) = (Shape(), Shape());
        yield return ("overlap", Sandbox.Scoring.Metrics.Shape.Parse(a)!.Overlap(Sandbox.Scoring.Metrics.Shape.Parse(b)!), JsonSerializer.Serialize(new { metric = "overlap", a, b }));
    }

    private static IEnumerable<(string Name, double Ours, string Json)> Alarms()
    {
        var events = Enumerable.Range(0, 30).Select(i => (Key: $"s{i % 5}", From: i * 100.0 + Dice.Next(50), Length: 10.0 + Dice.Next(60))).ToList();
        var alarms = Enumerable.Range(0, 60).Select(_ => (Key: $"s{Dice.Next(6)}", At: Math.Round(Dice.NextDouble() * 3200, 1))).ToList();
        var scores = Scorer.Score(new("public", AnswerKind.Alarm, ["detection_delay", "false_alarms"], "s"), Csv("k,f,u", events.Select(e => $"{e.Key},{e.From:R},{e.From + e.Length:R}")), Csv("k,a", alarms.Select(a => $"{a.Key},{a.At:R}")));
        foreach (var score in scores)
            yield return (score.Metric, score.Score, JsonSerializer.Serialize(new { metric = score.Metric, events = events.Select(e => new object[] { e.Key, e.From, e.From + e.Length }), alarms = alarms.Select(a => new object[] { a.Key, a.At }) }));
    }

    private static IEnumerable<(string, double)> Score<T>(AnswerKind kind, string[] metrics, List<T> truth, List<T> answer, List<double>? confidence = null) =>
        Score(kind, metrics, truth.ConvertAll(t => Convert.ToString(t, CultureInfo.InvariantCulture)!), answer.ConvertAll(a => Convert.ToString(a, CultureInfo.InvariantCulture)!), confidence);

    private static IEnumerable<(string, double)> Score(AnswerKind kind, string[] metrics, List<int> truth, List<double> scores) =>
        Score(kind, metrics, truth.ConvertAll(t => t.ToString(CultureInfo.InvariantCulture)), scores.ConvertAll(s => s.ToString("R", CultureInfo.InvariantCulture)), null);

    private static IEnumerable<(string, double)> Score(AnswerKind kind, string[] metrics, List<string> truth, List<string> answer, List<double>? confidence) =>
        Scorer.Score(new("public", kind, [.. metrics], "s"), Csv("k,v", truth.Select((t, i) => $"{i:00000},{t}")),
            Csv("k,v,c", answer.Select((a, i) => $"{i:00000},{a},{confidence?[i].ToString("R", CultureInfo.InvariantCulture)}"))).Select(s => (s.Metric, s.Score));

    private static string Text(params double[] numbers) => string.Join(' ', numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture)));

    private static byte[] Csv(string header, IEnumerable<string> lines) => Encoding.UTF8.GetBytes(header + "\n" + string.Concat(lines.Select(line => line + "\n")));

    private static async Task<List<double>> PeerAsync(IEnumerable<string> lines)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { ArgumentList = { "-s", Path.Combine(Repository.Root, "tests", "sandbox", "Scoring", "peer.py") }, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        foreach (var line in lines)
            await process.StandardInput.WriteLineAsync(line);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, await error);
        return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }
}
