using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Plinth.Catalog.Contracts.Yaml;
using Plinth.Lakehouse;

namespace Plinth.Catalog.Contracts;

/// <summary>Reads a dataset's contract: the Open Data Contract Standard 3.1, strictly, of it what is used here.</summary>
/// <remarks>https://bitol-io.github.io/open-data-contract-standard/v3.1.0/</remarks>
internal static partial class DatasetYaml
{
    private static readonly string[] Top =
        ["apiVersion", "kind", "id", "name", "version", "status", "domain", "tenant", "tags", "description", "team", "schema", "slaProperties", "customProperties"];
    private static readonly string[] Statuses = ["proposed", "draft", "active", "deprecated", "retired"];

    public static DatasetContract Read(string path) => Read(YamlFile.ReadText(path), path);

    /// <param name="file">For messages; its name must be <c>id.yaml</c>.</param>
    public static DatasetContract Read(string text, string file)
    {
        var faults = new Faults(file);
        var root = YamlFile.Parse(text, faults, Top);
        Expect(root, "kind", "DataContract");
        if (root.Require("apiVersion") is { Length: > 0 } api && !api.StartsWith("v3.", StringComparison.Ordinal))
            root.Fault("apiVersion", $"'apiVersion' is '{api}'; this program reads v3.1.0", 0);
        if (root.Require("status") is { Length: > 0 } status && !Statuses.Contains(status))
            root.Fault("status", $"'status' is '{status}'{Suggestion.For(status, Statuses)}", 0);
        if (root.Require("version") is { Length: > 0 } version && !SemanticVersion().IsMatch(version))
            root.Fault("version", $"'version' is '{version}'; write three numbers, e.g. 1.0.0", 0);
        var table = Table(root, file);
        var title = root.Require("name");
        var purpose = root.Map("description", "purpose", "usage", "limitations")?.Text("purpose");
        var owner = root.Map("team", "name", "description", "members")?.Require("name")
            ?? root.Fault("team", "'team' is missing; write 'team: {name: <the office that answers for it>}'", "");
        var (retention, since) = Retention(root);
        var (titleZh, level) = Custom(root);
        var (columns, key) = ColumnYaml.Read(root, table);
        if (since is not null && !columns.Any(c => c.Name == since && c.Type.ToString() is "timestamp" or "timestamp_ntz" or "date"))
            root.Fault("slaProperties", $"a retention counts from '{since}', which is no column of type timestamp, timestamp_ntz or date", 0);
        faults.ThrowIfAny();

        var highest = columns.Max(c => c.Level);
        if (level < highest)
            root.Fault("customProperties", $"'level' is {level}, but a column is {highest}; leave it out or raise it", 0);
        faults.ThrowIfAny();
        return new()
        {
            Table = table, Version = root.Text("version")!, Title = title, TitleZh = titleZh, Description = purpose, Owner = owner,
            Retention = retention, RetentionColumn = since, Level = level ?? highest, Columns = columns, PrimaryKey = key,
        };
    }

    internal static void Expect(YamlMap root, string key, string value)
    {
        if (root.Require(key) is { Length: > 0 } text && text != value)
            root.Fault(key, $"'{key}' is '{text}'; expected '{value}'", 0);
    }

    internal static Level? LevelOf(YamlMap map, string key, string? text) =>
        text is null ? null
        : text is ['L', >= '1' and <= '4'] ? (Level)(text[1] - '0')
        : map.Fault<Level?>(key, $"level '{text}' is not known; write L1, L2, L3 or L4", null);

    private static TableName Table(YamlMap root, string file)
    {
        var id = root.Require("id");
        if (id.Length == 0)
            return default;
        if (!TableName.TryParse(id, out var table))
            return root.Fault("id", $"'id' is '{id}'; write schema.table in lower-case letters, digits and underscores", default(TableName));
        if (Path.GetFileNameWithoutExtension(file) is var name && name != id)
            root.Fault("id", $"'id' is '{id}', but the file is named '{name}.yaml'; both must agree", 0);
        return table;
    }

    private static (string? Duration, string? Column) Retention(YamlMap root)
    {
        (string?, string?) retention = default;
        foreach (var item in root.Maps("slaProperties", "property", "value", "unit", "element", "description"))
        {
            var (property, value, unit) = (item.Require("property"), item.Number("value"), item.Text("unit"));
            if (property != "retention")
                item.Fault("property", $"'{property}' is not known here; did you mean 'retention'?", 0);
            else if (value is not (> 0 and < 10_000) || value != Math.Truncate(value.Value) || unit is not ("y" or "m" or "d"))
                item.Fault("value", "a retention is a whole number of y (years), m (months) or d (days), e.g. {property: retention, value: 5, unit: y, element: taken_at}", 0);
            else
                retention = ($"P{(int)value}{char.ToUpperInvariant(unit[0])}", item.Text("element"));
        }
        return retention;
    }

    private static (string? TitleZh, Level? Level) Custom(YamlMap root)
    {
        string? titleZh = null;
        Level? level = null;
        foreach (var item in root.Maps("customProperties", "property", "value", "description"))
            switch (item.Require("property"))
            {
                case "titleZh": titleZh = item.Require("value"); break;
                case "level": level = LevelOf(item, "value", item.Require("value")); break;
                case var other: item.Fault("property", $"'{other}' is not known here{Suggestion.For(other, "titleZh", "level")}", 0); break;
            }
        return (titleZh, level);
    }

    [GeneratedRegex(@"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$", RegexOptions.CultureInvariant)]
    private static partial Regex SemanticVersion();
}
