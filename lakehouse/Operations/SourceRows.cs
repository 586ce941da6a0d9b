using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Operations;

/// <summary>Rows that come from outside, taken in once: a plan may be made several times, a stream be read only once.</summary>
internal sealed class SourceRows
{
    public const string Number = "__plinth_source";

    /// <summary>The table that holds them, and after their columns <see cref="Number"/>, which tells them apart.</summary>
    public string Table { get; } = $"source_{Guid.CreateVersion7():n}";

    public void Drop(Workbench bench) => bench.Connection.Execute($"DROP TABLE IF EXISTS {Table}");

    /// <exception cref="SchemaMismatchException">A row has another number of values than <paramref name="schema"/> has columns.</exception>
    public async ValueTask TakeAsync(Workbench bench, RowSource source, TableSchema schema, CancellationToken cancellationToken)
    {
        if (source is RowSource.Query query)
        {
            bench.Connection.Execute($"CREATE TEMPORARY TABLE {Table} AS SELECT *, row_number() OVER () AS {Number} FROM ({query.Sql})", null, cancellationToken);
            return;
        }
        var columns = string.Join(", ", schema.Columns.Select(c => $"{SqlText.Name(c.Name)} {SqlText.Type(c.Type)}"));
        bench.Connection.Execute($"CREATE TABLE {Table} ({columns}, {Number} BIGINT)", null, cancellationToken);
        using var appender = bench.Connection.Append(null, Table);
        var number = 0L;
        switch (source)
        {
            case RowSource.Values values:
                foreach (var row in values.Rows)
                    Add(row);
                break;
            case RowSource.Stream stream:
                await foreach (var row in stream.Rows.WithCancellation(cancellationToken))
                    Add(row);
                break;
        }

        void Add(object?[] row)
        {
            number++;
            appender.AddRow(row.Length == schema.Columns.Length ? [.. row, number]
                : throw new SchemaMismatchException(bench.Table, $"row {number} has {row.Length} values; the schema has {schema.Columns.Length} columns."));
        }
    }
}
