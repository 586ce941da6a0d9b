namespace Plinth.Sandbox.Scoring;

/// <summary>Reads CSV that untrusted code wrote (RFC 4180, comma, quotes doubled), within limits, in our own process: small enough to be seen through.</summary>
internal static class CsvText
{
    internal const int MaximumField = 4096;

    /// <summary>Records of a text with the line each begins on.</summary>
    /// <exception cref="FormatException">A quote that does not close, or a field too long; the message names the line.</exception>
    public static IEnumerable<(int Line, List<string> Fields)> Read(string text)
    {
        var at = 0;
        var line = 1;
        while (at < text.Length)
        {
            var began = line;
            var fields = new List<string>();
            bool more;
            do
                more = Field(text, ref at, ref line, fields);
            while (more);
            if (fields is not [""])
                yield return (began, fields);
        }
    }

    private static bool Field(string text, ref int at, ref int line, List<string> fields)
    {
        var field = new System.Text.StringBuilder();
        var quoted = at < text.Length && text[at] == '"';
        var open = quoted;
        if (quoted)
            at++;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (open && c == '"')
            {
                if (at + 1 < text.Length && text[at + 1] == '"')
                    at++;
                else
                {
                    open = false;
                    continue;
                }
            }
            else if (!open && c is ',' or '\n' or '\r')
                break;
            if (c == '\n')
                line++;
            if (field.Append(c).Length > MaximumField)
                throw new FormatException($"line {line}: a field has more than {MaximumField} characters");
        }
        if (open)
            throw new FormatException($"line {line}: a quote is not closed");
        fields.Add(field.ToString());
        if (at < text.Length && text[at] == ',')
        {
            at++;
            if (at == text.Length)
                fields.Add("");
            return at < text.Length;
        }
        if (at < text.Length && text[at] == '\r')
            at++;
        if (at < text.Length && text[at] == '\n')
            (at, line) = (at + 1, line + 1);
        return false;
    }

    /// <summary>A field as written by us: quoted where it must be.</summary>
    public static string Quote(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"")}\"";
}
