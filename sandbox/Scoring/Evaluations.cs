using System.Security.Cryptography;
using System.Text;

namespace Plinth.Sandbox.Scoring;

/// <summary>Scores answers against the truth, with intervals.</summary>
internal static class Evaluations
{
    private static readonly string[] Metrics = ["macro_f1", "accuracy"];

    /// <param name="seed">Text that the bootstrap's random numbers begin from: the same one gives the same interval.</param>
    public static IEnumerable<Evaluation> Of(string split, IReadOnlyDictionary<string, string> truth, Func<string, string> predicted, string seed)
    {
        var confusion = Confusion.Of(truth.Select(pair => (pair.Value, predicted(pair.Key))));
        foreach (var metric in Metrics)
        {
            var (low, high) = confusion.Interval(metric, BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{split}:{metric}"))) & int.MaxValue);
            yield return new(split, metric, confusion.Score(metric), confusion.Rows, low, high);
        }
    }
}
