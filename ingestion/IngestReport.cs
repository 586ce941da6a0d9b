namespace Plinth.Ingestion;

/// <summary>What became of the files of one call.</summary>
/// <param name="Files">One entry a file, in the order in which they were found.</param>
/// <param name="Rows">Rows stored in the datasets of the files' layouts.</param>
/// <param name="Rejected">Rows stored in <c>&lt;schema&gt;.rejected</c>. Rows read = rows stored + rows rejected + duplicates.</param>
/// <param name="Versions">Newest version of each table that the files' layouts name, by table.</param>
public sealed record IngestReport(IReadOnlyList<IngestedFile> Files, long Rows, long Rejected, IReadOnlyDictionary<string, long> Versions)
{
    /// <summary>Rows left out because they repeat another of their file in every value.</summary>
    public long Duplicates { get; init; }

    /// <summary>Rejected rows by the rule that they broke, e.g. <c>range(Latitude)</c> or <c>unique(service_request_id)</c>.</summary>
    public IReadOnlyDictionary<string, long> ByRule { get; init; } = new Dictionary<string, long>();

    /// <summary>Flights whose photographs came in with this call, a folder each: see <c>imagery.mission</c>.</summary>
    public IReadOnlyList<FlightMission> Missions { get; init; } = [];
}

/// <summary>A folder of photographs of one flight.</summary>
/// <param name="CoveredM2">Ground that at least one of them sees; null where no pose is known.</param>
/// <param name="MeanViews">Photographs that see a place of it, on average.</param>
/// <param name="ForwardOverlap">Median share of a photograph's ground that the next one sees too, 0 to 1.</param>
/// <param name="SideOverlap">Median share that the best one of other strips sees too, 0 to 1.</param>
public sealed record FlightMission(string Folder, int Photos, double? CoveredM2, double? MeanViews, double? ForwardOverlap, double? SideOverlap);

/// <summary>One file's fate.</summary>
/// <param name="Path">As it was found.</param>
/// <param name="Sha256">Of its content, lower-case hexadecimal; empty where it was not read.</param>
/// <param name="Reason">Why it was refused or ignored, and what to do.</param>
/// <param name="Dataset">The table its rows are in.</param>
/// <param name="Rows">Rows of it stored in this call.</param>
/// <param name="Rejected">Rows of it rejected in this call.</param>
public sealed record IngestedFile(string Path, string Sha256, FileStatus Status, string? Reason, string? Dataset, long Rows, long Rejected)
{
    /// <summary>The layout it was read by.</summary>
    public string? Contract { get; init; }

    /// <summary>Rejected rows of it by the rule that they broke.</summary>
    public IReadOnlyDictionary<string, long> ByRule { get; init; } = new Dictionary<string, long>();

    /// <summary>Rows of it left out because they repeat another in every value.</summary>
    public long Duplicates { get; init; }
}

/// <summary>What became of a file.</summary>
public enum FileStatus
{
    /// <summary>Its rows are stored.</summary>
    Ingested,
    /// <summary>They were stored by an earlier call.</summary>
    Unchanged,
    /// <summary>It is not what its family or layout says; nothing of it is stored.</summary>
    Refused,
    /// <summary>It lies in a folder of sources but is none: a hidden file, a readme, a licence.</summary>
    Ignored,
}

/// <summary>How far a call is.</summary>
/// <param name="File">The file at work.</param>
/// <param name="Done">Files done before it.</param>
/// <param name="Rows">Rows read so far, in all files.</param>
public sealed record IngestProgress(string File, int Done, int Total, long Rows)
{
    /// <summary>How much of the file at work is read, 0 to 1; 0 where that is not known.</summary>
    public double OfFile { get; init; }
}
