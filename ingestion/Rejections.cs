using System.Text;
using Plinth.Ingestion.Rules;
using Plinth.Lakehouse;

namespace Plinth.Ingestion;

/// <summary>How rejected rows are shown and stored.</summary>
internal static class Rejections
{
    /// <summary>Characters of a value that are kept.</summary>
    private const int Kept = 80;

    /// <summary>The table of a family's rejected rows.</summary>
    public static TableName TableOf(TableName dataset) => new(dataset.Schema, "rejected");

    /// <summary>A value as a message and the table may have it: one line, cut; of a restricted column only its length.</summary>
    public static string Show(ReadOnlySpan<char> value, bool hidden)
    {
        if (hidden && !value.IsWhiteSpace())
            return $"[hidden, {value.Length} characters]";
        var shown = new StringBuilder();
        foreach (var rune in value.Trim().EnumerateRunes())
        {
            if (shown.Length >= Kept)
            {
                shown.Append('…');
                break;
            }
            shown.Append(Rune.IsControl(rune) || rune.Value == 0xFFFF ? Rune.ReplacementChar : rune);
        }
        return shown.ToString();
    }

    /// <summary>A row that is rejected for one value.</summary>
    /// <param name="hidden">The value is personal or restricted.</param>
    public static RejectedRow OfValue(string fileName, long line, string column, ReadOnlySpan<char> value, bool hidden, string problem)
    {
        var shown = Show(value, hidden);
        return new(line, column, shown.Length == 0 ? null : shown, shown.Length == 0 ? $"{fileName}:{line} {column} {problem}" : $"{fileName}:{line} {column} '{shown}' {problem}") { Rule = RuleNames.Of(problem, isValue: true) };
    }

    /// <summary>A row of the dataset <c>&lt;schema&gt;.rejected</c>.</summary>
    public static object?[] Row(RejectedRow rejected, string fileName, string sha256, string contract, string runId, DateTimeOffset at) =>
        [fileName, sha256, contract, rejected.Line, rejected.Column, rejected.Value, rejected.Reason, runId, at.UtcDateTime, rejected.Rule, rejected.Offset,
            RuleNames.Advice(rejected.Rule, contract, isText: rejected.Offset is null)];
}
