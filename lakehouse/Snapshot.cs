namespace Plinth.Lakehouse;

/// <summary>A table as it was at one version. Immutable.</summary>
public sealed class Snapshot
{
    internal Snapshot() { }

    /// <summary>The table's name, or its folder where it lies outside a lake.</summary>
    public required string Table { get; init; }

    /// <summary>The version.</summary>
    public required long Version { get; init; }

    /// <summary>When the version was committed.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The columns at that version.</summary>
    public required TableSchema Schema { get; init; }

    /// <summary>The table's configuration.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>The live data files.</summary>
    public required IReadOnlyList<DataFile> Files { get; init; }

    /// <summary>The newest transaction per application.</summary>
    public required IReadOnlyDictionary<string, long> Transactions { get; init; }

    /// <summary>A SELECT over exactly this version's rows with the schema's column names and order; put it in parentheses to use it as a table.</summary>
    public string ToSql() => throw new NotImplementedException();
}

/// <summary>One live Parquet file.</summary>
/// <param name="Path">Absolute path on this machine.</param>
/// <param name="Rows">Rows in it, where the log says so.</param>
public sealed record DataFile(string Path, long Size, long? Rows, IReadOnlyDictionary<string, string?> PartitionValues);
