using System.Globalization;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox.Scoring;

/// <summary>The file that answers a scenario: its columns, how a row of it is read, and how it is written anew with no more digits than mean something.</summary>
/// <param name="decimals">Kept of a confidence; null for none of it.</param>
internal sealed class AnswerFormat(Scenario scenario, int? decimals = 3)
{
    private const double Largest = 1e15;
    private readonly AnswerKind _kind = scenario.Kind;

    /// <summary>Whether each key has exactly one row.</summary>
    public bool OneARow => _kind is AnswerKind.Label or AnswerKind.Number or AnswerKind.Rank;

    /// <summary>The header as we write it.</summary>
    public string Header => string.Join(',', Headers[^1].Select(CsvText.Quote));

    /// <summary>Null when the header is good.</summary>
    public string? Fault(List<string> header) =>
        Headers.Any(header.SequenceEqual) ? null : $"the header must be {string.Join(" or ", Headers.Select(columns => $"'{string.Join(',', columns)}'"))}";

    private string[][] Headers => _kind switch
    {
        AnswerKind.Label => [[scenario.Key, scenario.Label], [scenario.Key, scenario.Label, "confidence"]],
        AnswerKind.Shape => [[scenario.Key, scenario.Label, "confidence", scenario.Shape!]],
        AnswerKind.Alarm => [[scenario.Key, "at"]],
        _ => [[scenario.Key, scenario.Label]],
    };

    /// <summary>A row, or what is wrong with it.</summary>
    /// <param name="fields">As many as the header has; the key was looked at.</param>
    public (ReleasedRow? Row, string? Fault) Read(List<string> fields, IReadOnlySet<string> labels)
    {
        if (_kind == AnswerKind.Alarm)
            return Number(fields[1]) is { } at ? (new(fields[0], Math.Round(at, 3).ToString("R", CultureInfo.InvariantCulture), null), null) : (null, "has a time that is not a number of seconds");
        if (_kind is AnswerKind.Number or AnswerKind.Rank)
            return Number(fields[1]) is { } number ? (new(fields[0], Digits(number, 6), null), null) : (null, "has a value that is not a number");
        if (!labels.Contains(fields[1]))
            return (null, "has a label that does not occur in train.csv");
        double? confidence = null;
        if (fields.Count > 2 && (fields[2].Length > 0 || _kind == AnswerKind.Shape) && !TryConfidence(fields[2], out confidence))
            return (null, "has a confidence that is not a number from 0 to 1");
        if (_kind == AnswerKind.Label)
            return (new(fields[0], fields[1], confidence), null);
        return Shaped(fields[3]) is { } shape ? (new(fields[0], fields[1], confidence) { Shape = shape }, null)
            : (null, "has a shape that is neither a box 'left top right bottom' nor a ring 'x y x y x y' with an area that does not cut itself");
    }

    /// <summary>Nothing of the submission's own bytes: numbers as we write them.</summary>
    public string Line(ReleasedRow row) => _kind switch
    {
        AnswerKind.Label => $"{CsvText.Quote(row.Key)},{CsvText.Quote(row.Value)},{row.Confidence?.ToString("R", CultureInfo.InvariantCulture)}",
        AnswerKind.Shape => $"{CsvText.Quote(row.Key)},{CsvText.Quote(row.Value)},{row.Confidence?.ToString("R", CultureInfo.InvariantCulture)},{row.Shape}",
        _ => $"{CsvText.Quote(row.Key)},{row.Value}",
    };

    private static string? Shaped(string text)
    {
        if (Metrics.Shape.Parse(text) is null)
            return null;
        var rounded = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Digits(double.Parse(word, NumberStyles.Float, CultureInfo.InvariantCulture), 7)));
        return Metrics.Shape.Parse(rounded) is null ? null : rounded;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) <= Largest ? value : null; // NaN is not either

    /// <summary>A measure has no more digits that mean something; the others would carry anything out.</summary>
    private static string Digits(double value, int digits) =>
        double.Parse(value.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);

    private bool TryConfidence(string text, out double? confidence)
    {
        var good = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1; // NaN is neither
        confidence = good && decimals is { } kept ? Math.Round(value, kept) : null; // see EgressRules: a row may carry only so much
        return good;
    }
}
