using Plinth.Catalog;

namespace Plinth.Ingestion.Rules;

/// <summary>What a rejected row broke, and what to do about it.</summary>
internal static class RuleNames
{
    public const string NotNull = "not null", Type = "type", Range = "range", Pattern = "pattern", Fields = "fields", Position = "position";

    /// <summary>The rule behind what a reader says of a value or a record.</summary>
    /// <param name="problem">The end of a sentence, as <see cref="Tabular.FieldConverter"/> and the readers write it.</param>
    public static string Of(string problem, bool isValue) =>
        problem.StartsWith("is missing", StringComparison.Ordinal) || problem.StartsWith("gives no ", StringComparison.Ordinal) || problem.StartsWith("names no ", StringComparison.Ordinal) ? NotNull
        : problem.StartsWith("is less than ", StringComparison.Ordinal) || problem.StartsWith("is more than ", StringComparison.Ordinal) || problem.StartsWith("is outside ", StringComparison.Ordinal) ? Range
        : problem.StartsWith("does not match the pattern ", StringComparison.Ordinal) ? Pattern
        : problem.StartsWith("lies at ", StringComparison.Ordinal) ? Position
        : problem.StartsWith("names the thing ", StringComparison.Ordinal) ? "unique(thing_id)"
        : isValue ? Type : Fields;

    /// <summary>What to do, in a sentence.</summary>
    public static string Advice(string? rule, string contract, bool isText) => rule switch
    {
        NotNull => $"fill it in at the source, or take 'required' from the column in layout '{contract}'; then plinth ingest --retry-rejected",
        Type => $"mend the value, or 'format', 'encoding' or 'nullValues' of the column in layout '{contract}'; then plinth ingest --retry-rejected",
        Range => $"mend the value, or 'minimum' and 'maximum' of the column in layout '{contract}'; then plinth ingest --retry-rejected",
        Pattern => $"mend the value, or 'pattern' of the column in layout '{contract}'; then plinth ingest --retry-rejected",
        Fields => isText ? "write fields that hold the separator, a quote or a line end in quotes, and a quote twice; take the mended file in" : "have the source write the record whole; take the mended file in",
        Position => $"look at 'crs' of layout '{contract}' and at the order of the columns; then plinth ingest --retry-rejected",
        not null when rule.StartsWith("unique(", StringComparison.Ordinal) => $"the first row counts: give the other a key of its own, or mend the rule in layout '{contract}'",
        not null when rule.StartsWith("exists(", StringComparison.Ordinal) => "take in what it names first, or mend the value; then plinth ingest --retry-rejected",
        not null when rule.StartsWith("inside(", StringComparison.Ordinal) => $"mend the position, or 'crs' or the rule's area in layout '{contract}'; then plinth ingest --retry-rejected",
        _ => "mend it at the source and take the file in again",
    };

    /// <summary>As reports count it: the rule, with the column where it is about one.</summary>
    public static string Counted(RejectedRow bad) => bad.Rule is null ? "format" : bad.Column is null || bad.Rule.EndsWith(')') ? bad.Rule : $"{bad.Rule}({bad.Column})";
}
