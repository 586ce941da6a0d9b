using System.Globalization;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Versions of a table that must stay readable whatever their age: those that a release names, and those on legal hold.</summary>
internal sealed class Pins(TableName table, Releases releases)
{
    /// <summary>Table property: version numbers with commas between them, or any other text (such as a case number) for the whole table. Also a tag on single files.</summary>
    public const string LegalHold = "plinth.legalHold";

    public async ValueTask<PinnedVersions> ReadAsync(TableState newest, CancellationToken cancellationToken)
    {
        var pins = new SortedDictionary<long, string>();
        foreach (var release in await releases.AllAsync(cancellationToken))
            if (release.Versions.TryGetValue(table, out var version))
                pins[version] = string.Create(CultureInfo.InvariantCulture, $"release {release.Number}");
        var hold = newest.Setting(LegalHold)?.Trim();
        if (string.IsNullOrEmpty(hold) || string.Equals(hold, "false", StringComparison.OrdinalIgnoreCase))
            return new(null, pins);
        foreach (var text in hold.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
                return new(hold, pins);
            pins[version] = "legal hold";
        }
        return new(null, pins);
    }

    public static bool IsHeld(AddFile file) => file.Tags?.GetValueOrDefault(LegalHold) is { Length: > 0 } tag && !string.Equals(tag, "false", StringComparison.OrdinalIgnoreCase);
}

/// <param name="WholeTable">Why the whole table is on hold, or null where it is not.</param>
/// <param name="Versions">Version and what pins it.</param>
internal sealed record PinnedVersions(string? WholeTable, IReadOnlyDictionary<long, string> Versions);
