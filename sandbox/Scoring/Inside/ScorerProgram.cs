using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plinth.Sandbox.Scoring.Inside;

/// <summary>The process that scores: sees <c>/in</c> with the specification, the truth and the checked answers, writes <c>/out/scores.json</c>, and has no other file, no network and no submission's code beside it.</summary>
internal static class ScorerProgram
{
    internal const string Specification = "spec.json", Truth = "truth.csv", Answers = "answers.csv", Scores = "scores.json";

    /// <summary>An interval may have no value, e.g. of a label that hardly occurs.</summary>
    internal static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <param name="arguments">Folder to read, folder to write.</param>
    /// <returns>0 scored, 1 the files do not fit together; the reason is on standard error, which operators see.</returns>
    public static int Main(string[] arguments)
    {
        try
        {
            var (from, to) = (arguments[0], arguments[1]);
            var spec = JsonSerializer.Deserialize<ScoreSpec>(File.ReadAllBytes(Path.Combine(from, Specification)))!;
            var (truth, answers) = (Path.Combine(from, Truth), Path.Combine(from, Answers));
            var scores = spec.Sql is not null ? SqlScorer.Score(spec, truth, answers) : Scorer.Score(spec, File.ReadAllBytes(truth), File.ReadAllBytes(answers));
            File.WriteAllBytes(Path.Combine(to, Scores), JsonSerializer.SerializeToUtf8Bytes(scores, Json));
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
