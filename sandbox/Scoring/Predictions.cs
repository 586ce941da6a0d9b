using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox.Scoring;

/// <summary>A submission's output, parsed and checked. Only this leaves a run: what is stored and scored is written anew from it.</summary>
internal sealed class Predictions
{
    private static readonly Egress.EgressRules Rules = new();
    /// <summary>Rows that one key may have where it may have any number.</summary>
    internal const int MostOfAKey = 1000;
    private readonly List<ReleasedRow> _rows = [];
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);

    private Predictions() { }

    public int Count => _rows.Count;

    public ImmutableArray<ReleasedRow> Rows => [.. _rows];

    /// <summary>Checks an output against the keys asked for and the labels known.</summary>
    /// <param name="explain">Whether lines may be named: on hidden rows a fault is counted only, since what and where is a way to carry data out.</param>
    /// <returns>The predictions, or what is wrong; never both.</returns>
    public static (Predictions? Predictions, string? Fault) Check(byte[] csv, Scenario scenario, IReadOnlySet<string> keys, IReadOnlySet<string> labels, bool explain)
    {
        var faults = new SortedDictionary<string, (int Count, int Line)>(StringComparer.Ordinal);
        void Fault(string what, int line) => faults[what] = faults.TryGetValue(what, out var seen) ? (seen.Count + 1, seen.Line) : (1, line);
        if (scenario.Kind is AnswerKind.Label or AnswerKind.Shape && Rules.TooManyLabels(labels.Count))
            return (null, FormattableString.Invariant($"a row would carry more than {Rules.RowBits} bits: there are {labels.Count} labels"));
        var predictions = new Predictions();
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(csv).TrimStart('\uFEFF');
            using var records = CsvText.Read(text).GetEnumerator();
            if (!records.MoveNext())
                return (null, "the file is empty");
            var format = new AnswerFormat(scenario, Rules.ConfidenceDecimals(labels.Count));
            var header = records.Current.Fields;
            if (format.Fault(header) is { } wrong)
                return (null, wrong);
            while (records.MoveNext())
                predictions.Take(format, records.Current.Fields, records.Current.Line, header.Count, keys, labels, Fault);
            predictions.Sort();
            if (format.OneARow && faults.Count == 0 && keys.Count - predictions.Count is var missing and > 0)
                Fault(string.Create(CultureInfo.InvariantCulture, $"{missing} of {keys.Count} keys have no row"), 0);
        }
        catch (FormatException e)
        {
            return (null, explain ? e.Message : "it is not sound CSV");
        }
        catch (DecoderFallbackException)
        {
            return (null, "it is not UTF-8");
        }
        if (faults.Count == 0)
            return (predictions, null);
        return (null, string.Join("; ", faults.Select(fault => Describe(fault.Key, fault.Value.Count, explain ? fault.Value.Line : 0))));
    }

    /// <summary>The canonical form: in order of key, numbers as shortest round-trip text, nothing of the submission's own bytes.</summary>
    public byte[] ToCsv(Scenario scenario)
    {
        var format = new AnswerFormat(scenario);
        var text = new StringBuilder(format.Header).Append('\n');
        foreach (var row in _rows)
            text.Append(format.Line(row)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void Take(AnswerFormat format, List<string> fields, int line, int width, IReadOnlySet<string> keys, IReadOnlySet<string> labels, Action<string, int> fault)
    {
        if (fields.Count != width)
            fault($"has not {width} fields", line);
        else if (!keys.Contains(fields[0]))
            fault("has a key that was not asked for", line);
        else if (_seen.GetValueOrDefault(fields[0]) is var seen && format.OneARow && seen > 0)
            fault("repeats a key", line);
        else if (seen >= MostOfAKey)
            fault(string.Create(CultureInfo.InvariantCulture, $"is beyond the {MostOfAKey} rows that a key may have"), line);
        else if (format.Read(fields, labels) is { Row: { } row })
        {
            _rows.Add(row);
            _seen[fields[0]] = seen + 1;
        }
        else
            fault(format.Read(fields, labels).Fault!, line);
    }

    /// <summary>In order of key; where a key has several rows, in an order that does not hang on how they were written.</summary>
    private void Sort()
    {
        var sorted = true;
        for (var i = 1; i < _rows.Count && sorted; i++)
            sorted = string.CompareOrdinal(_rows[i - 1].Key, _rows[i].Key) < 0;
        if (!sorted)
            _rows.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key) is var key and not 0 ? key : Nullable.Compare(b.Confidence, a.Confidence) is var sure and not 0 ? sure
                : string.CompareOrdinal(a.Value, b.Value) is var value and not 0 ? value : string.CompareOrdinal(a.Shape, b.Shape));
    }

    private static string Describe(string what, int count, int line) => (what.Contains("keys have no row", StringComparison.Ordinal), line) switch
    {
        (true, _) => what,
        (_, 0) => string.Create(CultureInfo.InvariantCulture, $"{count} rows: each {what}"),
        (_, _) when count == 1 => string.Create(CultureInfo.InvariantCulture, $"line {line} {what}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"line {line} {what} (and {count - 1} more such lines)"),
    };
}
