using System.Collections.Immutable;
using System.Globalization;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Writing;

/// <summary>A condition that means the same in Spark SQL and here, made into the engine's SQL.</summary>
/// <remarks>
/// Taken: AND OR NOT, comparisons of like with like, IS [NOT] NULL, [NOT] IN, BETWEEN and LIKE, + - * on numbers, and the functions length, abs, upper,
/// lower, coalesce; columns and fields of structs; text without backslashes, numbers, TRUE, FALSE, NULL, DATE '…'. Division, casts, times and the
/// remaining functions differ between the two (rounding, zones, errors or null) and are not.
/// </remarks>
internal sealed class SqlExpression
{
    /// <summary>The condition's parts that all have to hold.</summary>
    public required ImmutableArray<SqlPart> Parts { get; init; }

    public string Sql => string.Join(" AND ", Parts.Select(part => $"({part.Sql})"));

    public IEnumerable<string> Columns => Parts.SelectMany(part => part.Columns).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <param name="names">What columns are called in the result; the same schema in another form (<see cref="PhysicalSchema"/>), or the same.</param>
    /// <param name="strict">Whether only what means the same in Spark is taken; else names are quoted as the engine does and kinds may mix.</param>
    /// <exception cref="FormatException">Anything else; the message says what.</exception>
    public static SqlExpression Parse(string text, TableSchema schema, TableSchema names, bool strict)
    {
        var parser = new SqlParser(SqlTokens.Read(text, strict ? '`' : '"'), path => Resolve(path, schema, names, text), strict);
        return new() { Parts = parser.Conjunction() };
    }

    private static SqlPart Resolve(IReadOnlyList<string> path, TableSchema schema, TableSchema names, string text)
    {
        var (fields, named) = (schema.Columns, names.Columns);
        var sql = "";
        for (var i = 0; ; i++)
        {
            var at = fields.ToList().FindIndex(c => string.Equals(c.Name, path[i], StringComparison.OrdinalIgnoreCase));
            if (at < 0)
                throw new FormatException($"'{string.Join('.', path)}' is not a column");
            sql = i == 0 ? SqlText.Name(named[at].Name) : $"struct_extract({sql}, {SqlText.Literal(named[at].Name)})";
            if (i == path.Count - 1)
                return new(sql, Kind(fields[at].Type), [path[0]]);
            (fields, named) = (fields[at].Type, named[at].Type) is (DataType.Struct a, DataType.Struct b) ? (a.Fields, b.Fields)
                : throw new FormatException($"'{path[i]}' in '{text}' has no fields");
        }
    }

    private static SqlKind Kind(DataType type) => type.ToString() switch
    {
        "string" => SqlKind.Text,
        "boolean" => SqlKind.Truth,
        "date" => SqlKind.Date,
        "long" or "integer" or "short" or "byte" or "float" or "double" => SqlKind.Number,
        _ => type is DataType.Decimal ? SqlKind.Number : SqlKind.Other,
    };
}

internal enum SqlKind
{
    Null,
    Truth,
    Number,
    Text,
    Date,
    Other,
}

/// <param name="Columns">Top-level columns it looks at.</param>
internal sealed record SqlPart(string Sql, SqlKind Kind, ImmutableArray<string> Columns)
{
    public static SqlPart Of(string sql, SqlKind kind, params IEnumerable<SqlPart> parts) => new(sql, kind, [.. parts.SelectMany(part => part.Columns)]);
}

/// <summary>Recursive descent over the tokens of one condition.</summary>
internal sealed class SqlParser(List<SqlToken> tokens, Func<IReadOnlyList<string>, SqlPart> resolve, bool strict)
{
    private int _at;

    public ImmutableArray<SqlPart> Conjunction()
    {
        // OR binds less than AND: only a condition without OR at the top falls into parts.
        var parts = new List<SqlPart> { Not() };
        while (Word("AND"))
            parts.Add(Not());
        if (IsWord("OR"))
        {
            _at = 0;
            parts = [Or()];
        }
        if (tokens[_at].Kind != SqlTokenKind.End)
            throw new FormatException($"'{tokens[_at].Text}' was not expected");
        foreach (var part in parts)
            Expect(part, SqlKind.Truth);
        return [.. parts];
    }

    private SqlPart Or() => Joined("OR", And);

    private SqlPart And() => Joined("AND", Not);

    private SqlPart Joined(string word, Func<SqlPart> next)
    {
        var part = next();
        while (Word(word))
        {
            Expect(part, SqlKind.Truth);
            var right = Expect(next(), SqlKind.Truth);
            part = SqlPart.Of($"({part.Sql} {word} {right.Sql})", SqlKind.Truth, part, right);
        }
        return part;
    }

    private SqlPart Not() => Word("NOT") && Expect(Not(), SqlKind.Truth) is var part ? SqlPart.Of($"(NOT {part.Sql})", SqlKind.Truth, part) : Predicate();

    private SqlPart Predicate()
    {
        var left = Sum();
        if (tokens[_at] is { Kind: SqlTokenKind.Symbol, Text: "=" or "==" or "<>" or "!=" or "<" or "<=" or ">" or ">=" or "<=>" } sign)
        {
            _at++;
            var right = Alike(left, Sum());
            return SqlPart.Of($"({left.Sql} {sign.Text switch { "==" => "=", "!=" => "<>", "<=>" => "IS NOT DISTINCT FROM", var same => same }} {right.Sql})", SqlKind.Truth, left, right);
        }
        if (Word("IS"))
        {
            var not = Word("NOT");
            if (!Word("NULL"))
                throw new FormatException("after IS only NULL and NOT NULL are supported");
            return SqlPart.Of($"({left.Sql} IS {(not ? "NOT " : "")}NULL)", SqlKind.Truth, left);
        }
        var negated = Word("NOT") ? "NOT " : "";
        if (Word("BETWEEN"))
        {
            var low = Alike(left, Sum());
            if (!Word("AND"))
                throw new FormatException("BETWEEN lacks its AND");
            var high = Alike(left, Sum());
            return SqlPart.Of($"({left.Sql} {negated}BETWEEN {low.Sql} AND {high.Sql})", SqlKind.Truth, left, low, high);
        }
        if (Word("IN"))
        {
            var items = Arguments().Select(item => Alike(left, item)).ToList();
            return SqlPart.Of($"({left.Sql} {negated}IN ({string.Join(", ", items.Select(item => item.Sql))}))", SqlKind.Truth, [left, .. items]);
        }
        if (Word("LIKE"))
        {
            var pattern = Expect(Primary(), SqlKind.Text);
            return SqlPart.Of($"({Expect(left, SqlKind.Text).Sql} {negated}LIKE {pattern.Sql})", SqlKind.Truth, left, pattern);
        }
        return negated.Length == 0 ? left : throw new FormatException("NOT was not expected there");
    }

    private SqlPart Sum() => Arithmetic(Product, "+", "-");

    private SqlPart Product() => Arithmetic(Unary, "*", "*");

    private SqlPart Arithmetic(Func<SqlPart> next, string one, string other)
    {
        var part = next();
        while (tokens[_at].Kind == SqlTokenKind.Symbol && (tokens[_at].Text == one || tokens[_at].Text == other))
        {
            var sign = tokens[_at++].Text;
            Expect(part, SqlKind.Number);
            var right = Expect(next(), SqlKind.Number);
            part = SqlPart.Of($"({part.Sql} {sign} {right.Sql})", SqlKind.Number, part, right);
        }
        return part;
    }

    private SqlPart Unary() => Symbol("-") && Expect(Unary(), SqlKind.Number) is var part ? SqlPart.Of($"(-{part.Sql})", SqlKind.Number, part) : Primary();

    private SqlPart Primary()
    {
        if (Symbol("("))
        {
            var inner = Or();
            return Symbol(")") ? inner : throw new FormatException("a ( is not closed");
        }
        var token = tokens[_at++];
        switch (token.Kind)
        {
            case SqlTokenKind.Number:
                if (!decimal.TryParse(token.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
                    throw new FormatException($"the number '{token.Text}' is not supported");
                return new(token.Text, SqlKind.Number, []);
            case SqlTokenKind.Text:
                return Literal(token.Text);
            case SqlTokenKind.Quoted:
                return Column(token.Text);
            case SqlTokenKind.Word when tokens[_at] is { Kind: SqlTokenKind.Symbol, Text: "(" }:
                return Function(token.Text);
            case SqlTokenKind.Word:
                return Word(token.Text, tokens[_at]);
            default:
                throw new FormatException(token.Kind == SqlTokenKind.End ? "it ends too early" : $"'{token.Text}' was not expected");
        }
    }

    private SqlPart Word(string word, SqlToken next)
    {
        switch (word.ToUpperInvariant())
        {
            case "TRUE" or "FALSE": return new(word.ToUpperInvariant(), SqlKind.Truth, []);
            case "NULL": return new("NULL", SqlKind.Null, []);
            case "DATE" when next.Kind == SqlTokenKind.Text:
                _at++;
                return DateOnly.TryParseExact(next.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? new($"DATE {SqlText.Literal(next.Text)}", SqlKind.Date, [])
                    : throw new FormatException($"'{next.Text}' is not a date like 2024-02-29");
            default: return Column(word);
        }
    }

    private SqlPart Literal(string text) => strict && text.Contains('\\', StringComparison.Ordinal) ? throw new FormatException("a backslash in text means different things to different engines")
        : new(SqlText.Literal(text), SqlKind.Text, []);

    private SqlPart Column(string first)
    {
        var path = new List<string> { first };
        while (Symbol("."))
            path.Add(tokens[_at].Kind is SqlTokenKind.Word or SqlTokenKind.Quoted ? tokens[_at++].Text : throw new FormatException("a name is missing after '.'"));
        return resolve(path);
    }

    private SqlPart Function(string name)
    {
        var arguments = Arguments();
        var lower = name.ToLowerInvariant();
        if (lower == "coalesce" && arguments.Count > 0)
        {
            var known = arguments.Find(a => a.Kind != SqlKind.Null) ?? arguments[0];
            return SqlPart.Of($"coalesce({string.Join(", ", arguments.Select(a => Alike(known, a).Sql))})", known.Kind, arguments);
        }
        var (takes, gives) = lower switch
        {
            "length" => (SqlKind.Text, SqlKind.Number),
            "upper" or "lower" => (SqlKind.Text, SqlKind.Text),
            "abs" => (SqlKind.Number, SqlKind.Number),
            _ => throw new FormatException($"the function {name} is not supported"),
        };
        return arguments is [var only] ? SqlPart.Of($"{lower}({Expect(only, takes).Sql})", gives, only) : throw new FormatException($"{name} takes one argument");
    }

    private List<SqlPart> Arguments()
    {
        if (!Symbol("("))
            throw new FormatException("a ( is missing");
        var parts = new List<SqlPart> { Or() };
        while (Symbol(","))
            parts.Add(Or());
        return Symbol(")") ? parts : throw new FormatException("a ( is not closed");
    }

    private SqlPart Alike(SqlPart left, SqlPart right) => !strict || (left.Kind == right.Kind && left.Kind != SqlKind.Other) || left.Kind == SqlKind.Null || right.Kind == SqlKind.Null ? right
        : throw new FormatException($"{left.Sql} and {right.Sql} are of different kinds, or of one that cannot be compared here");

    private static SqlPart Expect(SqlPart part, SqlKind kind) => part.Kind == kind || part.Kind == SqlKind.Null ? part : throw new FormatException($"{part.Sql} is not of the kind {kind}");

    private bool IsWord(string word) => tokens[_at].Kind == SqlTokenKind.Word && tokens[_at].Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private bool Word(string word) => IsWord(word) && ++_at > 0;

    private bool Symbol(string symbol) => tokens[_at].Kind == SqlTokenKind.Symbol && tokens[_at].Text == symbol && ++_at > 0;
}
