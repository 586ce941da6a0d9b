using System.Text;
using System.Text.Json;
using Plinth.Lakehouse.Engine;
using Plinth.Lakehouse.Reading;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Delta;

/// <summary>Reads checkpoints of every kind: classic, in parts, and V2 with a JSON or Parquet manifest and sidecars.</summary>
internal sealed class CheckpointReader(string table, IObjectStore store, SqlPool sql)
{
    /// <summary>Each kind of action with a field that it never lacks: asking for that one field's rows reads next to nothing where there are none.</summary>
    private static readonly (string Name, string Field)[] Known =
        [("protocol", "minReaderVersion"), ("metaData", "schemaString"), ("txn", "appId"), ("domainMetadata", "domain"), ("remove", "path"), ("sidecar", "path")];

    /// <exception cref="TableFormatException">A file is missing or unreadable.</exception>
    /// <returns>The state at the checkpoint's version.</returns>
    public async ValueTask<TableState> ReadAsync(CheckpointFiles checkpoint, CancellationToken cancellationToken)
    {
        var files = new FileColumns();
        var keys = checkpoint.Names.Select(name => $"{LogNames.Folder}/{name}").ToList();
        var actions = new List<LogAction>();
        if (keys is [var manifest] && manifest.EndsWith(".json", StringComparison.Ordinal))
        {
            var content = await store.ReadAsync(manifest, cancellationToken) ?? throw new TableFormatException(table, manifest, "the checkpoint is gone.");
            actions.AddRange(ActionReader.ReadLines(table, manifest, content));
        }
        else
        {
            await ReadParquetAsync(keys, files, actions, cancellationToken);
        }
        var sidecars = new List<string>();
        foreach (var sidecar in actions.OfType<Sidecar>())
            sidecars.Add(await SidecarKeyAsync(sidecar.Path, cancellationToken));
        if (sidecars.Count > 0)
        {
            actions.RemoveAll(action => action is Sidecar);
            await ReadParquetAsync(sidecars, files, actions, cancellationToken);
        }
        var state = new TableState { Table = table }.Apply(checkpoint.Version, checkpoint.Modified, actions);
        return state with { Files = FileSet.Of(files).With([], state.Files) };
    }

    private async ValueTask<string> SidecarKeyAsync(string path, CancellationToken cancellationToken)
    {
        // The path is a file name; some writers percent-encode it and others do not.
        var name = path[(path.LastIndexOf('/') + 1)..];
        var plain = $"{LogNames.Folder}/_sidecars/{name}";
        return await store.FindAsync(plain, cancellationToken) is not null ? plain : $"{LogNames.Folder}/_sidecars/{Uri.UnescapeDataString(name)}";
    }

    private async ValueTask ReadParquetAsync(List<string> keys, FileColumns files, List<LogAction> actions, CancellationToken cancellationToken)
    {
        await store.FetchAsync(keys, cancellationToken);
        var list = SqlText.List(keys.Select(key => SqlText.Path(store.LocalPath(key))));
        using var lease = sql.Rent();
        try
        {
            // Columns differ by writer. All but the files are few: each row as JSON, so that one reader serves all sources.
            var layouts = new FileLayouts(sql).Of(table, [.. keys.Select(store.LocalPath)]);
            foreach (var (name, field) in Known.Where(known => layouts.Values.Any(layout => layout.Columns.Any(column => column.Name == known.Name))))
            {
                using var result = lease.Connection.Query(
                    $"SELECT CAST(to_json({name}) AS VARCHAR) FROM read_parquet({list}, union_by_name = true, hive_partitioning = false) WHERE {name}.{field} IS NOT NULL", null, cancellationToken);
                while (result.NextChunk())
                    for (var row = 0; row < result.Chunk.Count; row++)
                        if (Parse(name, result.Chunk[0].Bytes(row)) is { } action)
                            actions.Add(action);
            }
            foreach (var key in keys)
                if (layouts[store.LocalPath(key)].Columns.FirstOrDefault(column => column.Name == "add") is { } add)
                    new CheckpointAdds(table, key, store, sql, files).Read(lease.Connection, Fields(add, actions), cancellationToken);
        }
        catch (Exception e) when (e is SqlException or JsonException or FormatException or InvalidOperationException)
        {
            throw new TableFormatException(table, string.Join(", ", keys), $"the checkpoint cannot be read: {e.Message}");
        }
    }

    /// <summary>The fields of a file's <c>add</c> that are worth reading: of a table without partitions no values.</summary>
    private static HashSet<string> Fields(FileColumn add, List<LogAction> actions)
    {
        var fields = add.Children.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        if (actions.OfType<Metadata>().FirstOrDefault()?.PartitionColumns.IsEmpty == true)
            fields.Remove("partitionValues");
        return fields;
    }

    private static LogAction? Parse(string name, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        return ActionReader.Read(name, document.RootElement);
    }
}
