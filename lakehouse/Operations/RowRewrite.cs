using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>Takes rows out of a table and puts others in, in one commit: by deletion vectors where the table allows them, else by writing the files anew without them.</summary>
internal sealed class RowRewrite : IDisposable
{
    public const string Change = "_change_type";

    /// <summary>Bytes of files that are written together as one, a partition.</summary>
    private const long BatchBytes = 256L << 20;

    private readonly Workbench _bench;
    private readonly TableState _state;
    private readonly TargetRows _target;
    private readonly SqlConnection _connection;

    public RowRewrite(Workbench bench, TableState state)
    {
        (_bench, _state, _target, _connection) = (bench, state, new(state, bench.Scan, bench.Log.Store), bench.Connection);
        var id = Guid.CreateVersion7().ToString("n");
        (Gone, Come) = ("gone_" + id, "come_" + id);
        _connection.Execute($"CREATE TEMPORARY TABLE {Gone} ({TargetRows.File} VARCHAR, {TargetRows.Row} BIGINT, {Change} VARCHAR)");
        _connection.Execute($"CREATE TEMPORARY TABLE {Come} ({string.Join(", ", state.Schema.Columns.Select(c => $"{SqlText.Name(c.Name)} {SqlText.Type(c.Type)}"))}, {Change} VARCHAR)");
    }

    /// <summary>A temporary table: file, row, and <c>delete</c> or <c>update_preimage</c> of the rows that go.</summary>
    public string Gone { get; }

    /// <summary>A temporary table: the table's columns, then <c>insert</c> or <c>update_postimage</c>, of the rows that come.</summary>
    public string Come { get; }

    public TargetRows Target => _target;

    /// <summary>The actions that do it; null where nothing goes and nothing comes.</summary>
    /// <exception cref="WriteRefusedException">A row that comes breaks a constraint.</exception>
    public async ValueTask<Change?> PlanAsync(PartitionFilter reads, IReadOnlyList<AddFile> candidates, CancellationToken cancellationToken)
    {
        var come = _connection.Scalar<long>($"SELECT count(*) FROM {Come}", null, cancellationToken);
        var touched = Touched(candidates, cancellationToken);
        if (come == 0 && touched.Count == 0)
            return null;
        RowChecks.Of(_state.Table, _state.Schema, _state.Metadata!.Configuration, _state.Mapping).Verify(_connection, Come, physical: false, all: true, cancellationToken);
        var partly = touched.Where(file => file.Gone < file.Live).ToList();
        var vectors = _state.Is("delta.enableDeletionVectors") && Features.Has(_state.Protocol!, Features.DeletionVectors);
        var actions = ImmutableArray.CreateBuilder<LogAction>();
        actions.AddRange(touched.Select(file => LogAppender.Remove(file.File, _bench.Now)));
        if (vectors)
            actions.AddRange(await VectorsAsync(partly, cancellationToken));
        var fresh = await FilesAsync(vectors ? [] : partly, come > 0, cancellationToken);
        actions.AddRange(fresh);
        var changes = _state.Is("delta.enableChangeDataFeed") && (partly.Count > 0 || Updates(cancellationToken)) ? await ChangesAsync([.. touched.Select(t => t.File)], cancellationToken) : [];
        actions.AddRange(changes);
        var deleted = Count($"FROM {Gone} WHERE {Change} = 'delete'", cancellationToken);
        return new()
        {
            Actions = actions.ToImmutable(),
            Reads = reads,
            Rows = deleted + come,
            Metrics = Metrics(("numRemovedFiles", touched.Count - (vectors ? partly.Count : 0)), ("numAddedFiles", fresh.Count), ("numAddedChangeFiles", changes.Count), ("numDeletionVectorsAdded", vectors ? partly.Count : 0),
                ("numDeletedRows", deleted), ("numUpdatedRows", Count($"FROM {Come} WHERE {Change} = 'update_postimage'", cancellationToken)), ("numInsertedRows", Count($"FROM {Come} WHERE {Change} = 'insert'", cancellationToken))),
        };
    }

    public void Dispose()
    {
        _connection.Execute($"DROP TABLE {Gone}");
        _connection.Execute($"DROP TABLE {Come}");
    }

    private static ImmutableSortedDictionary<string, string> Metrics(params IEnumerable<(string Name, long Value)> metrics) =>
        metrics.ToImmutableSortedDictionary(m => m.Name, m => m.Value.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);

    private long Count(string rest, CancellationToken cancellationToken) => _connection.Scalar<long>($"SELECT count(*) {rest}", null, cancellationToken);

    private bool Updates(CancellationToken cancellationToken) => Count($"FROM {Come} WHERE {Change} <> 'insert'", cancellationToken) > 0;

    private List<TouchedFile> Touched(IReadOnlyList<AddFile> candidates, CancellationToken cancellationToken)
    {
        var rows = _connection.Rows($"SELECT {TargetRows.File}, count(*) FROM {Gone} GROUP BY ALL ORDER BY ALL", null, cancellationToken);
        if (rows.Count == 0)
            return [];
        var files = _target.ByPath(candidates);
        return [.. rows.Select(row => new TouchedFile(files[(string)row[0]!], (string)row[0]!, Convert.ToInt64(row[1], CultureInfo.InvariantCulture), Physical(files[(string)row[0]!], cancellationToken)))];
    }

    /// <summary>Rows in the data file, deleted ones included.</summary>
    private long Physical(AddFile file, CancellationToken cancellationToken) => Scan.Number(file, "numRecords")
        ?? Count($"FROM read_parquet({SqlText.Path(DataPaths.Resolve(_state.Table, _bench.Log.Store, file.DecodedPath))}, hive_partitioning = false)", cancellationToken);

    private async ValueTask<List<AddFile>> VectorsAsync(List<TouchedFile> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
            return [];
        var vectors = new VectorFile();
        var adds = new List<AddFile>();
        foreach (var file in files)
        {
            var rows = _connection.Rows($"SELECT {TargetRows.Row} FROM {Gone} WHERE {TargetRows.File} = {SqlText.Literal(file.Path)}", null, cancellationToken).Select(row => (long)row[0]!);
            adds.Add(file.File with { DeletionVector = vectors.Add([.. rows.Concat(_bench.Scan.Deleted(file.File)).Order()]), Stats = Wide(file), DataChange = true });
        }
        _bench.Written.Add(vectors.Key);
        await vectors.WriteAsync(_bench.Log.Store, cancellationToken);
        return adds;
    }

    /// <summary>Bounds of rows that are partly gone are bounds only.</summary>
    private static string Wide(TouchedFile file)
    {
        var stats = file.File.Stats is { } text && JsonNode.Parse(text) is JsonObject there ? there : [];
        stats["numRecords"] = file.Physical;
        stats["tightBounds"] = false;
        return stats.ToJsonString(SchemaJson.Options);
    }

    /// <summary>The rows that stay of files that lose some, and those that come.</summary>
    private async ValueTask<List<AddFile>> FilesAsync(List<TouchedFile> files, bool come, CancellationToken cancellationToken)
    {
        var sources = Batches(files).Select(batch =>
            $"SELECT {_target.Columns("kept")} FROM ({_target.Sql(batch)}) AS kept ANTI JOIN {Gone} AS gone ON kept.{TargetRows.File} = gone.{TargetRows.File} AND kept.{TargetRows.Row} = gone.{TargetRows.Row}").ToList();
        if (come)
        {
            var select = $"SELECT {_target.Columns("come")} FROM {Come} AS come";
            if (sources.Count > 0)
                sources[^1] += $" UNION ALL {select}";
            else
                sources.Add(select);
        }
        var adds = new List<AddFile>();
        foreach (var source in sources)
            adds.AddRange(await WriteAsync(_state.Schema, "part-", source, cancellationToken));
        return adds;
    }

    private static IEnumerable<List<AddFile>> Batches(List<TouchedFile> files)
    {
        var (batch, bytes) = (new List<AddFile>(), 0L);
        foreach (var file in files)
        {
            if (batch.Count > 0 && bytes + file.File.Size > BatchBytes)
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(file.File);
            bytes += file.File.Size;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>All that goes and comes, since a version with change files has no other changes than those in them.</summary>
    private async ValueTask<List<ChangeFile>> ChangesAsync(List<AddFile> touched, CancellationToken cancellationToken)
    {
        var schema = _state.Schema with { Columns = _state.Schema.Columns.Add(new(Change, DataType.String)) };
        var gone = touched.Count == 0 ? "" : $"""
            SELECT {_target.Columns("old")}, gone.{Change} FROM ({_target.Sql(touched)}) AS old
            JOIN {Gone} AS gone ON old.{TargetRows.File} = gone.{TargetRows.File} AND old.{TargetRows.Row} = gone.{TargetRows.Row} UNION ALL
            """;
        var files = await WriteAsync(schema, "_change_data/cdc-", $"{gone} SELECT {_target.Columns("come")}, come.{Change} FROM {Come} AS come", cancellationToken);
        return [.. files.Select(file => new ChangeFile(file.Path, file.Size) { PartitionValues = file.PartitionValues, DataChange = false })];
    }

    private async ValueTask<IReadOnlyList<AddFile>> WriteAsync(TableSchema schema, string prefix, string sql, CancellationToken cancellationToken)
    {
        var writer = new DataWriter(_bench.Table, schema, _state.Mapping, _bench.Log.Store, _bench.Sql, _bench.Time, _state.Setting(RowGroups.Property)) { Prefix = prefix };
        var files = await writer.WriteAsync(new RowSource.Query(_connection, sql), cancellationToken);
        _bench.Written.AddRange(files.Select(file => file.Path));
        return files;
    }

    /// <param name="Gone">How many of its rows go.</param>
    /// <param name="Physical">How many rows the data file has.</param>
    private sealed record TouchedFile(AddFile File, string Path, long Gone, long Physical)
    {
        public long Live => Physical - (File.DeletionVector?.Cardinality ?? 0);
    }
}
