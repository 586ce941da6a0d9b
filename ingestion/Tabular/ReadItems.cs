using Plinth.Lakehouse;

namespace Plinth.Ingestion.Tabular;

/// <summary>Between the two shapes in which readers give what they read.</summary>
internal static class ReadItems
{
    /// <summary>A stream, whole.</summary>
    public static ReadResult Gather(IEnumerable<ReadItem> items)
    {
        var tables = new Dictionary<TableName, List<object?[]>>();
        var rejected = new List<RejectedRow>();
        foreach (var item in items)
        {
            if (item.Rejected is { } bad)
                rejected.Add(bad);
            else if (item.Row is null)
                continue;
            else if (tables.TryGetValue(item.Table, out var rows))
                rows.Add(item.Row!);
            else
                tables.Add(item.Table, [item.Row!]);
        }
        return new([.. tables.Select(t => new TableRows(t.Key, t.Value))], rejected);
    }

    /// <summary>A result as a stream: tables in their order, then rejections (which may grow while rows are enumerated).</summary>
    public static IEnumerable<ReadItem> Stream(ReadResult result)
    {
        foreach (var table in result.Tables)
            foreach (var row in table.Rows)
                yield return ReadItem.Of(table.Table, row);
        foreach (var rejected in result.Rejected)
            yield return ReadItem.Of(rejected);
    }
}
