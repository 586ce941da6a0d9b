using System.Text.RegularExpressions;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Sandbox.Scoring.Metrics;

namespace Plinth.Sandbox.Scenarios;

/// <summary>What a scenario says of its answer and metrics must fit together and fit the dataset's columns.</summary>
internal static partial class AnswerRules
{
    private static readonly string[] Answers = [.. Enum.GetNames<AnswerKind>().Select(name => name.ToLowerInvariant())];
    private static readonly DataType[] NumberTypes = [DataType.Long, DataType.Integer, DataType.Short, DataType.Byte, DataType.Float, DataType.Double];

    public static void Check(Scenario scenario, DatasetContract? contract, List<string> faults)
    {
        if (!Answers.Contains(scenario.Answer))
        {
            faults.Add($"answer '{scenario.Answer}' is not known; known are {string.Join(", ", Answers)}");
            return;
        }
        var kind = scenario.Kind;
        CheckMetrics(scenario, kind, faults);
        Needs("shape", scenario.Shape, kind == AnswerKind.Shape);
        Needs("until", scenario.Until, kind == AnswerKind.Alarm);
        if (scenario.Group is { } group && (!scenario.Features.Contains(group) || kind is AnswerKind.Shape or AnswerKind.Alarm))
            faults.Add($"group '{group}' must be one of the features, and is for labels, numbers and ranks");
        if (contract is null)
            return;
        Type(scenario.Label, kind switch
        {
            AnswerKind.Number => ("a number", NumberTypes),
            AnswerKind.Rank => ("a number or true and false", [.. NumberTypes, DataType.Boolean]),
            AnswerKind.Alarm => ("a time", [DataType.Timestamp]),
            _ => ("text", [DataType.String]),
        });
        if (scenario.Shape is { } shape)
            Type(shape, ("text", [DataType.String]));
        if (scenario.Until is { } until)
            Type(until, ("a time", [DataType.Timestamp]));

        void Needs(string field, string? value, bool needed)
        {
            if (needed != value is not null)
                faults.Add(needed ? $"field '{field}' is missing; answer {scenario.Answer} needs it" : $"field '{field}' is not for answer {scenario.Answer}");
            else if (value is not null && scenario.Features.Contains(value))
                faults.Add($"'{value}' is among the features, and is part of what is to be found");
        }

        void Type(string name, (string Words, DataType[] Types) allowed)
        {
            var column = contract.Columns.FirstOrDefault(c => c.Name == name);
            if (column is null && name != scenario.Label)
                faults.Add($"'{scenario.Dataset}' has no column '{name}'");
            else if (column is not null && !allowed.Types.Contains(column.Type))
                faults.Add($"'{name}' is not {allowed.Words}, which answer {scenario.Answer} needs");
        }
    }

    private static void CheckMetrics(Scenario scenario, AnswerKind kind, List<string> faults)
    {
        if (scenario.Scorer is not null)
        {
            if (!ColumnName().IsMatch(scenario.Metric))
                faults.Add("metric names a column of the scorer's result: lower-case letters, digits and _");
            if (scenario.MoreMetrics.Length > 0)
                faults.Add("field 'metrics' is not for a scenario with a scorer, which reports each column of its result");
            return;
        }
        if (scenario.LowerIsBetter)
            faults.Add("field 'lowerIsBetter' is for a scenario with a scorer; named metrics know it");
        foreach (var name in scenario.MoreMetrics.Prepend(scenario.Metric).Where(name => name.Length > 0))
            if (name.Contains('[', StringComparison.Ordinal) || MetricName.Find(name) is not { } metric)
                faults.Add($"metric '{name}' is not known; known are {MetricName.All}");
            else if (metric.Kind != kind)
                faults.Add($"metric '{name}' is for answer {metric.Kind.ToString().ToLowerInvariant()}, not {scenario.Answer}");
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,62}\z", RegexOptions.CultureInvariant)]
    internal static partial Regex ColumnName();
}
