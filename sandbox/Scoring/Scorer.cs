using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox.Scoring;

/// <summary>Scores a file of answers against a file of truth, both written by us. Knows nothing of submissions, scenarios or the lake: it runs in a process that sees these two files alone.</summary>
/// <remarks>
/// CSV with a header; columns by place. Truth: <c>key, value[, group]</c>; of shapes <c>key, label, shape</c>; of alarms <c>key, from, until</c> in seconds.
/// Answers: <c>key, value[, confidence]</c>; of shapes <c>key, label, confidence, shape</c>; of alarms <c>key, at</c>. With a group column each metric is reported for
/// all rows and for each group, as <c>mae[15]</c>.
/// </remarks>
internal static class Scorer
{
    /// <exception cref="InvalidDataException">The files do not fit together: a fault of ours, since both were checked before.</exception>
    public static ImmutableArray<Evaluation> Score(ScoreSpec spec, byte[] truth, byte[] answers) => spec.Kind switch
    {
        _ when spec.Sql is not null => SqlScorer.Score(spec, truth, answers),
        AnswerKind.Shape => Evaluate(spec, "", Shapes(truth, answers)),
        AnswerKind.Alarm => Evaluate(spec, "", AlarmsOf(truth, answers)),
        _ => Rows(spec, JoinedRows.Read(truth, answers, spec.Kind == AnswerKind.Label)),
    };

    private static ImmutableArray<Evaluation> Rows(ScoreSpec spec, JoinedRows rows)
    {
        var scores = ImmutableArray.CreateBuilder<Evaluation>();
        scores.AddRange(RowsOf(spec, "", rows));
        if (rows.Groups.Count > 1)
            foreach (var group in rows.Groups)
                scores.AddRange(RowsOf(spec, $"[{group}]", rows.Of(group)));
        return scores.ToImmutable();
    }

    private static IEnumerable<Evaluation> RowsOf(ScoreSpec spec, string suffix, JoinedRows rows)
    {
        if (spec.Kind == AnswerKind.Number)
            return Evaluate(spec, suffix, new Numbers(rows.TruthNumbers, rows.AnswerNumbers));
        if (spec.Kind == AnswerKind.Rank)
            return Evaluate(spec, suffix, new Ranking([.. rows.TruthNumbers.Select(value => value > 0)], rows.AnswerNumbers));
        var confusion = rows.ToConfusion();
        var coverage = spec.Metrics.Any(name => MetricName.Find(name)?.Family == "coverage_at_") ? new Coverage(rows.Right, rows.Confidence) : null;
        return spec.Metrics.Select(name =>
        {
            var metric = MetricName.Find(name)!.Value;
            if (metric.Family == "coverage_at_")
                return One(spec, name + suffix, metric, coverage!);
            var (low, high) = confusion.Interval(name, spec.SeedOf(name + suffix));
            return new Evaluation(spec.Split, name + suffix, confusion.Score(name), confusion.Rows, low, high);
        });
    }

    private static ImmutableArray<Evaluation> Evaluate(ScoreSpec spec, string suffix, ISample sample) =>
        [.. spec.Metrics.Select(name => One(spec, name + suffix, MetricName.Find(name)!.Value, sample))];

    private static Evaluation One(ScoreSpec spec, string name, MetricName metric, ISample sample)
    {
        var (low, high) = Bootstrap.Interval(sample, metric, spec.SeedOf(name));
        return new(spec.Split, name, sample.Score(metric, []), sample.Rows, low, high);
    }

    private static Detections Shapes(byte[] truth, byte[] answers) => new(
        Records(truth, 3).Select(f => (f[0], f[1], Shape.Parse(f[2]) ?? throw new InvalidDataException("A true shape is no box and no polygon."))),
        Records(answers, 4).Select(f => (f[0], f[1], Number(f[2]), Shape.Parse(f[3]) ?? throw new InvalidDataException("A shape of the answers is no box and no polygon."))));

    private static Alarms AlarmsOf(byte[] truth, byte[] answers) => new(
        Records(truth, 3).Select(f => (f[0], Number(f[1]), Number(f[2]))), Records(answers, 2).Select(f => (f[0], Number(f[1]))));

    private static IEnumerable<List<string>> Records(byte[] csv, int width) =>
        CsvText.Read(Encoding.UTF8.GetString(csv)).Skip(1).Select(r => r.Fields.Count == width ? r.Fields : throw new InvalidDataException($"Line {r.Line} has not {width} fields."));

    internal static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
