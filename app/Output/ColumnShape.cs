namespace Plinth.App.Output;

/// <summary>
/// The nesting of a column, read from DuckDB's name of its type: field names of structs, which values alone do not carry.
/// E.g. <c>STRUCT(a INTEGER, "b c" VARCHAR[])</c>, <c>MAP(VARCHAR, INTEGER)</c>.
/// </summary>
internal sealed class ColumnShape
{
    private static readonly ColumnShape Scalar = new([], null);
    private readonly ColumnShape? _item;

    private ColumnShape(IReadOnlyList<(string Name, ColumnShape Shape)> fields, ColumnShape? item) => (Fields, _item) = (fields, item);

    /// <summary>A struct's fields; empty for others.</summary>
    internal IReadOnlyList<(string Name, ColumnShape Shape)> Fields { get; }

    /// <summary>A list's elements or a map's values.</summary>
    internal ColumnShape Item => _item ?? Scalar;

    internal static ColumnShape Parse(string type)
    {
        var at = 0;
        return Type(type, ref at);
    }

    private static ColumnShape Type(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or ' '))
            at++;
        var name = text[start..at].Trim();
        ColumnShape shape;
        if (name == "STRUCT" && at < text.Length && text[at] == '(')
        {
            List<(string, ColumnShape)> fields = [];
            while (text[at] != ')')
            {
                at++;
                fields.Add((Name(text, ref at), Type(text, ref at)));
            }

            at++;
            shape = new(fields, null);
        }
        else if (name == "MAP" && at < text.Length && text[at] == '(')
        {
            at++;
            Type(text, ref at);
            at++;
            shape = new([], Type(text, ref at));
            at++;
        }
        else
        {
            if (at < text.Length && text[at] == '(')
                at = text.IndexOf(')', at) + 1;
            // TIMESTAMP WITH TIME ZONE and the like were read whole above; a modifier may stand in between.
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or ' '))
                at++;
            shape = Scalar;
        }

        while (at < text.Length && text[at] == '[')
        {
            at = text.IndexOf(']', at) + 1;
            shape = new([], shape);
        }

        return shape;
    }

    private static string Name(string text, ref int at)
    {
        while (text[at] == ' ')
            at++;
        if (text[at] != '"')
        {
            var start = at;
            while (text[at] != ' ')
                at++;
            return text[start..at++];
        }

        System.Text.StringBuilder name = new();
        for (at++; ; at++)
        {
            if (text[at] != '"')
                name.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '"')
                name.Append(text[++at]);
            else
                break;
        }

        at += 2;
        return name.ToString();
    }
}
