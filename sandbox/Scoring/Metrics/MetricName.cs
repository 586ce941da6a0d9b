using System.Globalization;

namespace Plinth.Sandbox.Scoring.Metrics;

/// <summary>What kind of answer a scenario asks for; each kind has its metrics.</summary>
internal enum AnswerKind
{
    /// <summary>One of the labels of the training rows, with a confidence if the algorithm likes.</summary>
    Label,
    /// <summary>A number.</summary>
    Number,
    /// <summary>A score: the higher, the more likely is the row a positive one (truth 1, otherwise 0).</summary>
    Rank,
    /// <summary>Shapes in a picture: any number a key, each with a label, a confidence and a box or polygon.</summary>
    Shape,
    /// <summary>Times at which something was noticed: any number a key.</summary>
    Alarm,
}

/// <summary>A metric by its name, e.g. <c>macro_f1</c>, <c>precision_at_100</c>, <c>map_50</c>.</summary>
/// <param name="Parameter">The number in the name: k, percent of accuracy, percent of overlap; 0 where there is none.</param>
internal readonly record struct MetricName(string Family, AnswerKind Kind, int Parameter, bool HigherIsBetter)
{
    private static readonly (string Family, AnswerKind Kind, bool Higher, int From, int To)[] Known =
    [
        ("macro_f1", AnswerKind.Label, true, 0, 0), ("accuracy", AnswerKind.Label, true, 0, 0), ("coverage_at_", AnswerKind.Label, true, 1, 100),
        ("mae", AnswerKind.Number, false, 0, 0), ("rmse", AnswerKind.Number, false, 0, 0), ("mape", AnswerKind.Number, false, 0, 0),
        ("auc", AnswerKind.Rank, true, 0, 0), ("precision_at_", AnswerKind.Rank, true, 1, 1_000_000), ("recall_at_", AnswerKind.Rank, true, 1, 1_000_000),
        ("map_", AnswerKind.Shape, true, 1, 99), ("iou", AnswerKind.Shape, true, 0, 0),
        ("detection_delay", AnswerKind.Alarm, false, 0, 0), ("detected", AnswerKind.Alarm, true, 0, 0), ("false_alarms", AnswerKind.Alarm, false, 0, 0),
    ];

    /// <summary>Names for messages; N is a whole number.</summary>
    public static string All => string.Join(", ", Known.Select(k => k.Family + (k.To > 0 ? "N" : "")));

    /// <summary>All that a kind of answer is reported by, beside the one that ranks.</summary>
    public static IReadOnlyList<string> Usual(AnswerKind kind) => kind switch
    {
        AnswerKind.Label => ["macro_f1", "accuracy"],
        AnswerKind.Number => ["mae", "rmse", "mape"],
        AnswerKind.Rank => ["auc"],
        AnswerKind.Shape => ["map_50", "iou"],
        _ => ["detection_delay", "detected", "false_alarms"],
    };

    /// <summary>The metric of that name, or null. A group in brackets, as in <c>mae[15]</c>, does not matter.</summary>
    public static MetricName? Find(string name)
    {
        if (name.IndexOf('[', StringComparison.Ordinal) is var bracket and > 0)
            name = name[..bracket];
        foreach (var (family, kind, higher, from, to) in Known)
            if (to == 0 && name == family)
                return new(family, kind, 0, higher);
            else if (to > 0 && name.StartsWith(family, StringComparison.Ordinal) && int.TryParse(name.AsSpan(family.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to)
                return new(family, kind, number, higher);
        return null;
    }

    /// <summary>Whether a higher value of the metric is the better one; so for what a scenario's own SQL computes.</summary>
    public static bool Higher(string name) => Find(name)?.HigherIsBetter ?? true;
}
