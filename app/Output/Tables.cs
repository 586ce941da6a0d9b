using Spectre.Console;

namespace Plinth.App.Output;

/// <summary>Small tables for people on stdout.</summary>
internal static class Tables
{
    internal static Table New(params ReadOnlySpan<string> columns)
    {
        Table table = new() { Border = TableBorder.Rounded };
        foreach (var column in columns)
            table.AddColumn(column.StartsWith('#') ? new TableColumn(Markup.Escape(column[1..])).RightAligned() : new TableColumn(Markup.Escape(column)));
        return table;
    }

    internal static Table Row(this Table table, params ReadOnlySpan<object?> values)
    {
        var cells = new string[values.Length];
        for (var i = 0; i < values.Length; i++)
            cells[i] = Markup.Escape(values[i] switch
            {
                null => "",
                DateTimeOffset t => t.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'"),
                DateTime t => t.ToString("yyyy-MM-dd HH:mm:ss'Z'"),
                long n => n.ToString("N0"),
                int n => n.ToString("N0"),
                double d => d.ToString("0.####"),
                var other => ScalarText.Of(other),
            });
        return table.AddRow(cells);
    }

    internal static void Print(this Table table) => Shared.Results.Write(table);
}
