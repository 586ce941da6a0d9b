using System.Globalization;
using System.Text;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox.Scoring;

/// <summary>The answer without any thought, which each submission stands beside: the training rows' most frequent label or median, equal scores for all, nothing found.</summary>
internal static class Trivial
{
    public static string Words(AnswerKind kind) => kind switch
    {
        AnswerKind.Label => "most frequent label",
        AnswerKind.Number => "median of the training rows",
        AnswerKind.Rank => "the same score for all",
        AnswerKind.Shape => "nothing found",
        _ => "no alarm",
    };

    /// <summary>The value that it gives each key; empty where it gives none a row.</summary>
    /// <param name="training">True values of the training rows, at least one.</param>
    public static string Value(AnswerKind kind, IReadOnlyList<string> training) => kind switch
    {
        AnswerKind.Label => training.CountBy(label => label).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).First().Key,
        AnswerKind.Number => training.Select(Scorer.Number).Order().ElementAt(training.Count / 2).ToString("R", CultureInfo.InvariantCulture),
        AnswerKind.Rank => "0",
        _ => "",
    };

    /// <summary>As a file of answers to the keys of a file of truth.</summary>
    public static byte[] Answers(Scenario scenario, byte[] truth, string value)
    {
        var format = new AnswerFormat(scenario);
        var text = new StringBuilder(format.Header).Append('\n');
        if (format.OneARow)
            foreach (var (_, fields) in CsvText.Read(Encoding.UTF8.GetString(truth)).Skip(1))
                text.Append(format.Line(new(fields[0], value, null))).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
