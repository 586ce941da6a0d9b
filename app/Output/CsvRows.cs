using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Json;
using Plinth.Lakehouse.Engine;

namespace Plinth.App.Output;

/// <summary>RFC 4180, UTF-8, LF, a header row; NULL is empty; nested values are JSON.</summary>
internal static class CsvRows
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    internal static long Write(SqlResult result, Stream stream)
    {
        using StreamWriter text = new(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        var types = result.Columns.Select(c => ColumnShape.Parse(c.Type)).ToArray();
        text.WriteLine(string.Join(',', result.Columns.Select(c => Quote(c.Name))));
        long rows = 0;
        foreach (var row in result.Rows())
        {
            for (var i = 0; i < row.Length; i++)
            {
                if (i > 0)
                    text.Write(',');
                text.Write(Quote(Text(row[i], types[i])));
            }

            text.WriteLine();
            rows++;
        }

        return rows;
    }

    internal static string Text(object? value, ColumnShape shape)
    {
        if (value is null or string or byte[] or not (IEnumerable or object?[]))
            return ScalarText.Of(value);
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            JsonRows.WriteValue(json, value, shape);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(Special) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
