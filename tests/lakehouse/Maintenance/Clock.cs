using Plinth.Lakehouse;

namespace Plinth.Tests.Lakehouse.Maintenance;

/// <summary>A clock that tests set ahead; files' own times stay real.</summary>
internal sealed class Clock : TimeProvider
{
    private TimeSpan _ahead;

    public void Advance(TimeSpan by) => _ahead += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
}

internal static class TableFiles
{
    public static string Folder(TemporaryFolder folder) => folder["lake", "tables", Given.Readings.Schema, Given.Readings.Name];

    /// <summary>Data files and whatever else is not hidden, relative to the table's folder.</summary>
    public static string[] Of(TemporaryFolder folder) => [.. Directory.EnumerateFiles(Folder(folder), "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Folder(folder), file)).Where(file => !file.StartsWith("_delta_log", StringComparison.Ordinal) && !file.StartsWith('.')).Order(StringComparer.Ordinal)];

    public static async Task OverwriteAsync(this Lake lake, params object?[][] rows) =>
        (await lake.CommitAsync(Given.Rows(rows) with { Mode = WriteMode.Overwrite })).RequireVersion(Given.Readings);

    /// <summary>Appends a commit as another writer would.</summary>
    public static void AddCommit(TemporaryFolder folder, long version, params string[] lines) =>
        File.WriteAllLines(Path.Combine(Folder(folder), "_delta_log", $"{version:D20}.json"), lines);

    /// <summary>Names of the golden tables that can be read.</summary>
    public static TheoryData<string> ReadableGolden() =>
        Repository.SharedFolder is null ? GoldenTableTests.Tables() : [.. GoldenTableTests.Tables().Select(row => row.Data).Where(name => !Golden.Open(name).MustFail)];

    /// <summary>Copies a golden table into the lake; every file as old as now.</summary>
    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
