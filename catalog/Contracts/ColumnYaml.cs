using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Plinth.Catalog.Contracts.Yaml;
using Plinth.Lakehouse;

namespace Plinth.Catalog.Contracts;

/// <summary>Reads the columns of a dataset's contract (<c>schema[0].properties</c>).</summary>
internal static partial class ColumnYaml
{
    public static (ImmutableArray<ContractColumn> Columns, ImmutableArray<string> Key) Read(YamlMap root, TableName table)
    {
        var schemas = root.Maps("schema", "name", "physicalName", "description", "properties").ToList();
        if (schemas is not [var schema])
            return root.Fault<(ImmutableArray<ContractColumn>, ImmutableArray<string>)>("schema", "'schema' must be a list of exactly one table", ([], []));
        if (schema.Require("name") is { Length: > 0 } name && table != default && name != table.Name)
            schema.Fault("name", $"the table is named '{name}', but 'id' says '{table.Name}'", 0);

        var columns = ImmutableArray.CreateBuilder<ContractColumn>();
        var key = ImmutableArray.CreateBuilder<string>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in schema.Maps("properties", "name", "businessName", "logicalType", "physicalType", "required", "primaryKey", "classification", "description", "customProperties"))
        {
            var column = Column(item);
            if (!names.Add(column.Name))
                item.Fault("name", $"column '{column.Name}' is there twice", 0);
            if (item.Flag("primaryKey"))
            {
                key.Add(column.Name);
                if (!column.Required)
                    item.Fault("primaryKey", $"column '{column.Name}' is part of the primary key, so it must be required", 0);
            }
            columns.Add(column);
        }
        if (columns.Count == 0)
            schema.Fault("properties", "'properties' lists no column", 0);
        return (columns.ToImmutable(), key.ToImmutable());
    }

    private static ContractColumn Column(YamlMap item)
    {
        var name = item.Require("name");
        if (name.Length > 0 && !ColumnName().IsMatch(name))
            item.Fault("name", $"'{name}' is not a column name; write lower-case letters, digits and underscores", 0);
        var physical = item.Require("physicalType");
        var type = PhysicalType.Parse(physical);
        if (type is null && physical.Length > 0)
            item.Fault("physicalType", $"physicalType '{physical}' is not known{Suggestion.For(physical, PhysicalType.Names)}", 0);
        if (type is not null && item.Text("logicalType") is { } logical && logical != PhysicalType.LogicalType(type))
            item.Fault("logicalType", $"logicalType '{logical}' does not go with physicalType '{physical}'; write {PhysicalType.LogicalType(type)}", 0);
        var level = DatasetYaml.LevelOf(item, "classification", item.Text("classification", required: true));

        string? unit = null, crs = null;
        var personal = false;
        foreach (var custom in item.Maps("customProperties", "property", "value", "description"))
            switch (custom.Require("property"))
            {
                case "unit": unit = custom.Require("value"); break;
                case "crs": crs = custom.Require("value"); break;
                case "personal": personal = custom.Flag("value"); break;
                case var other: custom.Fault("property", $"'{other}' is not known here{Suggestion.For(other, "unit", "crs", "personal")}", 0); break;
            }
        if (personal && level < Level.L3)
            item.Fault("classification", $"column '{name}' holds personal data, so it is L3 or L4", 0);
        return new(name, type ?? DataType.String, item.Flag("required"), level ?? Level.L4, unit, crs, personal, item.Text("description"));
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex ColumnName();
}
