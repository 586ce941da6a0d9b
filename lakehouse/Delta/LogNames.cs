using System.Globalization;
using System.Text.RegularExpressions;
using Plinth.Lakehouse.Stores;

namespace Plinth.Lakehouse.Delta;

/// <summary>File names in <c>_delta_log</c>.</summary>
internal static partial class LogNames
{
    public const string Folder = "_delta_log";
    public const string LastCheckpoint = Folder + "/_last_checkpoint";

    public static string Commit(long version) => $"{Folder}/{CommitName(version)}";

    public static string CommitName(long version) => string.Create(CultureInfo.InvariantCulture, $"{version:D20}.json");

    public static string Checkpoint(long version) => string.Create(CultureInfo.InvariantCulture, $"{Folder}/{version:D20}.checkpoint.parquet");

    public static long? CommitVersion(string name) =>
        name.Length == 25 && name.EndsWith(".json", StringComparison.Ordinal) && !name.AsSpan(0, 20).ContainsAnyExceptInRange('0', '9') ? Number(name[..20]) : null;

    /// <summary>The version of a checkpoint file, and of how many parts it is one; null for other files.</summary>
    public static (long Version, int Part, int Parts)? CheckpointPart(string name) => CheckpointPattern().Match(name) is not { Success: true } match
        ? null
        : match.Groups["parts"] is { Success: true } parts
            ? (Number(match.Groups["version"].Value), (int)Number(match.Groups["part"].Value), (int)Number(parts.Value))
            : (Number(match.Groups["version"].Value), 1, 1);

    private static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<version>\d{20})\.checkpoint(\.(?<part>\d{10})\.(?<parts>\d{10})\.parquet|\.parquet|\.[0-9a-fA-F-]{36}\.(json|parquet))$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex CheckpointPattern();
}

/// <summary>A complete checkpoint: its version and the files it is made of.</summary>
internal sealed record CheckpointFiles(long Version, IReadOnlyList<string> Names, DateTimeOffset Modified);

/// <summary>What a log folder holds.</summary>
/// <param name="Commits">By version, ascending.</param>
/// <param name="Checkpoints">Complete ones, ascending.</param>
internal sealed record LogListing(IReadOnlyList<(long Version, StoredObject File)> Commits, IReadOnlyList<CheckpointFiles> Checkpoints)
{
    public long? Newest => Commits is [] && Checkpoints is [] ? null
        : Math.Max(Commits is [] ? -1 : Commits[^1].Version, Checkpoints is [] ? -1 : Checkpoints[^1].Version);

    public static async ValueTask<LogListing> ReadAsync(IObjectStore store, long from, CancellationToken cancellationToken)
    {
        var files = await store.ListAsync(LogNames.Folder, LogNames.CommitName(from)[..20], cancellationToken);
        var commits = new List<(long, StoredObject)>();
        var checkpoints = new SortedDictionary<(long Version, int Parts, string Single), List<StoredObject>>();
        foreach (var file in files)
        {
            if (LogNames.CommitVersion(file.Name) is { } version)
                commits.Add((version, file));
            else if (LogNames.CheckpointPart(file.Name) is { } part)
            {
                var key = (part.Version, part.Parts, part.Parts == 1 ? file.Name : "");
                if (!checkpoints.TryGetValue(key, out var parts))
                    checkpoints[key] = parts = [];
                parts.Add(file);
            }
        }
        return new(commits, [.. checkpoints.Where(c => c.Value.Count == c.Key.Parts)
            .Select(c => new CheckpointFiles(c.Key.Version, [.. c.Value.Select(f => f.Name)], c.Value.Max(f => f.Modified)))]);
    }
}
