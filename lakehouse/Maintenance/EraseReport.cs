namespace Plinth.Lakehouse.Maintenance;

/// <summary>How to erase rows.</summary>
/// <param name="Reason">Why, for the record: a case number, never the person's name. It stays for ever.</param>
public sealed record EraseOptions(string Reason)
{
    /// <value>True: nothing is changed, only listed.</value>
    public bool DryRun { get; init; } = true;

    /// <summary>Who asked, for the record.</summary>
    public string? Principal { get; init; }

    /// <summary>
    /// Also removes the log before the erasure, since the bounds of columns that it holds for the old files may be values of the erased rows. All older versions then are gone.
    /// </summary>
    public bool ForgetHistory { get; init; }
}

/// <summary>What an erasure removed, or would remove.</summary>
/// <param name="Version">The version that it made; the one it looked at in a dry run.</param>
/// <param name="Rows">Rows of the newest version that match.</param>
/// <param name="Files">Files that held matching rows, live or not, relative to the table's folder: they are gone.</param>
/// <param name="VersionsGone">Older versions that can no longer be read.</param>
/// <param name="ReleasesGone">Releases that name one of these.</param>
/// <param name="LogFiles">Files in <c>_delta_log</c> that still hold bounds of columns of the old files; they go with the log's retention, or by <see cref="EraseOptions.ForgetHistory"/>.</param>
/// <param name="Pending">Files that may hold matching rows and could not be removed, each with the reason. Unless it is empty, erase again.</param>
public sealed record EraseReport(string Table, long Version, bool DryRun, long Rows, IReadOnlyList<string> Files, IReadOnlyList<long> VersionsGone, IReadOnlyList<long> ReleasesGone,
    IReadOnlyList<string> LogFiles, IReadOnlyList<string> Pending);
