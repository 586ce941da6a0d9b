using System.Globalization;
using Plinth.Lakehouse;

namespace Plinth.Twin.Derivation;

/// <summary>What one version of a source brought.</summary>
/// <param name="RecordedAt">When the system came to know it: the commit's time, made to grow where a clock went back.</param>
/// <param name="Rewritten">The version took rows away: <paramref name="Rows"/> is then all of it.</param>
/// <param name="Rows">Null where the version brought no rows.</param>
internal sealed record SourceVersion(long Version, DateTimeOffset RecordedAt, bool Rewritten, Snapshot? Rows);

/// <summary>Tells version by version what is new in a table.</summary>
internal static class SourceVersions
{
    private static readonly HashSet<string> s_rearranging = new(StringComparer.OrdinalIgnoreCase) { "OPTIMIZE", "VACUUM START", "VACUUM END" };

    /// <summary>The versions after <paramref name="seen"/> (-1 for none) up to <paramref name="newest"/>.</summary>
    public static async Task<IReadOnlyList<SourceVersion>> AfterAsync(Lake lake, TableName table, long seen, Snapshot newest, CancellationToken cancellationToken)
    {
        if (seen >= newest.Version)
            return [];
        var recorded = RecordedTimes(await lake.HistoryAsync(table, cancellationToken));
        var versions = new List<SourceVersion>();
        var before = seen < 0 ? null : await lake.ReadAsync(table, TableVersion.At(seen), cancellationToken);
        for (var version = seen + 1; version <= newest.Version; version++)
        {
            var snapshot = version == newest.Version ? newest : await lake.ReadAsync(table, TableVersion.At(version), cancellationToken);
            var at = recorded.TryGetValue(version, out var known) ? known : (Time: snapshot.Timestamp, Operation: "");
            versions.Add(Compare(before, snapshot, at.Time, at.Operation));
            before = snapshot;
        }
        return versions;
    }

    private static SourceVersion Compare(Snapshot? before, Snapshot now, DateTimeOffset recordedAt, string operation)
    {
        if (s_rearranging.Contains(operation))
            return new(now.Version, recordedAt, false, null);
        var old = before is null ? [] : before.Files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var rewritten = old.Count > 0 && now.Files.Count(f => old.Contains(f.Path)) < old.Count;
        var rows = rewritten || old.Count == 0 ? now : now.Only(f => !old.Contains(f.Path));
        return new(now.Version, recordedAt, rewritten, rows.Files.Count == 0 ? null : rows);
    }

    private static Dictionary<long, (DateTimeOffset Time, string Operation)> RecordedTimes(IReadOnlyList<CommitRecord> history)
    {
        var times = new Dictionary<long, (DateTimeOffset Time, string Operation)>();
        var last = DateTimeOffset.MinValue;
        foreach (var commit in history.OrderBy(c => c.Version))
        {
            last = commit.Timestamp > last ? commit.Timestamp : last.AddMicroseconds(1);
            times[commit.Version] = (last, commit.Operation);
        }
        return times;
    }
}

/// <summary>Names of a source's relations in the derivation's database.</summary>
internal static class SourceNames
{
    public static string Relation(TableName table) => string.Create(CultureInfo.InvariantCulture, $"{table.Schema}_{table.Name}");
}
