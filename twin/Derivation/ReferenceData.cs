using System.Globalization;
using Plinth.Lakehouse.Engine;

namespace Plinth.Twin.Derivation;

/// <summary>What is known beforehand, as data: types of city objects, names of attributes, rules that choose among claims. One small CSV each, without quotes.</summary>
internal static class ReferenceData
{
    public static void Load(SqlConnection connection)
    {
        Load(connection, "type", "types.csv", fields => fields);
        Load(connection, "attribute", "attributes.csv", fields => fields);
        using var rules = connection.Append("rule", "fact");
        foreach (var rule in Rules())
            rules.AddRow(rule.Id, rule.Property, rule.Method, rule.Source, rule.Rank, rule.Prefer, rule.Says);
    }

    /// <summary>The rules that choose among claims.</summary>
    public static IReadOnlyList<FactRule> Rules() =>
    [
        .. Lines("rules.csv").Skip(1).Select(line => line.Split(',')).Select(f => new FactRule(f[0], f[1], f[2], f[3], int.Parse(f[4], CultureInfo.InvariantCulture), f[5], f[6])),
    ];

    private static void Load(SqlConnection connection, string table, string file, Func<object?[], object?[]> typed)
    {
        using var appender = connection.Append("rule", table);
        foreach (var line in Lines(file).Skip(1))
            appender.AddRow(typed([.. line.Split(',').Select(field => field.Length == 0 ? null : field)]));
    }

    private static IEnumerable<string> Lines(string file)
    {
        using var stream = typeof(ReferenceData).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"'{file}' is missing from the program. This is a fault in Plinth; please report it.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (line.Length > 0)
                yield return line;
    }
}
