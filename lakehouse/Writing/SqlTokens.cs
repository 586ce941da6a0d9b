using System.Text;

namespace Plinth.Lakehouse.Writing;

internal enum SqlTokenKind
{
    Word,
    Quoted,
    Text,
    Number,
    Symbol,
    End,
}

/// <param name="Text">Without its quotes.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text);

/// <summary>Words, names, literals and signs of an expression.</summary>
internal static class SqlTokens
{
    private static readonly string[] Pairs = ["<=>", "<>", "!=", "<=", ">=", "=="];

    /// <param name="quote">What names are quoted by: <c>`</c> in Spark, <c>"</c> here.</param>
    /// <exception cref="FormatException">A character that no expression of the subset has.</exception>
    public static List<SqlToken> Read(string text, char quote)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < text.Length;)
        {
            var c = text[at];
            if (char.IsWhiteSpace(c))
                at++;
            else if (c == quote)
                tokens.Add(new(SqlTokenKind.Quoted, Quoted(text, quote, ref at)));
            else if (c == '\'')
                tokens.Add(new(SqlTokenKind.Text, Quoted(text, c, ref at)));
            else if (char.IsAsciiDigit(c))
                tokens.Add(new(SqlTokenKind.Number, While(text, ref at, d => char.IsAsciiLetterOrDigit(d) || d == '.')));
            else if (char.IsLetter(c) || c == '_')
                tokens.Add(new(SqlTokenKind.Word, While(text, ref at, d => char.IsLetterOrDigit(d) || d == '_')));
            else
                tokens.Add(new(SqlTokenKind.Symbol, Symbol(text, ref at)));
        }
        tokens.Add(new(SqlTokenKind.End, ""));
        return tokens;
    }

    private static string Symbol(string text, ref int at)
    {
        var rest = text.AsSpan(at);
        foreach (var pair in Pairs)
            if (rest.StartsWith(pair, StringComparison.Ordinal) && !rest.StartsWith("--", StringComparison.Ordinal))
            {
                at += pair.Length;
                return pair;
            }
        if (rest.StartsWith("--", StringComparison.Ordinal) || rest.StartsWith("/*", StringComparison.Ordinal) || !"()+-*,.<>=".Contains(rest[0], StringComparison.Ordinal))
            throw new FormatException($"'{(rest.Length > 1 ? rest[..2] : rest)}' is not supported");
        at++;
        return rest[..1].ToString();
    }

    private static string While(string text, ref int at, Func<char, bool> takes)
    {
        var start = at;
        while (at < text.Length && takes(text[at]))
            at++;
        return text[start..at];
    }

    private static string Quoted(string text, char quote, ref int at)
    {
        var value = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != quote)
                value.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == quote)
                value.Append(text[at++]);
            else
            {
                at++;
                return value.ToString();
            }
        }
        throw new FormatException($"a {quote} is not closed");
    }
}
