using System.Text;
using System.Text.Json;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Reading;

/// <summary>Makes the SQL that reads a table's data files.</summary>
internal sealed class Scan(string table, IObjectStore store, FileLayouts layouts)
{
    private readonly DeletionVectors _vectors = new(table, store);

    public IReadOnlyList<DataFile> Files(TableState state) =>
        [.. Ordered(state.Files.Values).Select(Describe)];

    /// <summary>The state's files for which <paramref name="keep"/> holds.</summary>
    public FileSet Keep(TableState state, Func<DataFile, bool> keep) => FileSet.Of([.. state.Files.Where(file => keep(Describe(file)))]);

    public string ToSql(TableState state) => ToSql(state, [.. state.Files.Values]);

    /// <summary>The rows of some of the state's files.</summary>
    public string ToSql(TableState state, IReadOnlyList<AddFile> files) => ToSql(state, [.. Ordered(files).Select(file => new ScanFile(file))]);

    /// <summary>Sees to it that the engine finds the state's files on this machine.</summary>
    public void Fetch(TableState state)
    {
        if (!store.IsLocal)
            store.Fetch([.. state.Files.Values.Select(file => file.DecodedPath)]);
    }

    /// <summary>The rows of <paramref name="files"/> with the columns of <paramref name="state"/> and, after them, the constants each file is given.</summary>
    public string ToSql(TableState state, IReadOnlyList<ScanFile> files, IReadOnlyList<(string Name, string Type)>? constants = null)
    {
        if (files.Count == 0)
            return Empty(state.Schema, constants ?? []);
        store.Fetch([.. files.Select(file => file.Action.DecodedPath)]);
        var layout = Layouts(state, files);
        var projection = new Projection(table, state.Mapping);
        var branches = files.GroupBy(file => (Layout: layout[file]?.Id, Partition: PartitionKey(state, file.Action), file.Rows, file.Constants));
        return string.Join("\nUNION ALL\n", branches.Select(branch => Branch(state, projection, layout[branch.First()], [.. branch], constants ?? [])));
    }

    /// <summary>Positions of a file's deleted rows.</summary>
    /// <exception cref="TableFormatException">The vector is missing, damaged, or another file's.</exception>
    public long[] Deleted(FileAction file)
    {
        if (file.DeletionVector is not { } vector)
            return [];
        var positions = _vectors.Read(vector);
        if (positions is [.., var last] && file is AddFile add && Number(add, "numRecords") is { } rows && last >= rows)
            throw new TableFormatException(table, file.Path, $"its deletion vector names row {last}; the file has {rows} rows.");
        return positions;
    }

    private string Branch(TableState state, Projection projection, FileLayout? layout, IReadOnlyList<ScanFile> files, IReadOnlyList<(string Name, string Type)> constants)
    {
        var partitions = state.Schema.PartitionColumns;
        var columns = state.Schema.Columns.Select(column => (column.Name, Sql: IsPartition(column)
            ? PartitionValue.ToSql(Partition(files[0].Action, column, state.Mapping), column.Type)
            : layout is null ? Trusted(column) : projection.Of(column, layout.Columns)));
        var expressions = columns.Select(c => c.Sql == SqlText.Name(c.Name) ? c.Sql : $"{c.Sql} AS {SqlText.Name(c.Name)}")
            .Concat(constants.Select((c, i) => $"{files[0].Constants![i]} AS {SqlText.Name(c.Name)}"));
        var sql = new StringBuilder("SELECT ").AppendJoin(", ", expressions).Append(" FROM read_parquet(")
            .Append(SqlText.List(files.Select(file => SqlText.Path(DataPaths.Resolve(table, store, file.Action.DecodedPath)))))
            .Append(", hive_partitioning = false");
        var rows = files[0].Rows ?? (files[0].Action.DeletionVector is null ? null : new RowSelection(Deleted(files[0].Action), Keep: false));
        if (rows is null)
            return sql.Append(')').ToString();
        return sql.Append(", file_row_number = true) WHERE ").Append(rows.ToSql("file_row_number")).ToString();

        bool IsPartition(Column column) => partitions.Contains(column.Name, StringComparer.OrdinalIgnoreCase);
        string Trusted(Column column) => column.Type is DataType.Primitive { Name: "void" } ? $"CAST(NULL AS {SqlText.Type(column.Type)})" : SqlText.Name(column.Name);
    }

    /// <summary>Each file's columns; null for files that were written here with exactly the table's present columns, which need not be opened to know them.</summary>
    private Dictionary<ScanFile, FileLayout?> Layouts(TableState state, IReadOnlyList<ScanFile> files)
    {
        var tag = state.Mapping == ColumnMapping.None ? LayoutTag.Of(state.Schema) : null;
        var unknown = files.Where(file => tag is null || (file.Action as AddFile)?.Tags?.GetValueOrDefault(LayoutTag.Key) != tag)
            .ToDictionary(file => file, file => DataPaths.Resolve(table, store, file.Action.DecodedPath));
        var read = layouts.Of(table, unknown.Values);
        var result = files.ToDictionary(file => file, file => unknown.TryGetValue(file, out var path) ? read[path] : null);
        if (state.Mapping == ColumnMapping.Id && result.FirstOrDefault(f => f.Value?.Columns.Any(c => c.FieldId is not null) == false) is { Key: { } bare })
            throw new TableFormatException(table, bare.Action.Path, "the table maps columns by field id, and the file has none.");
        return result;
    }

    private string PartitionKey(TableState state, FileAction file)
    {
        var vector = file.DeletionVector is null ? "" : file.DeletionVector.UniqueId + file.DecodedPath;
        return state.Schema.PartitionColumns.IsEmpty ? vector
            : vector + JsonSerializer.Serialize(state.Schema.Columns.Where(c => state.Schema.PartitionColumns.Contains(c.Name, StringComparer.OrdinalIgnoreCase)).Select(c => Partition(file, c, state.Mapping)));
    }

    internal static string? Partition(FileAction file, Column column, ColumnMapping mapping) =>
        file.PartitionValues.TryGetValue(Projection.PhysicalName(column, mapping), out var value) ? value : file.PartitionValues.GetValueOrDefault(column.Name);

    private static string Empty(TableSchema schema, IReadOnlyList<(string Name, string Type)> constants) =>
        $"SELECT {string.Join(", ", schema.Columns.Select(c => (c.Name, Type: SqlText.Type(c.Type))).Concat(constants).Select(c => $"CAST(NULL AS {c.Type}) AS {SqlText.Name(c.Name)}"))} WHERE false";

    private static IEnumerable<AddFile> Ordered(IEnumerable<AddFile> files) => files.OrderBy(f => f.ModificationTime).ThenBy(f => f.Path, StringComparer.Ordinal);

    private DataFile Describe(AddFile file) => new(DataPaths.Resolve(table, store, file.DecodedPath), file.Size, Rows(file), file.PartitionValues);

    internal static long? Rows(AddFile file) => Number(file, "numRecords") - (file.DeletionVector?.Cardinality ?? 0);

    internal static long? Number(AddFile file, string statistic)
    {
        if (file.Stats is null)
            return null;
        try
        {
            using var stats = JsonDocument.Parse(file.Stats);
            return stats.RootElement.Long(statistic);
        }
        catch (JsonException)
        {
            return null; // Statistics are optional: damaged ones are as good as none.
        }
    }
}

/// <summary>A data file to read.</summary>
/// <param name="Rows">Which of its rows; null for those that its deletion vector leaves.</param>
/// <param name="Constants">SQL literals for the extra columns.</param>
internal sealed record ScanFile(FileAction Action, RowSelection? Rows = null, IReadOnlyList<string>? Constants = null);

/// <summary>Rows of a file by position.</summary>
/// <param name="Positions">Ascending, from 0.</param>
/// <param name="Keep">Whether these are the rows wanted, or all others are.</param>
internal sealed record RowSelection(IReadOnlyList<long> Positions, bool Keep)
{
    /// <summary>A condition on <paramref name="column"/>; runs of positions become ranges, so that large regular deletions stay short.</summary>
    public string ToSql(string column)
    {
        var (ranges, single) = (new List<string>(), new List<long>());
        for (var i = 0; i < Positions.Count;)
        {
            var end = i;
            while (end + 1 < Positions.Count && Positions[end + 1] == Positions[end] + 1)
                end++;
            if (end - i >= 7)
                ranges.Add($"{column} BETWEEN {Positions[i]} AND {Positions[end]}");
            else
                for (var k = i; k <= end; k++)
                    single.Add(Positions[k]);
            i = end + 1;
        }
        if (single.Count > 0)
            ranges.Add($"{column} IN (SELECT unnest({SqlText.List(single.Select(p => p.ToString(System.Globalization.CultureInfo.InvariantCulture)))}))");
        return ranges.Count == 0 ? (Keep ? "false" : "true") : $"{(Keep ? "" : "NOT ")}({string.Join(" OR ", ranges)})";
    }
}
