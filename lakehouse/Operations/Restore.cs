using System.Collections.Immutable;
using System.Globalization;
using Plinth.Lakehouse.Delta;
using Plinth.Lakehouse.Maintenance;
using Plinth.Lakehouse.Writing;

namespace Plinth.Lakehouse.Operations;

/// <summary>Makes the rows, columns and properties of an earlier version the newest ones. Versions in between stay, and so do transactions: what was once taken in is not taken in again.</summary>
internal sealed class Restore(long version) : Operation
{
    // What later commits rest on and an earlier version may not have had.
    private static readonly string[] Kept = ["delta.enableInCommitTimestamps", "delta.inCommitTimestampEnablementVersion", "delta.inCommitTimestampEnablementTimestamp"];

    public override string Name => "RESTORE";

    public override ImmutableSortedDictionary<string, string> Parameters => base.Parameters.Add("version", version.ToString(CultureInfo.InvariantCulture));

    public override async ValueTask<Change?> PlanAsync(Workbench bench, TableState state, CancellationToken cancellationToken)
    {
        if (version > state.Version || await bench.Log.AtAsync(version, cancellationToken) is not { } then)
            throw new TableNotFoundException(state.Table, string.Create(CultureInfo.InvariantCulture, $"version {version}"), state.Version);
        var back = then.Files.Values.Where(file => !state.Files.ContainsKey(file.Key)).OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        foreach (var file in back)
            await CheckThereAsync(bench, file, cancellationToken);
        var gone = state.Files.Values.Where(file => !then.Files.ContainsKey(file.Key)).OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        var actions = ImmutableArray.CreateBuilder<LogAction>();
        actions.AddRange(gone.Select(file => LogAppender.Remove(file, bench.Now)));
        actions.AddRange(back.Select(file => file with { DataChange = true }));
        if (Metadata(state, then) is { } metadata && (metadata.SchemaString != state.Metadata!.SchemaString || !metadata.Configuration.SequenceEqual(state.Metadata.Configuration)
            || !metadata.PartitionColumns.SequenceEqual(state.Metadata.PartitionColumns, StringComparer.Ordinal)))
            actions.Add(metadata);
        return actions.Count == 0 ? null : new()
        {
            Actions = actions.ToImmutable(),
            Reads = PartitionFilter.Whole(state),
            Rows = back.Sum(file => Reading.Scan.Number(file, "numRecords") - (file.DeletionVector?.Cardinality ?? 0) ?? 0),
            Metrics = ImmutableSortedDictionary<string, string>.Empty.Add("numRestoredFiles", back.Count.ToString(CultureInfo.InvariantCulture)).Add("numRemovedFiles", gone.Count.ToString(CultureInfo.InvariantCulture)),
        };
    }

    private static async ValueTask CheckThereAsync(Workbench bench, AddFile file, CancellationToken cancellationToken)
    {
        string?[] keys = [file.DecodedPath, file.DeletionVector is { StorageType: "u" } vector ? DeletionVectors.RelativeKey(vector.PathOrInlineDv) : null];
        foreach (var key in keys.OfType<string>())
            if (!key.StartsWith('/') && await bench.Log.Store.FindAsync(key, cancellationToken) is null)
                throw new TableFormatException(bench.Log.Table, key, "was vacuumed, so the version cannot be restored.");
    }

    private static Metadata Metadata(TableState state, TableState then)
    {
        var (now, old) = (state.Metadata!, then.Metadata!);
        // Names given to columns since then must not be given to others: ids go on from the highest.
        var highest = Math.Max(MappedColumns.MaxId(now), MappedColumns.MaxId(old));
        if (state.Mapping != ColumnMapping.None)
            old = old with { Configuration = old.Configuration.SetItem(MappedColumns.MaxIdKey, highest.ToString(CultureInfo.InvariantCulture)) };
        if (state.Mapping != ColumnMapping.None && then.Mapping == ColumnMapping.None)
            old = MappedColumns.Enable(old);
        foreach (var key in Kept)
            if (now.Configuration.TryGetValue(key, out var value))
                old = old with { Configuration = old.Configuration.SetItem(key, value) };
        // What is on hold stays so, and what was not does not become so.
        old = old with { Configuration = old.Configuration.RemoveRange(old.Configuration.Keys.Where(LegalHolds.IsHold)).AddRange(now.Configuration.Where(entry => LegalHolds.IsHold(entry.Key))) };
        return old with { Id = now.Id, CreatedTime = now.CreatedTime };
    }
}
