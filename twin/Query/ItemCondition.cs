using System.Globalization;

namespace Plinth.Twin.Query;

/// <summary>One condition on a feature's properties. What the caller wrote becomes parameters; only these texts become SQL.</summary>
internal sealed record ItemCondition(string Property, string Operator, string Value)
{
    private static readonly string[] s_operators = ["!=", "<=", ">=", "=", "<", ">"];

    /// <exception cref="ArgumentException">It is no condition.</exception>
    public static ItemCondition Parse(string text)
    {
        var at = text.IndexOfAny(['!', '<', '>', '=']);
        var found = at > 0 ? Array.Find(s_operators, o => text.AsSpan(at).StartsWith(o, StringComparison.Ordinal)) : null;
        return found is not null
            ? new(text[..at].Trim(), found, text[(at + found.Length)..].Trim())
            : throw new ArgumentException($"'{text}' is no condition: write a property, one of = != < <= > >=, and a value, e.g. height>=50.");
    }

    /// <param name="facts">Facts of the features in question, as of the query's times.</param>
    public string Sql(List<object?> parameters, string facts)
    {
        var column = Property switch { "type" => "m.type", "name" => "m.name", "entity_id" => "m.entity_id", _ => null };
        parameters.Add(Value);
        var value = Parameter(parameters.Count);
        if (column is not null)
            return $"{column} {Operator} {value}";
        parameters.Add(Property);
        var property = Parameter(parameters.Count);
        // Each kind of value compares as itself; one that the asked value cannot be fails.
        return $"""
            m.seq IN (SELECT seq FROM {facts} WHERE property = {property} AND CASE
                WHEN value_num IS NOT NULL THEN value_num {Operator} TRY_CAST({value} AS DOUBLE)
                WHEN value_ts IS NOT NULL THEN value_ts {Operator} TRY_CAST({value} AS TIMESTAMPTZ)
                ELSE value_text {Operator} {value} END)
            """;
    }

    private static string Parameter(int number) => "$" + number.ToString(CultureInfo.InvariantCulture) + "::VARCHAR";
}
