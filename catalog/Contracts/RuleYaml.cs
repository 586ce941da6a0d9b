using System.Collections.Immutable;
using Plinth.Catalog.Contracts.Yaml;
using Plinth.Lakehouse;

namespace Plinth.Catalog.Contracts;

/// <summary>Reads the rules of a layout: <c>{rule: unique, columns: […]}</c>, <c>{rule: exists, column: c, in: schema.table, at: c}</c>, <c>{rule: inside, area: schema.table, at: c, values: […]}</c>.</summary>
internal static class RuleYaml
{
    private static readonly string[] Kinds = ["unique", "exists", "inside"];

    public static ImmutableArray<SourceRule> Read(YamlMap root, DatasetContract? contract, Func<TableName, DatasetContract?> dataset)
    {
        var rules = ImmutableArray.CreateBuilder<SourceRule>();
        foreach (var item in root.Maps("rules", "rule", "columns", "column", "in", "area", "at", "values"))
        {
            var kind = item.Require("rule");
            if (kind.Length > 0 && !Kinds.Contains(kind))
                item.Fault("rule", $"'rule' is '{kind}'{Suggestion.For(kind, Kinds)}; write one of {string.Join(", ", Kinds)}", 0);
            ImmutableArray<string> columns = [.. item.Texts("columns"), .. item.Text("column") is { } one ? new[] { one } : []];
            if (contract is not null)
                foreach (var column in columns.Where(c => contract.Columns.All(x => x.Name != c)))
                    item.Fault("columns", $"{contract.Table} has no column '{column}'{Suggestion.For(column, [.. contract.Columns.Select(c => c.Name)])}", 0);
            if (kind == "inside" ? columns.Length > 0 : columns.Length == 0 || (kind == "exists" && columns.Length > 1))
                item.Fault("columns", kind == "inside" ? "'inside' is about the row's position: it has no columns" : kind == "exists" ? "'exists' needs one 'column'" : "'unique' needs 'columns'", 0);
            if (kind == "inside" && contract is not null && contract.Columns.All(c => c.Name != "longitude"))
                item.Fault("rule", $"rows of {contract.Table} have no position", 0);
            rules.Add(new(kind, columns, Other(item, kind, dataset), item.Text("at", required: kind == "exists"), [.. item.Texts("values")]));
        }
        return rules.ToImmutable();
    }

    private static TableName? Other(YamlMap item, string kind, Func<TableName, DatasetContract?> dataset)
    {
        var key = kind == "inside" ? "area" : "in";
        if (kind == "unique" || item.Text(key, required: true) is not { } text)
            return null;
        if (!TableName.TryParse(text, out var table) || dataset(table) is not { } other)
            return item.Fault<TableName?>(key, $"there is no contract of dataset '{text}'", null);
        if (item.Text("at") is { } at && other.Columns.All(c => c.Name != at))
            item.Fault("at", $"{table} has no column '{at}'{Suggestion.For(at, [.. other.Columns.Select(c => c.Name)])}", 0);
        if (kind == "inside" && other.Columns.All(c => c.Name != "geom"))
            item.Fault(key, $"{table} has no areas: it has no column geom", 0);
        if (kind == "inside" && item.Has("values") && !item.Has("at"))
            item.Fault("values", "'values' need 'at', the column that they are in", 0);
        return table;
    }
}
