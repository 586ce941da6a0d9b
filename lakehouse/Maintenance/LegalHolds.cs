using System.Collections.Immutable;
using System.Globalization;
using Plinth.Lakehouse.Delta;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>An order to keep a table's files, or those of some of its versions, until it is lifted.</summary>
/// <param name="Case">What it is called: a case number, say. Letters, digits, '-', '_', '.'; empty for one that was set as the property <c>plinth.legalHold</c> itself.</param>
/// <param name="Versions">Empty for the whole table.</param>
public sealed record LegalHold(TableName Table, string Case, IReadOnlyList<long> Versions)
{
    /// <summary>The case and what it holds.</summary>
    public override string ToString() =>
        $"legal hold{(Case.Length == 0 ? "" : " " + Case)} on {(Versions.Count == 0 ? "the whole table" : $"version {string.Join(", ", Versions.Select(v => v.ToString(CultureInfo.InvariantCulture)))}")}";
}

/// <summary>Legal holds as a table's properties: <c>plinth.legalHold.&lt;case&gt;</c>, with version numbers or <c>all</c>. Placing and lifting are commits, so the history says who did and when.</summary>
internal static class LegalHolds
{
    /// <summary>Also a property by itself, with version numbers or any text for the whole table, and a tag on single files.</summary>
    public const string Property = "plinth.legalHold";
    private const string Prefix = Property + ".";
    private const string Whole = "all";

    public static bool IsHold(string property) => property == Property || property.StartsWith(Prefix, StringComparison.Ordinal);

    /// <exception cref="MaintenanceRefusedException">The case cannot be a property's name.</exception>
    public static (string Key, string Value) Of(TableName table, string name, IReadOnlyCollection<long> versions)
    {
        if (name.Length is 0 or > 100 || name.Any(c => !(char.IsLetterOrDigit(c) || c is '-' or '_' or '.')))
            throw new MaintenanceRefusedException(table.ToString(), $"'{name}' is no name of a case; write letters, digits, '-', '_' and '.', at most 100.");
        return (Prefix + name, versions.Count == 0 ? Whole : string.Join(',', versions.Order().Select(v => v.ToString(CultureInfo.InvariantCulture))));
    }

    /// <summary>The property that a hold is kept in; null where there is no such hold.</summary>
    public static string? Key(TableName table, TableState state, string name) => In(table, state).All(hold => hold.Case != name) ? null
        : state.Metadata!.Configuration.ContainsKey(Prefix + name) ? Prefix + name : Property;

    public static IReadOnlyList<LegalHold> In(TableName table, TableState state)
    {
        var holds = new List<LegalHold>();
        foreach (var (key, value) in state.Metadata!.Configuration.Where(entry => IsHold(entry.Key)))
        {
            var text = value.Trim();
            if (text.Length == 0 || string.Equals(text, "false", StringComparison.OrdinalIgnoreCase))
                continue;
            var numbers = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1).ToList();
            var wordsOfOld = key == Property && numbers.Contains(-1);
            holds.Add(new(table, key == Property ? wordsOfOld ? text : "" : key[Prefix.Length..], numbers.Contains(-1) ? [] : [.. numbers.Distinct().Order()]));
        }
        return holds;
    }

    public static bool IsHeld(AddFile file) => file.Tags?.GetValueOrDefault(Property) is { Length: > 0 } tag && !string.Equals(tag, "false", StringComparison.OrdinalIgnoreCase);
}
