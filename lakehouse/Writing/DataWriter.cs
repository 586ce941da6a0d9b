using System.Collections.Immutable;
using System.Globalization;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Writing;

/// <summary>Writes rows as Parquet files of a table: unique names, ZSTD, field ids, statistics; durable when it returns.</summary>
internal sealed class DataWriter(TableName table, TableSchema schema, ColumnMapping mapping, IObjectStore store, SqlPool sql, TimeProvider time, string? rowGroupRows = null)
{
    /// <summary>Rows of one file where they come as values.</summary>
    private const int RowsPerFile = 500_000;

    private readonly List<AddFile> _files = [];
    private readonly TableSchema _physical = PhysicalSchema.Of(schema, mapping);

    /// <summary>What each row must keep; null where the rows were looked at before.</summary>
    public RowChecks? Checks { get; init; }

    /// <summary>What the names of files begin with; a folder in it is made.</summary>
    public string Prefix { get; init; } = "part-";

    /// <summary>The columns that files hold: all but those that partition.</summary>
    private ImmutableArray<Column> Stored => [.. _physical.Columns.Where(c => !_physical.PartitionColumns.Contains(c.Name, StringComparer.OrdinalIgnoreCase))];

    /// <exception cref="SchemaMismatchException">The rows do not fit the schema.</exception>
    public async ValueTask<IReadOnlyList<AddFile>> WriteAsync(RowSource rows, CancellationToken cancellationToken)
    {
        Posix.MakeFolder(Path.GetDirectoryName(store.LocalPath(Prefix + "x"))!);
        try
        {
            switch (rows)
            {
                case RowSource.Query query: await WriteQueryAsync(query, cancellationToken); break;
                case RowSource.Values values: await WriteValuesAsync(Stream(values.Rows), cancellationToken); break;
                case RowSource.Stream stream: await WriteValuesAsync(stream.Rows, cancellationToken); break;
            }
        }
        catch
        {
            await DiscardAsync();
            throw;
        }
        return _files;
    }

    /// <summary>One file of one partition out of a query over the table's columns; null where it gives no rows.</summary>
    /// <param name="partition">The partition's values as the log has them.</param>
    public async ValueTask<AddFile?> WriteFileAsync(SqlConnection connection, string select, ImmutableSortedDictionary<string, string?> partition, CancellationToken cancellationToken)
    {
        var source = mapping == ColumnMapping.None ? select : PhysicalSchema.Rename(table.ToString(), schema, _physical, select);
        var before = _files.Count;
        await CopyAsync(connection, $"SELECT {string.Join(", ", Stored.Select(c => SqlText.Name(c.Name)))} FROM ({source})", partition, cancellationToken);
        return _files.Count > before ? _files[^1] : null;
    }

    /// <summary>Removes files that no commit names and none ever will.</summary>
    public async ValueTask DiscardAsync()
    {
        foreach (var file in _files)
            await store.DeleteAsync(file.Path, CancellationToken.None);
        _files.Clear();
    }

    private async ValueTask WriteQueryAsync(RowSource.Query query, CancellationToken cancellationToken)
    {
        var given = query.Connection.Rows($"DESCRIBE {query.Sql}", null, cancellationToken).Select(row => (string)row[0]!).ToList();
        var missing = schema.Columns.Where(c => !given.Contains(c.Name, StringComparer.OrdinalIgnoreCase)).Select(c => c.Name).ToList();
        var unknown = given.Where(name => schema.IndexOf(name) < 0).ToList();
        if (missing.Count > 0 || unknown.Count > 0)
            throw new SchemaMismatchException(table, $"the query's columns are not the table's: {string.Join("; ", Faults(missing, unknown))}.");
        var source = $"SELECT {string.Join(", ", schema.Columns.Select(c => $"CAST({SqlText.Name(c.Name)} AS {SqlText.Type(c.Type)}) AS {SqlText.Name(c.Name)}"))} FROM ({query.Sql})";
        if (mapping != ColumnMapping.None)
            source = PhysicalSchema.Rename(table.ToString(), schema, _physical, source);
        if (schema.PartitionColumns.IsEmpty && Checks is not { BeyondStatistics: true })
        {
            await CopyAsync(query.Connection, source, FileAction.NoValues, cancellationToken);
            return;
        }
        var temporary = TemporaryName();
        query.Connection.Execute($"CREATE TEMPORARY TABLE {temporary} AS {source}", null, cancellationToken);
        try
        {
            Checks?.Verify(query.Connection, temporary, physical: true, all: false, cancellationToken);
            await CopyPartitionsAsync(query.Connection, temporary, cancellationToken);
        }
        finally
        {
            query.Connection.Execute($"DROP TABLE {temporary}", null, CancellationToken.None);
        }
    }

    private static IEnumerable<string> Faults(List<string> missing, List<string> unknown)
    {
        if (missing.Count > 0)
            yield return $"it lacks {string.Join(", ", missing)}";
        if (unknown.Count > 0)
            yield return $"the table has no {string.Join(", ", unknown)}";
    }

    private async ValueTask WriteValuesAsync(IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var source = rows.GetAsyncEnumerator(cancellationToken);
        var number = 0L;
        while (await source.MoveNextAsync())
        {
            using var lease = sql.Rent();
            var temporary = TemporaryName();
            lease.Connection.Execute($"CREATE TABLE {temporary} ({string.Join(", ", _physical.Columns.Select(c => $"{SqlText.Name(c.Name)} {SqlText.Type(c.Type)}"))})", null, cancellationToken);
            try
            {
                using (var appender = lease.Connection.Append(null, temporary))
                {
                    var more = true;
                    for (var count = 0; more && count < RowsPerFile; more = count < RowsPerFile && await source.MoveNextAsync())
                    {
                        var row = source.Current;
                        Check(row, ++number);
                        appender.AddRow(row);
                        count++;
                    }
                }
                Checks?.Verify(lease.Connection, temporary, physical: true, all: false, cancellationToken);
                await CopyPartitionsAsync(lease.Connection, temporary, cancellationToken);
            }
            finally
            {
                lease.Connection.Execute($"DROP TABLE {temporary}", null, CancellationToken.None);
            }
        }
    }

    private void Check(object?[] row, long number)
    {
        if (row.Length != schema.Columns.Length)
            throw new SchemaMismatchException(table, $"row {number} has {row.Length} values; the schema has {schema.Columns.Length} columns.");
        for (var i = 0; i < row.Length; i++)
            if (row[i] is null && !schema.Columns[i].Nullable)
                throw new SchemaMismatchException(table, $"row {number} has no value for {schema.Columns[i].Name}, which is required.");
    }

    private async ValueTask CopyPartitionsAsync(SqlConnection connection, string from, CancellationToken cancellationToken)
    {
        var all = $"SELECT {string.Join(", ", Stored.Select(c => SqlText.Name(c.Name)))} FROM {from}";
        if (schema.PartitionColumns.IsEmpty)
        {
            await CopyAsync(connection, all, FileAction.NoValues, cancellationToken);
            return;
        }
        var columns = _physical.PartitionColumns.Select(name => _physical.Columns[_physical.IndexOf(name)]).ToList();
        var names = string.Join(", ", columns.Select(c => SqlText.Name(c.Name)));
        foreach (var tuple in connection.Rows($"SELECT {string.Join(", ", columns.Select(PartitionText))} FROM {from} GROUP BY ALL ORDER BY ALL", null, cancellationToken))
        {
            var values = columns.Select((c, i) => (c.Name, Value: (string?)tuple[i])).ToList();
            var condition = string.Join(" AND ", columns.Select((c, i) => $"{PartitionText(c)} IS NOT DISTINCT FROM {(tuple[i] is string text ? SqlText.Literal(text) : "NULL")}"));
            await CopyAsync(connection, $"{all} WHERE {condition}",
                values.ToImmutableSortedDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal), cancellationToken);
        }
    }

    /// <summary>A partition column's value as the protocol writes it; the empty text and null are one.</summary>
    private static string PartitionText(Column column)
    {
        var name = SqlText.Name(column.Name);
        return column.Type.ToString() switch
        {
            "timestamp" => $"strftime({name} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')",
            "timestamp_ntz" => $"strftime({name}, '%Y-%m-%d %H:%M:%S.%f')",
            "binary" => $"decode({name})",
            // As Java spells them, and so every engine that shares tables with Spark; the engine says nan, -nan, inf.
            "float" or "double" => $"CASE WHEN isnan({name}) THEN 'NaN' WHEN isinf({name}) THEN if({name} > 0, 'Infinity', '-Infinity') ELSE CAST({name} AS VARCHAR) END",
            _ => $"nullif(CAST({name} AS VARCHAR), '')",
        };
    }

    private async ValueTask CopyAsync(SqlConnection connection, string select, ImmutableSortedDictionary<string, string?> partition, CancellationToken cancellationToken)
    {
        var name = $"{Prefix}{Guid.CreateVersion7():D}.parquet";
        var file = new AddFile(name, 0, 0);
        _files.Add(file); // at once, so that a failure removes it
        var geo = GeoMetadata.Of(Stored) is { } json ? $", KV_METADATA {{geo: {SqlText.Literal(json)}}}" : "";
        var result = connection.Rows($"COPY ({select}) TO {SqlText.Literal(store.LocalPath(name))} (FORMAT parquet, COMPRESSION zstd, FIELD_IDS {FieldIds.Of(_physical)}, RETURN_STATS{RowGroups.Option(table, rowGroupRows)}{geo})", null, cancellationToken);
        var (rows, size) = (Convert.ToInt64(result[0][1], CultureInfo.InvariantCulture), Convert.ToInt64(result[0][2], CultureInfo.InvariantCulture));
        if (rows == 0)
        {
            _files.Remove(file);
            await store.DeleteAsync(name, cancellationToken);
            return;
        }
        var statistics = new FileStatistics(rows, Columns(result[0][4]));
        if (statistics.NullInRequired(Stored) is { } required)
            throw new SchemaMismatchException(table, $"the rows have no value in some places for {PhysicalSchema.LogicalName(required)}, which is required.");
        await store.SealAsync(name, cancellationToken);
        _files[^1] = file with
        {
            Size = size,
            ModificationTime = time.GetUtcNow().ToUnixTimeMilliseconds(),
            PartitionValues = partition,
            Stats = statistics.ToJson(Stored),
            Tags = mapping == ColumnMapping.None ? FileAction.NoValues.Add(LayoutTag.Key, LayoutTag.Of(schema)) : null,
        };
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string?>> Columns(object? statistics) =>
        ((IReadOnlyDictionary<object, object?>?)statistics ?? ImmutableDictionary<object, object?>.Empty).ToDictionary(
            column => (string)column.Key,
            column => (IReadOnlyDictionary<string, string?>)((IReadOnlyDictionary<object, object?>)column.Value!).ToDictionary(v => (string)v.Key, v => v.Value as string, StringComparer.Ordinal),
            StringComparer.Ordinal);

    private static string TemporaryName() => $"rows_{Guid.CreateVersion7():n}";

    private static async IAsyncEnumerable<object?[]> Stream(IEnumerable<object?[]> rows)
    {
        await Task.CompletedTask;
        foreach (var row in rows)
            yield return row;
    }
}
