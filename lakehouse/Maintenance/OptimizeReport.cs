using System.Collections.Immutable;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>How to lay a table's files out.</summary>
public sealed record OptimizeOptions
{
    /// <value>True: nothing is written, only counted.</value>
    public bool DryRun { get; init; } = true;

    /// <summary>Size of a file to aim at, bytes.</summary>
    /// <value>The table's <c>delta.targetFileSize</c>, else 128 MiB.</value>
    public long? TargetBytes { get; init; }

    /// <summary>Columns to sort all rows of a partition by. Empty: small files are joined, in the order in which they came.</summary>
    public ImmutableArray<string> OrderBy { get; init; } = [];

    /// <summary>A column of type <see cref="DataType.Bbox"/>: sorts the rows of a partition along a Hilbert curve through the boxes' centres.</summary>
    public string? HilbertBy { get; init; }
}

/// <summary>What an optimize rewrote, or would rewrite.</summary>
/// <param name="Version">The version it made; the one it looked at where there was nothing to do, or it was a dry run.</param>
/// <param name="FilesAdded">0 in a dry run: it is known only when they are written.</param>
public sealed record OptimizeReport(string Table, long Version, bool DryRun, int Files, int FilesRemoved, int FilesAdded, long BytesRemoved, long BytesAdded);
