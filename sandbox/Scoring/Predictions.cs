using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Plinth.Sandbox.Scoring;

/// <summary>A submission's output, parsed and checked. Only this leaves a run: what is stored and scored is written anew from it.</summary>
internal sealed class Predictions
{
    private static readonly Egress.EgressRules Rules = new();
    private readonly SortedDictionary<string, (string Label, double? Confidence)> _rows = new(StringComparer.Ordinal);
    private readonly int? _decimals;

    private Predictions(int labels) => _decimals = Rules.ConfidenceDecimals(labels);

    public int Count => _rows.Count;

    public string this[string key] => _rows[key].Label;

    public ImmutableArray<ReleasedRow> Rows => [.. _rows.Select(row => new ReleasedRow(row.Key, row.Value.Label, row.Value.Confidence))];

    /// <summary>Checks an output against the keys asked for and the labels known.</summary>
    /// <param name="explain">Whether lines may be named: on hidden rows a fault is counted only, since what and where is a way to carry data out.</param>
    /// <returns>The predictions, or what is wrong; never both.</returns>
    public static (Predictions? Predictions, string? Fault) Check(byte[] csv, Scenario scenario, IReadOnlySet<string> keys, IReadOnlySet<string> labels, bool explain)
    {
        var faults = new SortedDictionary<string, (int Count, int Line)>(StringComparer.Ordinal);
        void Fault(string what, int line) => faults[what] = faults.TryGetValue(what, out var seen) ? (seen.Count + 1, seen.Line) : (1, line);
        if (Rules.TooManyLabels(labels.Count))
            return (null, FormattableString.Invariant($"a row would carry more than {Rules.RowBits} bits: there are {labels.Count} labels"));
        var predictions = new Predictions(labels.Count);
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(csv).TrimStart('\uFEFF');
            using var records = CsvText.Read(text).GetEnumerator();
            if (!records.MoveNext())
                return (null, "the file is empty");
            var header = records.Current.Fields;
            var hasConfidence = header.Count == 3 && header[2] == "confidence";
            if (header.Count < 2 || header[0] != scenario.Key || header[1] != scenario.Label || (header.Count != 2 && !hasConfidence))
                return (null, $"the header must be '{scenario.Key},{scenario.Label}' or '{scenario.Key},{scenario.Label},confidence'");
            while (records.MoveNext())
                predictions.Take(records.Current.Fields, records.Current.Line, header.Count, keys, labels, Fault);
        }
        catch (FormatException e)
        {
            return (null, explain ? e.Message : "it is not sound CSV");
        }
        catch (DecoderFallbackException)
        {
            return (null, "it is not UTF-8");
        }
        if (keys.Count(key => !predictions._rows.ContainsKey(key)) is var missing and > 0 && faults.Count == 0)
            Fault($"{missing.ToString(CultureInfo.InvariantCulture)} of {keys.Count.ToString(CultureInfo.InvariantCulture)} keys have no row", 0);
        if (faults.Count == 0)
            return (predictions, null);
        return (null, string.Join("; ", faults.Select(fault => Describe(fault.Key, fault.Value.Count, explain ? fault.Value.Line : 0))));
    }

    /// <summary>The canonical form: in order of key, numbers as shortest round-trip text, nothing of the submission's own bytes.</summary>
    public byte[] ToCsv(Scenario scenario)
    {
        var text = new StringBuilder($"{scenario.Key},{scenario.Label},confidence\n");
        foreach (var (key, (label, confidence)) in _rows)
            text.Append(CsvText.Quote(key)).Append(',').Append(CsvText.Quote(label)).Append(',').Append(confidence?.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void Take(List<string> fields, int line, int width, IReadOnlySet<string> keys, IReadOnlySet<string> labels, Action<string, int> fault)
    {
        double? confidence = null;
        if (fields.Count != width)
            fault($"has not {width} fields", line);
        else if (!keys.Contains(fields[0]))
            fault("has a key that was not asked for", line);
        else if (_rows.ContainsKey(fields[0]))
            fault("repeats a key", line);
        else if (!labels.Contains(fields[1]))
            fault("has a label that does not occur in train.csv", line);
        else if (width == 3 && fields[2].Length > 0 && !TryConfidence(fields[2], out confidence))
            fault("has a confidence that is not a number from 0 to 1", line);
        else
            _rows.Add(fields[0], (fields[1], confidence));
    }

    private bool TryConfidence(string text, out double? confidence)
    {
        var good = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1; // NaN is neither
        confidence = good && _decimals is { } decimals ? Math.Round(value, decimals) : null;
        return good;
    }

    private static string Describe(string what, int count, int line) => (what.Contains("keys have no row", StringComparison.Ordinal), line) switch
    {
        (true, _) => what,
        (_, 0) => string.Create(CultureInfo.InvariantCulture, $"{count} rows: each {what}"),
        (_, _) when count == 1 => string.Create(CultureInfo.InvariantCulture, $"line {line} {what}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"line {line} {what} (and {count - 1} more such lines)"),
    };
}
