using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Plinth.Catalog;
using Plinth.Lakehouse;
using Plinth.Sandbox.Scoring.Metrics;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Plinth.Sandbox.Scenarios;

/// <summary>Reads a scenario's YAML, strictly: an unknown or missing field is a fault, and all faults are listed at once.</summary>
internal static partial class ScenarioFile
{
    /// <param name="name">The file's name or the scenario's id, for messages.</param>
    /// <exception cref="ScenarioException">Its faults.</exception>
    public static Scenario Read(string yaml, string name, IReadOnlyDictionary<TableName, DatasetContract> datasets)
    {
        var root = new YamlFields(Parse(yaml, name), "");
        var table = root.Text("dataset");
        if (!TableName.TryParse(table, out var dataset) || !datasets.TryGetValue(dataset, out var contract))
        {
            root.Fault($"dataset '{table}' has no contract");
            contract = null;
        }
        var splits = root.Fields("splits");
        var limits = root.Fields("limits");
        var most = new RunLimits();
        var scenario = new Scenario
        {
            Id = root.Text("id"), Version = root.Text("version"), Title = root.Text("title"), TitleZh = root.Text("titleZh"),
            Need = root.Text("need"), NeedZh = root.Text("needZh"), Owner = root.Text("owner"), Dataset = dataset, RowFilter = root.OptionalText("where"),
            Key = root.Text("key"), TimeColumn = root.Text("time"), Features = root.Texts("features"), Label = root.Text("label"),
            Withheld = root.OptionalFields("withheld")?.All() ?? ImmutableSortedDictionary<string, string>.Empty,
            Train = splits.Slice("train"), Public = splits.Slice("public"), Hidden = splits.Slice("hidden"), Production = splits.Slice("production"),
            Context = root.OptionalText("context"), Award = root.OptionalText("award"), Opens = root.Time("opens"), Closes = root.Time("closes"),
            ScoreStep = root.Decimal("scoreStep", 0.01), Finals = (int)(root.OptionalNumber("finals", 1, 10) ?? 2), FinalsAreChosen = root.Flag("finalsAreChosen"),
            Output = root.Text("output"), Metric = root.Text("metric"), Terms = root.Text("terms"), Answer = root.OptionalText("answer") ?? "label",
            Shape = root.OptionalText("shape"), Until = root.OptionalText("until"), Group = root.OptionalText("group"), Scorer = root.OptionalText("scorer"),
            MoreMetrics = root.OptionalTexts("metrics"), LowerIsBetter = root.Flag("lowerIsBetter"),
            Limits = new()
            {
                WallClock = TimeSpan.FromSeconds(limits.Number("wallClockSeconds", 1, 3600)), Processor = TimeSpan.FromSeconds(limits.Number("processorSeconds", 1, 3600)),
                MemoryBytes = limits.Number("memoryMegabytes", 64, 16384) << 20, Processes = (int)limits.Number("processes", 1, 1000),
                OutputBytes = limits.Number("outputMegabytes", 1, 1024) << 20, Cores = most.Cores, OutputFiles = most.OutputFiles, ScratchBytes = most.ScratchBytes, TextBytes = most.TextBytes,
            },
        };
        var faults = root.Unknown().Concat(splits.Unknown()).Concat(limits.Unknown()).Concat(root.Faults).Concat(splits.Faults).Concat(limits.Faults).ToList();
        Check(scenario, contract, faults);
        AnswerRules.Check(scenario, contract, faults);
        if (scenario.Scorer is null)
            scenario = scenario with { LowerIsBetter = !MetricName.Higher(scenario.Metric) };
        return faults.Count == 0 ? scenario : throw new ScenarioException(name, faults);
    }

    private static void Check(Scenario scenario, DatasetContract? contract, List<string> faults)
    {
        if (!Identifier().IsMatch(scenario.Id))
            faults.Add("id is lower-case letters, digits and hyphens, beginning with a letter");
        if (!SemanticVersion().IsMatch(scenario.Version))
            faults.Add("version is three numbers, e.g. 1.0.0");
        if (!FileName().IsMatch(scenario.Output))
            faults.Add("output is a plain file name that ends in .csv");
        if (contract is not null)
        {
            var columns = contract.Columns.Select(c => c.Name).ToHashSet();
            faults.AddRange(scenario.Features.Append(scenario.Key).Append(scenario.TimeColumn).Append(scenario.Label).Concat(scenario.Withheld.Keys)
                .Where(column => !columns.Contains(column)).Select(column => $"'{scenario.Dataset}' has no column '{column}'"));
        }
        if (contract is not null)
            faults.AddRange(contract.Columns.Where(c => c.Name == scenario.Key && c.Type != DataType.String).Select(c => $"'{c.Name}' is not text; a key is"));
        if (scenario.Features.Contains(scenario.Label))
            faults.Add("the label is among the features");
        faults.AddRange(scenario.Features.Where(scenario.Withheld.ContainsKey).Select(column => $"'{column}' is both a feature and withheld"));
        if (scenario is { Opens: { } opens, Closes: { } closes } && closes <= opens)
            faults.Add("closes must be later than opens");
        (string Name, TimeSlice Slice)[] order = [("train", scenario.Train), ("public", scenario.Public), ("hidden", scenario.Hidden), ("production", scenario.Production)];
        for (var i = 1; i < order.Length; i++)
            if (order[i - 1].Slice.Until is not { } end || order[i].Slice.From is not { } begin || begin < end)
                faults.Add($"split {order[i].Name} must begin where {order[i - 1].Name} ends, or later");
    }

    private static YamlMappingNode Parse(string yaml, string name)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents is [{ RootNode: YamlMappingNode root }] ? root : throw new ScenarioException(name, ["it is not one YAML mapping"]);
        }
        catch (YamlException e)
        {
            throw new ScenarioException(name, [FormattableString.Invariant($"line {e.Start.Line}: {e.Message}")]);
        }
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^\d+\.\d+\.\d+\z", RegexOptions.CultureInvariant)]
    private static partial Regex SemanticVersion();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,60}\.csv\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
