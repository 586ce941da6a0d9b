using Plinth.Lakehouse.Engine;
using Spectre.Console;

namespace Plinth.App.Output;

/// <summary>A table for people's eyes: the first 200 rows, long values cut.</summary>
internal static class TableRows
{
    private const int Most = 200;
    private const int Widest = 60;

    internal static long Write(SqlResult result)
    {
        Table table = new() { Border = TableBorder.Rounded };
        var types = result.Columns.Select(c => ColumnShape.Parse(c.Type)).ToArray();
        foreach (var column in result.Columns)
        {
            TableColumn shown = new($"[bold]{Markup.Escape(column.Name)}[/]");
            table.AddColumn(IsNumber(column.Kind) ? shown.RightAligned() : shown);
        }

        long rows = 0;
        foreach (var row in result.Rows())
        {
            if (rows++ < Most)
                table.AddRow(row.Select((value, i) => value is null ? "[grey]null[/]" : Markup.Escape(Cut(CsvRows.Text(value, types[i])))).ToArray());
        }

        Shared.Results.Write(table);
        if (rows > Most)
            Shared.Results.WriteLine($"{Most} of {rows} rows; --format csv gives all of them.");
        return rows;
    }

    private static bool IsNumber(SqlType kind) => kind is >= SqlType.TinyInt and <= SqlType.Double;

    private static string Cut(string text)
    {
        text = text.ReplaceLineEndings(" ");
        return text.Length <= Widest ? text : string.Concat(text.AsSpan(0, Widest - 1), "…");
    }
}
