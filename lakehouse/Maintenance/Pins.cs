using System.Globalization;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Reading;

namespace Plinth.Lakehouse.Maintenance;

/// <summary>Versions of a table that must stay readable whatever their age: those that a release names, and those on legal hold.</summary>
internal sealed class Pins(TableName table, Releases releases)
{
    public async ValueTask<PinnedVersions> ReadAsync(TableState newest, CancellationToken cancellationToken)
    {
        var pins = new SortedDictionary<long, string>();
        foreach (var release in await releases.AllAsync(cancellationToken))
            if (release.Versions.TryGetValue(table, out var version))
                pins[version] = string.Create(CultureInfo.InvariantCulture, $"release {release.Number}");
        var holds = LegalHolds.In(table, newest);
        foreach (var hold in holds)
            foreach (var version in hold.Versions)
                pins[version] = hold.Case.Length == 0 ? "legal hold" : $"legal hold {hold.Case}";
        return new(holds, pins);
    }
}

/// <param name="Holds">All legal holds on the table.</param>
/// <param name="Versions">Version and what pins it.</param>
internal sealed record PinnedVersions(IReadOnlyList<LegalHold> Holds, IReadOnlyDictionary<long, string> Versions)
{
    /// <summary>Why the whole table is on hold, or null where it is not.</summary>
    public string? WholeTable { get; } = Holds.Where(hold => hold.Versions.Count == 0).Select(hold => hold.Case).ToList() is { Count: > 0 } cases ? string.Join(", ", cases) : null;
}
