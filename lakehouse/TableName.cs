using System.Text.RegularExpressions;

namespace Plinth.Lakehouse;

/// <summary>A table's name, <c>schema.table</c>; lower-case letters, digits and underscores.</summary>
public readonly partial record struct TableName
{
    /// <exception cref="ArgumentException">A part has other characters.</exception>
    public TableName(string schema, string name)
    {
        if (!Part().IsMatch(schema) || !Part().IsMatch(name))
            throw new ArgumentException($"'{schema}.{name}' is not a table name; write schema.table in lower-case letters, digits and underscores.");
        (Schema, Name) = (schema, name);
    }

    /// <summary>The first part, e.g. <c>hotline</c>.</summary>
    public string Schema { get; }

    /// <summary>The second part, e.g. <c>service_request</c>.</summary>
    public string Name { get; }

    /// <exception cref="ArgumentException">Not of the form <c>schema.table</c>.</exception>
    public static TableName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new ArgumentException($"'{text}' is not a table name; write schema.table, e.g. hotline.service_request.");

    /// <summary>False when the text is not of the form <c>schema.table</c>.</summary>
    public static bool TryParse(string text, out TableName name)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        name = default;
        if (dot <= 0 || !Part().IsMatch(text[..dot]) || !Part().IsMatch(text[(dot + 1)..]))
            return false;
        name = new(text[..dot], text[(dot + 1)..]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Schema}.{Name}";

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
