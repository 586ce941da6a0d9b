using System.Diagnostics;
using System.Globalization;
using System.Text;
using Plinth.Sandbox;
using Plinth.Sandbox.Scoring;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Benchmarks.Sandbox;

/// <summary>How long ten million answers take to score with intervals: in the process that scores, inside the isolation, start and hand-over included. Beside it, in the same run, the same metric by DuckDB's SQL over the same files in the same place, without an interval.</summary>
internal static class ScoreTimes
{
    private const int Rows = 10_000_000;

    public static async Task RunAsync()
    {
        var options = new SandboxOptions { RunId = "benchmark", CodeVersion = "benchmark" };
        var scorer = new IsolatedScorer(options, _ => Task.FromResult(new IsolationVerdict(true, options.Backend, "", [], null, [])));
        Console.WriteLine("what                                    seconds");
        foreach (var (kind, metric, sql) in new[]
        {
            (AnswerKind.Number, "mae", "SELECT avg(abs(t.value - a.value)) AS mae FROM truth t JOIN answer a USING (key)"),
            (AnswerKind.Label, "accuracy", "SELECT avg((t.value = a.value)::DOUBLE) AS accuracy FROM truth t JOIN answer a USING (key)"),
        })
        {
            var (truth, answers) = (Csv(kind, 1), Csv(kind, 2));
            for (var round = 0; round < 3; round++)
            {
                await TimeAsync($"{kind} {metric}", new("hidden", kind, [metric], "s"));
                await TimeAsync($"{kind} {metric}, DuckDB", new("hidden", kind, [metric], "s") { Sql = sql });
            }
            async Task TimeAsync(string what, ScoreSpec spec)
            {
                var clock = Stopwatch.StartNew();
                var scores = await scorer.ScoreAsync(spec, (file, cancel) => File.WriteAllBytesAsync(file, truth, cancel), answers, CancellationToken.None);
                Console.WriteLine(FormattableString.Invariant($"{what,-38}{clock.Elapsed.TotalSeconds,9:0.00}   {scores[0].Score:R}"));
            }
        }
    }

    private static byte[] Csv(AnswerKind kind, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder("key,value\n", Rows * 20);
        for (var i = 0; i < Rows; i++)
            text.Append(CultureInfo.InvariantCulture, $"k{i:00000000},{(kind == AnswerKind.Label ? "label-" + random.Next(12) : (random.Next(1000) / 10.0).ToString(CultureInfo.InvariantCulture))}\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
