using System.Collections.Immutable;

namespace Plinth.Lakehouse.Delta;

/// <summary>The log's actions, named as in the protocol: https://github.com/delta-io/delta/blob/master/PROTOCOL.md#actions.</summary>
internal abstract record LogAction;

/// <param name="ReaderFeatures">Not null exactly when the reader version is 3.</param>
/// <param name="WriterFeatures">Not null exactly when the writer version is 7.</param>
internal sealed record Protocol(int MinReaderVersion, int MinWriterVersion, ImmutableSortedSet<string>? ReaderFeatures = null, ImmutableSortedSet<string>? WriterFeatures = null) : LogAction;

internal sealed record Metadata(string Id, string SchemaString, ImmutableArray<string> PartitionColumns, ImmutableSortedDictionary<string, string> Configuration) : LogAction
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    public string Provider { get; init; } = "parquet";
    public ImmutableSortedDictionary<string, string> Options { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public long? CreatedTime { get; init; }
}

/// <summary>What tells one logical file from another: the same data file with another deletion vector is another.</summary>
internal readonly record struct FileKey(string Path, string? DeletionVector);

internal abstract record FileAction(string Path) : LogAction
{
    /// <summary>The path in one form, whichever its writer used.</summary>
    public string DecodedPath { get; } = DataPaths.Canonical(Path);
    public ImmutableSortedDictionary<string, string?> PartitionValues { get; init; } = NoValues;
    public bool DataChange { get; init; } = true;
    public DeletionVector? DeletionVector { get; init; }
    public FileKey Key => new(DecodedPath, DeletionVector?.UniqueId);

    public static readonly ImmutableSortedDictionary<string, string?> NoValues = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);
}

internal sealed record AddFile(string Path, long Size, long ModificationTime) : FileAction(Path)
{
    private readonly string? _stats;

    /// <summary>Statistics as JSON text; of a checkpoint's, read when asked for.</summary>
    /// <exception cref="TableFormatException">The checkpoint is gone since the table was opened.</exception>
    public string? Stats
    {
        get => _stats ?? StatisticsSource?.Text(StatisticsRow);
        init => (_stats, StatisticsSource) = (value, null);
    }

    /// <summary>Where the statistics are that are not in memory, and at which place there.</summary>
    public CheckpointStatistics? StatisticsSource { get; init; }
    public int StatisticsRow { get; init; }

    public ImmutableSortedDictionary<string, string?>? Tags { get; init; }
    public long? BaseRowId { get; init; }
    public long? DefaultRowCommitVersion { get; init; }
    public string? ClusteringProvider { get; init; }
}

internal sealed record RemoveFile(string Path, long DeletionTimestamp) : FileAction(Path)
{
    public bool ExtendedFileMetadata { get; init; }
    public long? Size { get; init; }
    public long? BaseRowId { get; init; }
    public long? DefaultRowCommitVersion { get; init; }
}

internal sealed record ChangeFile(string Path, long Size) : FileAction(Path);

/// <param name="StorageType"><c>u</c> a file beside the data, <c>p</c> a file anywhere, <c>i</c> inline.</param>
internal sealed record DeletionVector(string StorageType, string PathOrInlineDv, int? Offset, int SizeInBytes, long Cardinality)
{
    public string UniqueId => Offset is { } offset ? $"{StorageType}{PathOrInlineDv}@{offset}" : StorageType + PathOrInlineDv;
}

internal sealed record Transaction(string AppId, long Version, long? LastUpdated) : LogAction;

internal sealed record DomainMetadata(string Domain, string Configuration, bool Removed) : LogAction;

internal sealed record Sidecar(string Path) : LogAction;

/// <summary>Where a commit came from. Never part of a table's state.</summary>
internal sealed record CommitInfo : LogAction
{
    public long? Timestamp { get; init; }
    public long? InCommitTimestamp { get; init; }
    public string Operation { get; init; } = "";
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Metrics { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string? EngineInfo { get; init; }
    public string? TxnId { get; init; }
    public long? ReadVersion { get; init; }
    public bool? IsBlindAppend { get; init; }
    public Lineage? Lineage { get; init; }
    /// <summary>SHA-256 of the previous version's commit file: a chain that shows tampering.</summary>
    public string? PreviousSha256 { get; init; }
}
