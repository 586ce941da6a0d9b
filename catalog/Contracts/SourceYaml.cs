using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Plinth.Catalog.Contracts.Yaml;
using Plinth.Lakehouse;
using YamlDotNet.RepresentationModel;

namespace Plinth.Catalog.Contracts;

/// <summary>Reads a layout: how one kind of file becomes rows of a dataset.</summary>
internal static class SourceYaml
{
    private static readonly string[] Top =
        ["kind", "name", "description", "family", "dataset", "format", "delimiter", "encoding", "timeZone", "crs", "licence", "recognise", "columns", "noPosition", "rules", "settings"];
    private static readonly string[] Families = ["photos", "models", "imagery", "hotline", "sensors", "base"];
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    /// <param name="dataset">Looks a dataset up, so that columns are checked against it; null for a dataset that is not there.</param>
    public static SourceContract Read(string text, string file, Func<TableName, DatasetContract?> dataset)
    {
        var faults = new Faults(file);
        var root = YamlFile.Parse(text, faults, Top);
        DatasetYaml.Expect(root, "kind", "SourceContract");
        var name = root.Require("name");
        if (name.Length > 0 && Path.GetFileNameWithoutExtension(file) is var stem && stem != name)
            root.Fault("name", $"'name' is '{name}', but the file is named '{stem}.yaml'; both must agree", 0);
        var family = root.Require("family");
        if (family.Length > 0 && !Families.Contains(family))
            root.Fault("family", $"'family' is '{family}'{Suggestion.For(family, Families)}", 0);
        var contract = Dataset(root, dataset);
        var source = new SourceContract
        {
            Name = name, Family = family, Dataset = contract?.Table ?? default, Description = root.Text("description"), Format = root.Require("format"),
            Delimiter = Delimiter(root), Encoding = EncodingName(root), TimeZone = Zone(root), Crs = root.Require("crs"), Licence = root.Text("licence"),
            Recognise = Recognition(root), Columns = Columns(root, contract), NoPosition = NoPosition(root), Rules = RuleYaml.Read(root, contract, dataset), Settings = Settings(root),
        };
        faults.ThrowIfAny();
        return source;
    }

    private static DatasetContract? Dataset(YamlMap root, Func<TableName, DatasetContract?> dataset)
    {
        var text = root.Require("dataset");
        if (text.Length == 0)
            return null;
        if (!TableName.TryParse(text, out var table))
            return root.Fault<DatasetContract?>("dataset", $"'dataset' is '{text}'; write schema.table, e.g. hotline.service_request", null);
        return dataset(table) ?? root.Fault<DatasetContract?>("dataset", $"there is no contract of dataset '{text}'", null);
    }

    private static char Delimiter(YamlMap root) => root.Text("delimiter") switch
    {
        null => ',',
        [var one] => one,
        var other => root.Fault("delimiter", $"'delimiter' is '{other}'; write one character, e.g. \",\" or \"\\t\"", ','),
    };

    private static string EncodingName(YamlMap root)
    {
        if (root.Text("encoding") is not { } name)
            return "utf-8";
        try
        {
            _ = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            root.Fault("encoding", $"'encoding' is '{name}', which is not known; write e.g. utf-8 or gb18030", 0);
        }
        return name;
    }

    private static string Zone(YamlMap root)
    {
        var zone = root.Require("timeZone");
        if (zone.Length > 0 && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            root.Fault("timeZone", $"'timeZone' is '{zone}', which this machine does not know; write an IANA name, e.g. Asia/Shanghai (package tzdata has them)", 0);
        return zone;
    }

    private static Recognise? Recognition(YamlMap root)
    {
        if (root.Map("recognise", "header", "exact", "fileName") is not { } map)
            return null;
        var pattern = map.Text("fileName");
        if (pattern is not null)
            CheckPattern(map, "fileName", pattern);
        if (pattern is null && !map.Has("header"))
            map.Fault("header", "'recognise' needs a header, a fileName or both", 0);
        return new([.. map.Texts("header")], map.Flag("exact"), pattern);
    }

    private static ImmutableArray<SourceColumn> Columns(YamlMap root, DatasetContract? contract)
    {
        var columns = ImmutableArray.CreateBuilder<SourceColumn>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in root.Maps("columns", "name", "from", "format", "required", "constant", "minimum", "maximum", "pattern", "nullValues", "factor"))
        {
            var name = item.Require("name");
            if (contract is not null && name.Length > 0 && contract.Columns.All(c => c.Name != name))
                item.Fault("name", $"{contract.Table} has no column '{name}'{Suggestion.For(name, [.. contract.Columns.Select(c => c.Name)])}", 0);
            if (!names.Add(name))
                item.Fault("name", $"column '{name}' is there twice", 0);
            var (from, constant) = (item.Text("from"), item.Text("constant"));
            if (from is null == constant is null)
                item.Fault("from", $"column '{name}' needs either 'from' or 'constant'", 0);
            if (item.Text("pattern") is { } pattern)
                CheckPattern(item, "pattern", pattern);
            var (minimum, maximum) = (item.Number("minimum"), item.Number("maximum"));
            if (minimum > maximum)
                item.Fault("minimum", $"column '{name}': minimum is above maximum", 0);
            columns.Add(new(name, from, item.Text("format"), item.Flag("required"), constant, minimum, maximum, item.Text("pattern"), [.. item.Texts("nullValues")], item.Number("factor")));
        }
        return columns.ToImmutable();
    }

    private static ImmutableArray<(double, double)> NoPosition(YamlMap root)
    {
        var positions = ImmutableArray.CreateBuilder<(double, double)>();
        foreach (var node in root.List("noPosition"))
            if (node is YamlSequenceNode { Children: [YamlScalarNode { Value: { } x }, YamlScalarNode { Value: { } y }] }
                && double.TryParse(x, out var longitude) && double.TryParse(y, out var latitude) && Math.Abs(longitude) <= 180 && Math.Abs(latitude) <= 90)
                positions.Add((longitude, latitude));
            else
                root.Fault("noPosition", "an item of 'noPosition' is [longitude, latitude] in degrees", 0);
        return positions.ToImmutable();
    }

    private static ImmutableSortedDictionary<string, string> Settings(YamlMap root)
    {
        var settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (!root.Has("settings"))
            return settings.ToImmutable();
        if (root.At("settings") is not YamlMappingNode map)
            return root.Fault("settings", "'settings' must be a mapping", settings.ToImmutable());
        foreach (var (key, value) in map.Children)
            if (key is YamlScalarNode { Value: { } name } && value is YamlScalarNode { Value: { } text })
                settings[name] = text;
            else
                root.Fault("settings", "a setting is a word and a text", 0);
        return settings.ToImmutable();
    }

    private static void CheckPattern(YamlMap map, string key, string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, PatternLimit);
        }
        catch (RegexParseException e)
        {
            map.Fault(key, $"'{key}' is not a regular expression: {e.Message}", 0);
        }
    }
}
